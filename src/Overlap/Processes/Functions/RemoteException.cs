using System.Collections;
using System.Reflection;
using System.Runtime.ExceptionServices;
using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>Carries an exception from a worker to the pool's process.</summary>
/// <remarks>
/// Shape: the names of type and assembly (keys of <see cref="ExceptionTypes"/> and no more), message, stack trace, result code, what well-known
/// types keep (<see cref="ExceptionDetails"/>), data, inner exceptions in the same shape.
/// Units: a text takes up to 64 KiB; 16 exceptions deep, 64 beside each other, 1 MiB in all. The writer cuts off what is more.
/// Errors: other bytes are a <see cref="PayloadException"/>.
/// </remarks>
internal static class RemoteException
{
    public const int MostText = 64 * 1_024;
    public const int MostBytes = 1_024 * 1_024;
    public const int Deepest = 16;
    public const int MostInner = 64;

    private const int LongestName = 1_024;
    private const int LeastText = 64;
    private const int MostData = 64;

    // The most that one more exception takes when there is no room left for its texts.
    private const int Reserve = 4 * LongestName;

    /// <summary>Writes an exception, whatever its own code does when it is asked.</summary>
    public static void Write(PayloadWriter writer, Exception exception) => Write(writer, exception, 1, writer.Length + MostBytes);

    /// <summary>Makes the exception again: as its own type where this process knows it, else as a <see cref="RemoteCallException"/>.</summary>
    /// <exception cref="PayloadException">The bytes are no exception.</exception>
    public static Exception Read(ref PayloadReader reader, ExceptionTypes allowed) => Read(ref reader, allowed, 1);

    private static void Write(PayloadWriter writer, Exception exception, int depth, int end)
    {
        Type type = exception.GetType();
        PayloadText.Write(writer, type.FullName ?? type.Name, LongestName);
        PayloadText.Write(writer, type.Assembly.GetName().Name ?? "", LongestName);
        PayloadText.Write(writer, Ask(exception, static asked => asked.Message) ?? "(the message could not be read)", Room(writer, end));
        PayloadText.Write(writer, Ask(exception, static asked => asked.StackTrace) ?? "", Room(writer, end));
        writer.Write(exception.HResult);
        (Ask(exception, static asked => (object)ExceptionDetails.Of(asked)) as ExceptionDetails? ?? default).Write(writer, Room(writer, end) / 2);

        int at = writer.Length;
        writer.Write(0);
        int count = 0;
        foreach ((string key, object value) in Ask(exception, DataOf) ?? [])
        {
            if (HasRoom(writer, end))
            {
                PayloadText.Write(writer, key, LongestName);
                SimpleValue.Write(writer, value, Room(writer, end));
                count++;
            }
        }

        writer.WriteAt(at, count);
        at = writer.Length;
        writer.Write(0);
        count = 0;
        foreach (Exception inner in Ask(exception, InnerOf) ?? [])
        {
            if (HasRoom(writer, end) && depth < Deepest && count < MostInner)
            {
                Write(writer, inner, depth + 1, end);
                count++;
            }
        }

        writer.WriteAt(at, count);
    }

    private static List<(string Key, object Value)> DataOf(Exception exception)
    {
        List<(string, object)> entries = [];
        foreach (DictionaryEntry entry in exception.Data)
        {
            if (entry is { Key: string key, Value: { } value } && SimpleValue.IsOne(value) && entries.Count < MostData)
            {
                entries.Add((key, value));
            }
        }

        return entries;
    }

    private static IReadOnlyList<Exception> InnerOf(Exception exception) => exception switch
    {
        AggregateException aggregate => aggregate.InnerExceptions,
        ReflectionTypeLoadException { InnerException: null } types => [.. types.LoaderExceptions.OfType<Exception>()],
        { InnerException: { } only } => [only],
        _ => [],
    };

    private static Exception Read(ref PayloadReader reader, ExceptionTypes allowed, int depth)
    {
        if (depth > Deepest)
        {
            throw PayloadException.Nonsense("depth of exceptions");
        }

        string type = PayloadText.Read(ref reader);
        string assembly = PayloadText.Read(ref reader);
        string message = PayloadText.Read(ref reader);
        string stackTrace = PayloadText.Read(ref reader);
        int result = reader.Read<int>();
        ExceptionDetails details = ExceptionDetails.Read(ref reader);
        (string Key, object? Value)[] data = new (string, object?)[Count(ref reader, MostData)];
        for (int i = 0; i < data.Length; i++)
        {
            data[i] = (PayloadText.Read(ref reader), SimpleValue.Read(ref reader));
        }

        Exception[] inner = new Exception[Count(ref reader, MostInner)];
        for (int i = 0; i < inner.Length; i++)
        {
            inner[i] = Read(ref reader, allowed, depth + 1);
        }

        Type? known = allowed.Find(type, assembly);
        Exception exception = (known is null ? null : ExceptionMaker.TryMake(known, message, inner, details))
            ?? new RemoteCallException(type, message, stackTrace, inner.FirstOrDefault());
        exception.HResult = result;
        foreach ((string key, object? value) in data)
        {
            Note(exception, key, value);
        }

        // A message that its type puts together from what did not travel would say something else: the trace begins with the true one.
        bool saysItself = known is not null && exception is not RemoteCallException && !FrameworkTypes.Holds(known)
            && known.GetProperty(nameof(Exception.Message))?.DeclaringType is { } author && !FrameworkTypes.Holds(author);
        return WithTrace(exception, saysItself ? $"{type}: {message}{Environment.NewLine}{stackTrace}" : stackTrace);
    }

    private static int Count(ref PayloadReader reader, int most) =>
        reader.Read<int>() is >= 0 and int count && count <= most ? count : throw PayloadException.Nonsense("count");

    private static void Note(Exception exception, string key, object? value)
    {
        try
        {
            exception.Data[key] = value;
        }
        catch (Exception refusal) when (refusal is not OutOfMemoryException)
        {
            // A type may refuse to keep data; the failure itself matters more than what was noted on it.
        }
    }

    private static Exception WithTrace(Exception exception, string stackTrace)
    {
        try
        {
            return stackTrace.Length == 0 ? exception : ExceptionDispatchInfo.SetRemoteStackTrace(exception, stackTrace);
        }
        catch (InvalidOperationException)
        {
            // Its own constructor threw and caught it: it has a trace.
            return exception;
        }
    }

    /// <summary>Asks an exception something: its author's code may fail in its turn.</summary>
    private static T? Ask<T>(Exception exception, Func<Exception, T?> question)
        where T : class
    {
        try
        {
            return question(exception);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return null;
        }
    }

    private static bool HasRoom(PayloadWriter writer, int end) => writer.Length + Reserve < end;

    private static int Room(PayloadWriter writer, int end) => Math.Clamp(end - writer.Length - Reserve, LeastText, MostText);
}
