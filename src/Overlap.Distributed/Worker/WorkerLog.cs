using Microsoft.Extensions.Logging;

namespace Overlap.Distributed.Worker;

/// <summary>What a worker logs. Texts that came over the wire are cut, and their control characters escaped, before they come here.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(14000, LogLevel.Information, "Worker {Name} consumes {Queues} at {Broker}, {Slots} calls at a time")]
    public static partial void Started(ILogger logger, string name, string queues, string broker, int slots);

    [LoggerMessage(14001, LogLevel.Information, "Worker {Name} has stopped: {Returned} messages went back")]
    public static partial void Stopped(ILogger logger, string name, long returned);

    [LoggerMessage(14002, LogLevel.Debug, "Task {Task} {TaskId} succeeded in {Seconds:0.###} s")]
    public static partial void Succeeded(ILogger logger, string task, string taskId, double seconds);

    [LoggerMessage(14003, LogLevel.Error, "Task {Task} {TaskId} failed after {Seconds:0.###} s: {Error}")]
    public static partial void Failed(ILogger logger, string task, string taskId, double seconds, string error, Exception? exception);

    [LoggerMessage(14004, LogLevel.Warning, "Task {Task} {TaskId} is tried again in {Seconds:0.###} s, retry {Retry}: {Error}")]
    public static partial void Retried(ILogger logger, string task, string taskId, double seconds, int retry, string error);

    [LoggerMessage(14005, LogLevel.Information, "Task {Task} {TaskId} does not run: {Reason}")]
    public static partial void Revoked(ILogger logger, string task, string taskId, string reason);

    [LoggerMessage(14019, LogLevel.Debug, "Task {Task} {TaskId} is not to be told of")]
    public static partial void Ignored(ILogger logger, string task, string taskId);

    [LoggerMessage(14020, LogLevel.Warning, "Task {Task} {TaskId} rejects its message: {Reason}")]
    public static partial void Rejected(ILogger logger, string task, string taskId, string reason);

    [LoggerMessage(14006, LogLevel.Error, "Delivery {Tag} of {Queue} became a dead letter, {Defect}: {Detail}")]
    public static partial void DeadLettered(ILogger logger, string tag, string queue, string defect, string detail);

    [LoggerMessage(14007, LogLevel.Warning, "Task {Task} {TaskId} was given to another worker while it ran here: its result here is dropped")]
    public static partial void LeaseLost(ILogger logger, string task, string taskId);

    [LoggerMessage(14008, LogLevel.Warning, "Delivery {Tag} of {Queue} was settled too late: another worker has it or had it")]
    public static partial void SettledTooLate(ILogger logger, string tag, string queue);

    [LoggerMessage(14009, LogLevel.Error, "Results or settlements could not be written, next try in {Seconds:0.###} s")]
    public static partial void CompletionDelayed(ILogger logger, double seconds, Exception exception);

    [LoggerMessage(14010, LogLevel.Error, "The result of {TaskId} cannot be stored: {Reason}")]
    public static partial void ResultRefused(ILogger logger, string taskId, string reason);

    [LoggerMessage(14011, LogLevel.Error, "Nothing was delivered for {Seconds:0} s although {Queue} holds {Count} messages")]
    public static partial void Stalled(ILogger logger, double seconds, string queue, long count);

    [LoggerMessage(14012, LogLevel.Error, "Messages could not be received, next try in {Seconds:0.###} s")]
    public static partial void ReceiveDelayed(ILogger logger, double seconds, Exception exception);

    [LoggerMessage(14013, LogLevel.Warning, "A command was not followed: {Reason}")]
    public static partial void CommandRefused(ILogger logger, string reason);

    [LoggerMessage(14014, LogLevel.Warning, "Commands could not be listened to, next try in {Seconds:0.###} s")]
    public static partial void ControlDelayed(ILogger logger, double seconds, Exception exception);

    [LoggerMessage(14023, LogLevel.Error, "Task {Task} {TaskId} threw after it had completed with its own writes: it has succeeded all the same")]
    public static partial void FailedCompleted(ILogger logger, string task, string taskId, Exception exception);

    [LoggerMessage(14024, LogLevel.Error, "The result backend refuses the results of {Count} calls; their messages stay held, next try in {Seconds:0} s: {Reason}")]
    public static partial void ResultsSetAside(ILogger logger, int count, double seconds, string reason);

    [LoggerMessage(14017, LogLevel.Error, "The executor does not take task {Task} {TaskId}: its message goes back")]
    public static partial void Refused(ILogger logger, string task, string taskId, Exception exception);

    [LoggerMessage(14018, LogLevel.Error, "A call that should follow another cannot be sent to {RoutingKey}: {Reason}")]
    public static partial void SequelUnroutable(ILogger logger, string routingKey, string reason);

    [LoggerMessage(14022, LogLevel.Error, "Task {Task} {TaskId} was not run to its end, by no fault of its own: {Error}")]
    public static partial void RunBroken(ILogger logger, string task, string taskId, string error);

    [LoggerMessage(14021, LogLevel.Error, "Delivery {Tag} of {Queue} could not be taken in: it is put aside for a moment")]
    public static partial void TakeBroken(ILogger logger, string tag, string queue, Exception exception);

    [LoggerMessage(14016, LogLevel.Error, "What follows task {Task} {TaskId} cannot be sent: {Reason}")]
    public static partial void SequelRefused(ILogger logger, string task, string taskId, string reason);

    [LoggerMessage(14015, LogLevel.Warning, "Task {Task} {TaskId} did not end when it was told to: its slot stays taken until it does")]
    public static partial void Abandoned(ILogger logger, string task, string taskId);
}
