using System.Collections.Immutable;
using Overlap.Executors;

namespace Overlap.Advice;

/// <summary>Which model a job should use, and why.</summary>
public sealed record Verdict
{
    /// <summary>What holds the job back.</summary>
    public required Bound Bound { get; init; }

    /// <summary>The model to use; <see cref="ExecutionModel.Inline"/> when overlapping is not worth it.</summary>
    public required ExecutionModel Model { get; init; }

    /// <summary>Items at the same time.</summary>
    public required int Workers { get; init; }

    /// <summary>How far this can be trusted.</summary>
    public required Confidence Confidence { get; init; }

    /// <summary>The reasons, each a sentence with the figures it stands on; the most telling first.</summary>
    public required ImmutableArray<string> Evidence { get; init; }
}
