using System.Collections.Immutable;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Worker;

/// <summary>The documents that a worker stores, one for each state of a call.</summary>
internal static class Documents
{
    private const string Builtins = "builtins";
    private const string CeleryExceptions = "celery.exceptions";
    private const string PoolExceptions = "billiard.exceptions";

    public static ResultDocument Started(TaskMessage message, string worker) => Of(message, TaskState.Started) with
    {
        Result = new WireMap([new("pid", Environment.ProcessId), new("hostname", worker)]),
    };

    public static ResultDocument Progress(TaskMessage message, string state, WireValue progress) =>
        Of(message, TaskState.Custom) with { StateName = state, Result = progress };

    public static ResultDocument Success(TaskMessage message, WireValue result, DateTimeOffset now) =>
        Of(message, TaskState.Success) with { Result = result, DoneAt = now };

    public static ResultDocument Failure(TaskMessage message, RemoteError error, string? traceback, DateTimeOffset now) =>
        Of(message, TaskState.Failure) with { Error = error, Traceback = traceback, DoneAt = now };

    public static ResultDocument Retry(TaskMessage message, RemoteError error, string? traceback) =>
        Of(message, TaskState.Retry) with { Error = error, Traceback = traceback };

    public static ResultDocument Revoked(TaskMessage message, string why, DateTimeOffset now) =>
        Of(message, TaskState.Revoked) with { Error = Error("TaskRevokedError", CeleryExceptions, why), DoneAt = now };

    /// <summary>What is stored of a call that should follow another, and that this worker cannot send.</summary>
    public static ResultDocument RefusedSequel(string taskId, DateTimeOffset now) => new()
    {
        TaskId = taskId,
        State = TaskState.Failure,
        StateName = ResultCodec.NameOf(TaskState.Failure),
        Error = Error("ChordError", CeleryExceptions, "The worker of the call before it cannot send a chord."),
        DoneAt = now,
    };

    public static ResultDocument Revoked(string taskId, DateTimeOffset now) => new()
    {
        TaskId = taskId,
        State = TaskState.Revoked,
        StateName = ResultCodec.NameOf(TaskState.Revoked),
        Error = Error("TaskRevokedError", CeleryExceptions, "revoked"),
        DoneAt = now,
    };

    /// <summary>A document that tells of its call too, if the worker's options say so.</summary>
    public static ResultDocument Extended(ResultDocument document, TaskMessage message, string queue, WorkerOptions options) => !options.ExtendsResults ? document : document with
    {
        Others = new WireMap(
        [
            new("name", message.Task),
            new("args", message.Args),
            new("kwargs", message.Kwargs),
            new("worker", options.Name),
            new("retries", message.Retries),
            new("queue", queue),
        ]),
    };

    /// <summary>What is stored of a call whose own document has no form.</summary>
    public static ResultDocument Unstorable(ResultDocument document, MessageFormatException reason) => document with
    {
        State = TaskState.Failure,
        StateName = ResultCodec.NameOf(TaskState.Failure),
        Result = default,
        Error = Error("EncodeError", "kombu.exceptions", $"The result cannot be stored: {reason.Message}"),
        Traceback = null,
        Others = WireMap.Empty,
    };

    public static RemoteError UnknownTask(string name) => Error("NotRegistered", CeleryExceptions, name);

    public static RemoteError SoftLimit() => new("SoftTimeLimitExceeded", [], PoolExceptions);

    public static RemoteError HardLimit(TimeSpan limit) => new("TimeLimitExceeded", [limit.TotalSeconds], PoolExceptions);

    public static RemoteError WorkerLost(string why) => Error("WorkerLostError", PoolExceptions, why);

    public static RemoteError Rejected(TaskRejectException rejection) =>
        new("Reject", [rejection.Message, rejection.Requeues], CeleryExceptions);

    public static RemoteError RetriesExceeded(TaskMessage message) =>
        Error("MaxRetriesExceededError", CeleryExceptions, $"Can't retry {message.Task}[{message.Id}] any more: it was tried {message.Retries + 1} times.");

    /// <summary>An exception as data: its type's bare name, as Python shows it, and its message.</summary>
    public static RemoteError Of(Exception exception) => exception switch
    {
        TaskArgumentException => Error("TypeError", Builtins, exception.Message),
        ProcessTaskException remote => remote.Error,
        _ => Error(exception.GetType().Name, exception.GetType().Namespace, exception.Message),
    };

    private static RemoteError Error(string type, string? module, string text) => new(type, ImmutableArray.Create<WireValue>(text), module);

    private static ResultDocument Of(TaskMessage message, TaskState state) => new()
    {
        TaskId = message.Id,
        State = state,
        StateName = state == TaskState.Custom ? "" : ResultCodec.NameOf(state),
        ParentId = message.ParentId,
        GroupId = message.GroupId,
    };
}
