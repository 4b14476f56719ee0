using System.Collections;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Overlap.Processes.Values;

/// <summary>The types that cannot travel whatever they hold, each with the reason and the way out.</summary>
internal static class RefusedTypes
{
    public const string Address = "is an address, which means nothing in another process. Pass what it points at.";

    private const string Connection = "holds connections of this process. Make one in the worker, and pass the settings it needs.";

    private const string Running = "stands for work that runs in this process. Await it first and pass its result.";

    private const string Thread = "belongs to the threads of this process. Pass data, and wait on this side.";

    private const string Code = "names code, and no name of code is taken from another process. Pass a value that both sides know, such as an enum.";

    /// <summary>The first that a type is assignable to counts.</summary>
    private static readonly (Type Type, string Reason)[] Reasons =
    [
        (typeof(Delegate), "is a function. Pass it as the function to call, or let a lambda capture it."),
        (typeof(Exception), "is an exception. Throw it: then it arrives as the failure of the call."),
        (typeof(Task), Running),
        (typeof(ValueTask), Running),
        (typeof(System.Net.Http.HttpMessageInvoker), Connection),
        (typeof(System.Net.Http.HttpMessageHandler), Connection),
        (typeof(System.Net.Sockets.Socket), Connection),
        (typeof(Stream), "reads or writes with this process's position. Pass the path of the file, or the bytes."),
        (typeof(TextReader), "reads with this process's position. Pass the path of the file, or the text."),
        (typeof(TextWriter), "writes with this process's position. Pass the path of the file, or return the text."),
        (typeof(SafeHandle), "is a handle of this process. Open it in the worker."),
        (typeof(WaitHandle), Thread),
        (typeof(Thread), Thread),
        (typeof(Lock), Thread),
        (typeof(SemaphoreSlim), Thread),
        (typeof(SynchronizationContext), Thread),
        (typeof(Timer), "runs in this process. Pass the period, and start a timer in the worker."),
        (typeof(CancellationTokenSource), "can cancel, and that right stays in this process. Pass its Token."),
        (typeof(Type), Code),
        (typeof(MemberInfo), Code),
        (typeof(Assembly), Code),
        (typeof(IServiceProvider), "makes objects of this process. Make them in the worker."),
        (typeof(IEnumerator), "is in the middle of a collection of this process. Pass the collection."),
        (typeof(IDisposable), "holds something that must be given back, which two processes cannot both do. Make it in the worker."),
        (typeof(IAsyncDisposable), "holds something that must be given back, which two processes cannot both do. Make it in the worker."),
    ];

    private static readonly Dictionary<Type, string> Generic = new()
    {
        [typeof(ValueTask<>)] = Running,
        [typeof(IAsyncEnumerable<>)] = "comes piece by piece from this process. Collect it first, or let the function itself return it.",
        [typeof(Lazy<>)] = "holds a function that was perhaps not yet called. Pass its Value.",
        [typeof(WeakReference<>)] = "does not keep what it points at. Pass the object itself.",
    };

    public static bool IsAddress(Type type) =>
        type == typeof(nint) || type == typeof(nuint) || type.IsPointer || type.IsFunctionPointer || type == typeof(GCHandle);

    /// <returns>Why it cannot travel; <see langword="null"/> when the type alone does not forbid it.</returns>
    public static string? ReasonFor(Type type, ValueCodecs codecs)
    {
        if (IsAddress(type))
        {
            return Address;
        }

        if (type.IsByRef || type.IsByRefLike)
        {
            return "points into this process's memory. Pass an array or a Memory.";
        }

        if (type.IsVariableBoundArray && type.GetArrayRank() == 1)
        {
            return "is an array that does not begin at 0. Pass a usual one.";
        }

        if (type.ContainsGenericParameters || type == typeof(void))
        {
            return "is not a type that a value can have.";
        }

        if (type == typeof(object) || type == typeof(ValueType) || type == typeof(Enum) || type == typeof(Array))
        {
            return "does not tell its own type, and no type is taken from another process. Declare what it is.";
        }

        if (typeof(Delegate).IsAssignableFrom(type) && codecs.Delegates?.Invoke(type) is not null)
        {
            return null;
        }

        if (type.IsGenericType && Generic.TryGetValue(type.GetGenericTypeDefinition(), out string? generic))
        {
            return generic;
        }

        if (CodecTypes.IsComposed(type) || codecs.Contracts.IsTrusted(type))
        {
            return null;
        }

        return Array.Find(Reasons, each => each.Type.IsAssignableFrom(type)).Reason;
    }
}
