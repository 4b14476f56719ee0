namespace Overlap.Pipelines;

/// <summary>A named stage of a pipeline at one moment, all its enumerations taken together.</summary>
public sealed record StageStatistics
{
    /// <summary>The name it was given.</summary>
    public required string Name { get; init; }

    /// <summary>The items it works on at the same time, at most.</summary>
    public required int Workers { get; init; }

    /// <summary>The items that came in.</summary>
    public required long ItemsIn { get; init; }

    /// <summary>The items that its consumer was given.</summary>
    public required long ItemsOut { get; init; }

    /// <summary>The items that were begun and gave no result.</summary>
    public required long Failed { get; init; }

    /// <summary>The items that came in and were never begun, because the stage stopped.</summary>
    public required long NotStarted { get; init; }

    /// <summary>The items that were done and not handed on, because the consumer had left or an earlier item had failed.</summary>
    public required long Discarded { get; init; }

    /// <summary>The items in its queue.</summary>
    public required int QueueDepth { get; init; }

    /// <summary>The items it may hold.</summary>
    public required int QueueCapacity { get; init; }

    /// <summary>The time since it began, until it ended.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>The time in which it had room and its source had no item.</summary>
    public required TimeSpan WaitingForInput { get; init; }

    /// <summary>The time in which it had no room, since its consumer did not take what was done.</summary>
    public required TimeSpan WaitingForOutput { get; init; }

    /// <summary>How long a body took in the middle of those that were timed: the first 64, then one of 64; <see langword="null"/>: the stage has none.</summary>
    /// <remarks>From its start to its end, what it waited for itself included. At most 3 % off.</remarks>
    public TimeSpan? WorkMedian { get; init; }

    /// <summary>How long 99 of 100 of the bodies that were timed took at most; <see langword="null"/>: the stage has none.</summary>
    public TimeSpan? WorkPercentile99 { get; init; }

    /// <summary>The rest of the time: neither its source nor its consumer kept it from working.</summary>
    public TimeSpan Working => Elapsed - WaitingForInput - WaitingForOutput;

    internal double ShareOf(TimeSpan part) => Elapsed <= TimeSpan.Zero ? 0 : part / Elapsed;
}
