using System.Collections.Immutable;
using Overlap.Advice.Scaling;
using Overlap.Executors;

namespace Overlap.Advice;

/// <summary>Which model and how many workers a job should use, and everything that this stands on.</summary>
/// <remarks>The sentences are computed from the figures, and each holds those that it stands on.</remarks>
public sealed record Recommendation
{
    /// <summary>What was measured, such as <c>pages</c>.</summary>
    public required string Job { get; init; }

    /// <summary>The model to use; the one without workers beside each other when overlapping is not worth it.</summary>
    public required ExecutionModel Model { get; init; }

    /// <summary>Items at the same time. It has been measured.</summary>
    public required int Workers { get; init; }

    /// <summary>What holds the job back.</summary>
    public required Bound Bound { get; init; }

    /// <summary>How far this can be trusted; <see cref="Doubts"/> says why not further.</summary>
    public required Confidence Confidence { get; init; }

    /// <summary>Whether overlapping is worth it; <see cref="LeaveAlone"/> says why not.</summary>
    public required bool IsWorthIt { get; init; }

    /// <summary>The processors of the machine.</summary>
    public required int Cores { get; init; }

    /// <summary>What one item takes.</summary>
    public required ItemProfile Item { get; init; }

    /// <summary>All that was measured, by model and number of workers; one worker first.</summary>
    public required ImmutableArray<MeasuredCount> Measured { get; init; }

    /// <summary>The law that the recommended model's numbers follow; <see langword="null"/> for less than four numbers: the best measured is what is known.</summary>
    public required ScalingFit? Fit { get; init; }

    /// <summary>What the whole job will take; <see langword="null"/> when nobody knows how many items it has.</summary>
    public required Prediction? Prediction { get; init; }

    /// <summary>What was seen, each a sentence; the most telling first.</summary>
    public required ImmutableArray<string> Evidence { get; init; }

    /// <summary>Why not the other models, nor more workers.</summary>
    public required ImmutableArray<string> WhyNot { get; init; }

    /// <summary>What must not be exceeded, whatever the machine could do.</summary>
    public required ImmutableArray<string> Limits { get; init; }

    /// <summary>When to leave the job as it is; empty when there is nothing to say.</summary>
    public required ImmutableArray<string> LeaveAlone { get; init; }

    /// <summary>Why the confidence is not higher; one sentence that says why it is high, when it is.</summary>
    public required ImmutableArray<string> Doubts { get; init; }

    /// <summary>The part of the processors that other programs used meanwhile, from 0 to 1; <see langword="null"/> when nobody knows.</summary>
    public required double? ForeignLoad { get; init; }

    /// <summary>How long measuring might take.</summary>
    public required TimeSpan Budget { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Spent { get; init; }
}
