using Overlap.Executors;

namespace Overlap.Advice.Probing;

/// <summary>A part of a job to be run.</summary>
/// <param name="Model">Under which model.</param>
/// <param name="Workers">Items at the same time.</param>
/// <param name="Length">How long items are started.</param>
public sealed record ProbeOrder(ExecutionModel Model, int Workers, TimeSpan Length)
{
    /// <summary>The fewest items to start, however long it takes. Default: 1.</summary>
    public int LeastItems { get; init; } = 1;

    /// <summary>The most items to start. Default: 50,000, which is enough of any.</summary>
    public int MostItems { get; init; } = 50_000;

    /// <summary>How long to wait before the first item: the other side may have asked for it. Default: not at all.</summary>
    public TimeSpan Pause { get; init; }
}
