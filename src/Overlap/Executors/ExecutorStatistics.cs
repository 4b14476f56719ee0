using Overlap.Adaptation;

namespace Overlap.Executors;

/// <summary>How an executor stood at one moment.</summary>
/// <remarks>Every submitted call is counted once: <c>Submitted = Queued + Running + Succeeded + Failed + Canceled</c>.</remarks>
public sealed record ExecutorStatistics
{
    /// <summary>How the calls run.</summary>
    public required ExecutionModel Model { get; init; }

    /// <summary>The most calls that run at the same time.</summary>
    public required int MaxWorkers { get; init; }

    /// <summary>The calls that may run at the same time now; <see cref="MaxWorkers"/> unless somebody set fewer or the number adapts itself.</summary>
    public int WorkerLimit { get => field == 0 ? MaxWorkers : field; init; }

    /// <summary>Why the number of workers is what it is, when it adapts itself; else <see langword="null"/>.</summary>
    public LimitStatus? Adaptation { get; init; }

    /// <summary>The workers that exist: threads started, slots opened.</summary>
    public required int Workers { get; init; }

    /// <summary>The most calls that may wait for a worker.</summary>
    public required int QueueCapacity { get; init; }

    /// <summary>The calls accepted since the executor was made.</summary>
    public required long Submitted { get; init; }

    /// <summary>The calls that wait for a worker.</summary>
    public required long Queued { get; init; }

    /// <summary>The calls that run.</summary>
    public required long Running { get; init; }

    /// <summary>The calls that gave a result.</summary>
    public required long Succeeded { get; init; }

    /// <summary>The calls that threw.</summary>
    public required long Failed { get; init; }

    /// <summary>The calls that were cancelled, before or after they started.</summary>
    public required long Canceled { get; init; }
}
