namespace Overlap.Distributed.Worker;

/// <summary>How a worker stood at one moment.</summary>
public sealed record WorkerStatistics
{
    /// <summary>The messages delivered to it.</summary>
    public required long Received { get; init; }

    /// <summary>The calls that run.</summary>
    public required int Running { get; init; }

    /// <summary>The calls that wait here for their time.</summary>
    public required int Waiting { get; init; }

    /// <summary>The messages that are held: of calls that wait for a slot, run, or are being settled.</summary>
    public required int Held { get; init; }

    /// <summary>The calls that gave a result.</summary>
    public required long Succeeded { get; init; }

    /// <summary>The calls that failed for good.</summary>
    public required long Failed { get; init; }

    /// <summary>The calls that are to be tried again.</summary>
    public required long Retried { get; init; }

    /// <summary>The calls that were taken back, terminated, or had expired.</summary>
    public required long Revoked { get; init; }

    /// <summary>The calls that ended without a word, as they asked.</summary>
    public required long Ignored { get; init; }

    /// <summary>The messages put aside at the broker for later.</summary>
    public required long Deferred { get; init; }

    /// <summary>The messages given back to their queues.</summary>
    public required long Returned { get; init; }

    /// <summary>The messages that became dead letters.</summary>
    public required long DeadLettered { get; init; }

    /// <summary>The messages that the broker gave to another before they were settled.</summary>
    public required long LostLeases { get; init; }

    /// <summary>Whether it gets nothing although a queue is not empty. A health check is to fail then.</summary>
    public required bool IsStalled { get; init; }
}
