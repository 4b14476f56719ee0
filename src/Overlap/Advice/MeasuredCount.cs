using Overlap.Executors;

namespace Overlap.Advice;

/// <summary>What so many workers did under a model.</summary>
public sealed record MeasuredCount
{
    /// <summary>The model.</summary>
    public required ExecutionModel Model { get; init; }

    /// <summary>Items at the same time.</summary>
    public required int Workers { get; init; }

    /// <summary>Items that succeeded in a second, while all workers were busy.</summary>
    public required double Throughput { get; init; }

    /// <summary>The standard error of the throughput, as a part of it.</summary>
    public required double StandardError { get; init; }

    /// <summary>The mean time of an item.</summary>
    public required TimeSpan Latency { get; init; }

    /// <summary>The items measured.</summary>
    public required int Items { get; init; }

    /// <summary>Of them, those that failed.</summary>
    public required int Failed { get; init; }

    /// <summary>Whether the other side refused some: such a number is not recommended.</summary>
    public required bool IsRefused { get; init; }
}
