using Overlap.Distributed.Diagnostics;

namespace Overlap.Distributed.Worker;

/// <summary>Where a worker may die or fail, from the arrival of a message to its end.</summary>
internal static class WorkerFaultPoints
{
    /// <summary>Deliveries have come, and nobody has looked at them.</summary>
    public static readonly FaultPoint Received = new("worker.received");

    /// <summary>A call has a slot, and its function is about to run.</summary>
    public static readonly FaultPoint Begun = new("worker.begun");

    /// <summary>The function of a call has ended, and nobody knows yet.</summary>
    public static readonly FaultPoint Ran = new("worker.ran");

    /// <summary>What follows a call is sent; its result is not stored.</summary>
    public static readonly FaultPoint SequelSent = new("worker.sequel-sent");

    /// <summary>The result of a call is stored; its message is not settled.</summary>
    public static readonly FaultPoint ResultStored = new("worker.result-stored");

    /// <summary>The state RETRY is stored; the next try is not sent.</summary>
    public static readonly FaultPoint RetryStored = new("worker.retry-stored");

    /// <summary>The next try is sent, and this one acknowledged, in one step.</summary>
    public static readonly FaultPoint RetrySent = new("worker.retry-sent");

    /// <summary>A message is acknowledged.</summary>
    public static readonly FaultPoint Acknowledged = new("worker.acknowledged");

    /// <summary>A message is put aside until its date.</summary>
    public static readonly FaultPoint Deferred = new("worker.deferred");

    /// <summary>A message is a dead letter.</summary>
    public static readonly FaultPoint DeadLettered = new("worker.dead-lettered");
}
