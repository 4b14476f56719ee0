using System.Reflection;

namespace Overlap.Tests.Synchronization.Sweep;

/// <summary>Finds the asynchronous methods that can be cancelled, and their scenarios.</summary>
internal static class AsyncMethods
{
    // Where many overloads differ in the delegate they take alone and lead to one engine, the name stands for all of them.
    private static readonly Dictionary<string, bool> Namespaces = new()
    {
        ["Overlap.Synchronization"] = false,
        ["Overlap.Futures"] = false,
        ["Overlap.Executors"] = true,
        ["Overlap.Actors"] = false,
    };

    // Hands its token to the function it stands for, and waits for nothing of its own.
    private static readonly string[] Exempt = ["Callable.InvokeAsync"];

    public static IReadOnlyDictionary<string, Func<WaitScenario>> Scenarios { get; } =
        ((IEnumerable<KeyValuePair<string, Func<WaitScenario>>>)[.. SynchronizationScenarios.All, .. FutureScenarios.All, .. ExecutorScenarios.All, .. ActorScenarios.All]).ToDictionary();

    /// <summary>Every public method that returns a task or an asynchronous sequence and takes a token.</summary>
    public static IEnumerable<string> Find() => typeof(Overlap.Synchronization.AsyncLock).Assembly.GetExportedTypes()
        .Where(static type => Namespaces.ContainsKey(type.Namespace!) && !type.IsInterface && !type.IsSubclassOf(typeof(Delegate)))
        .SelectMany(static type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(static method => IsAsynchronous(method.ReturnType) && method.GetParameters().Any(static parameter => parameter.ParameterType == typeof(CancellationToken)))
        .Where(static method => method.GetCustomAttribute<ObsoleteAttribute>() is null)
        .Select(static method => Name(method, isForAllOverloads: Namespaces[method.DeclaringType!.Namespace!]))
        .Distinct()
        .Except(Exempt);

    private static bool IsAsynchronous(Type type)
    {
        Type definition = type.IsGenericType ? type.GetGenericTypeDefinition() : type;
        return definition == typeof(Task) || definition == typeof(Task<>) || definition == typeof(ValueTask) || definition == typeof(ValueTask<>)
            || definition == typeof(IAsyncEnumerable<>);
    }

    private static string Name(MethodInfo method, bool isForAllOverloads)
    {
        string name = $"{Plain(method.DeclaringType!)}.{method.Name}";
        return isForAllOverloads ? name : $"{name}({string.Join(", ", method.GetParameters().Select(static parameter => Plain(parameter.ParameterType)))})";
    }

    private static string Plain(Type type) => type switch
    {
        { IsGenericParameter: true } => type.Name,
        { IsGenericType: true } when Nullable.GetUnderlyingType(type) is { } inner => $"{Plain(inner)}?",
        { IsGenericType: true } => type.IsGenericTypeDefinition || !type.IsConstructedGenericType
            ? Cut(type.Name)
            : $"{Cut(type.Name)}<{string.Join(", ", type.GetGenericArguments().Select(Plain))}>",
        _ when type == typeof(int) => "int",
        _ when type == typeof(bool) => "bool",
        _ => type.Name,
    };

    private static string Cut(string name) => name.Split('`')[0];
}
