using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Worker;

/// <summary>How a call ended in its process, as it goes back to the worker: both are of one build, so the form is nobody else's concern.</summary>
/// <remarks>
/// Shape: a list that begins with a mark: a result; an error with its type, module, arguments, traceback and whether it is retried by itself; a retry
/// with its wait, its limit and its error; a rejection with its reason; or that the call is not to be told of.
/// </remarks>
internal static class ProcessReply
{
    private const int Result = 0;
    private const int Error = 1;
    private const int Retry = 2;
    private const int Rejected = 3;
    private const int Ignored = 4;

    public static byte[] Write(WireValue result) => Write([Result, result]);

    public static byte[] Write(RemoteError error, string? traceback, bool isRetried = false) =>
        Write([Error, error.Type, error.Module, error.Arguments, traceback, isRetried]);

    public static byte[] Write(TaskRetryException retry, RemoteError error, string? traceback) => Write(
    [
        Retry, error.Type, error.Module, error.Arguments, traceback, WireDurations.Write(retry.After), retry.MaxRetries is { } most ? most : default(WireValue),
    ]);

    public static byte[] Write(TaskRejectException rejection) => Write([Rejected, rejection.Message, rejection.Requeues]);

    public static byte[] WriteIgnored() => Write([Ignored]);

    public static byte[] WriteProgress(string state, WireValue progress) => Write([state, progress]);

    public static (string State, WireValue Progress) ReadProgress(byte[] bytes)
    {
        ImmutableArray<WireValue> parts = Parts(bytes);
        return (parts[0].AsText(), parts[1]);
    }

    public static byte[] WriteLog(LogLevel level, int number, string text, string? exception, string? exceptionText) =>
        Write([(int)level, number, text, exception, exceptionText]);

    /// <summary>Writes into a log what a call has logged in its process.</summary>
    /// <returns>Whether it is that, and no progress.</returns>
    public static bool TryLog(byte[] bytes, ILogger logger)
    {
        ImmutableArray<WireValue> parts = Parts(bytes);
        if (parts[0].Kind != WireKind.Integer)
        {
            return false;
        }

        LogLevel level = (LogLevel)(int)parts[0].AsInteger();
        if (logger.IsEnabled(level))
        {
            EventId number = new((int)parts[1].AsInteger());
            Exception? exception = parts[3].IsNull ? null : new ProcessLoggedException(parts[3].AsText(), parts[4].AsText());
            logger.Log(level, number, parts[2].AsText(), exception, static (text, _) => text);
        }

        return true;
    }

    /// <summary>Gives the result, or throws what the call threw, as data.</summary>
    /// <exception cref="ProcessTaskException">The call has failed.</exception>
    /// <exception cref="TaskRetryException">The call asks to be tried again.</exception>
    /// <exception cref="TaskRejectException">The call refuses its message.</exception>
    /// <exception cref="TaskIgnoreException">The call is not to be told of.</exception>
    public static WireValue Read(byte[] bytes)
    {
        ImmutableArray<WireValue> parts = Parts(bytes);
        switch (parts[0].AsInteger())
        {
            case Result:
                return parts[1];
            case Rejected:
                throw new TaskRejectException(parts[1].AsText(), parts[2].AsBoolean());
            case Ignored:
                throw new TaskIgnoreException("The call is not to be told of.");
        }

        RemoteError error = new(parts[1].AsText(), parts[3].AsArray(), TextOf(parts[2]));
        string? traceback = TextOf(parts[4]);
        throw parts[0] == Retry
            ? new TaskRetryException(error.Message, new ProcessTaskException(error, traceback, isRetried: false))
            {
                After = WireDurations.Read(parts[5], "after"),
                MaxRetries = parts[6].IsNull ? null : (int)parts[6].AsInteger(),
            }
            : new ProcessTaskException(error, traceback, parts[5].AsBoolean());
    }

    private static byte[] Write(ImmutableArray<WireValue> parts) => PythonJson.Write(parts, emitsTypeTags: true, emitsNonFinite: true);

    private static ImmutableArray<WireValue> Parts(byte[] bytes) =>
        PythonJson.Read(bytes, ProtocolLimits.Default with { MessageBytes = int.MaxValue }).AsArray();

    private static string? TextOf(WireValue value) => value.IsNull ? null : value.AsText();
}
