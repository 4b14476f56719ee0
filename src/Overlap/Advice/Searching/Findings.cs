using Overlap.Executors;

namespace Overlap.Advice.Searching;

/// <summary>All that a search found.</summary>
internal sealed record Findings
{
    public required string Job { get; init; }

    public required long? Items { get; init; }

    public required int Cores { get; init; }

    public required Bound Bound { get; init; }

    /// <summary>What one worker did, one item after the other.</summary>
    public required Stretch One { get; init; }

    /// <summary>The first item, which is not counted.</summary>
    public required Stretch First { get; init; }

    /// <summary>One worker again, at the end; <see langword="null"/> when there was no time.</summary>
    public Stretch? Again { get; init; }

    public required IReadOnlyList<CountTally> Tallies { get; init; }

    /// <summary>The model whose numbers of workers were tried.</summary>
    public required ExecutionModel Climbed { get; init; }

    /// <summary>What is recommended, if overlapping is worth it; <see langword="null"/> when only one worker was measured.</summary>
    public required CountTally? Chosen { get; init; }

    /// <summary>The fewest workers that the other side refused; <see langword="null"/> when it refused none.</summary>
    public required int? RefusedAt { get; init; }

    /// <summary>What it seems to allow. Unit: items a second.</summary>
    public required double? AllowedRate { get; init; }

    /// <summary>The fewest workers of whom clearly more items failed; <see langword="null"/> when there are none such.</summary>
    public required int? FailsMoreAt { get; init; }

    /// <summary>The most workers that could be tried, for whatever reason but the budget.</summary>
    public required int Most { get; init; }

    public required IReadOnlyDictionary<ExecutionModel, string> LeftOut { get; init; }

    public required string? LimitedBy { get; init; }

    public required double? ForeignLoad { get; init; }

    public required TimeSpan Budget { get; init; }

    public required TimeSpan Spent { get; init; }

    public required bool IsCut { get; init; }

    public required bool IsUsedUp { get; init; }

    /// <summary>How many different items there were, when some were done more than once.</summary>
    public required long? RepeatsOf { get; init; }

    /// <summary>Whether other programs kept the processors from items that only compute: then their own processor time is judged, as <c>compare</c> does.</summary>
    public bool IsJudgedByCpu => Bound == Bound.Cpu && ForeignLoad > Thresholds.MuchForeignLoad;

    /// <summary>Items a second, by which numbers and models are judged.</summary>
    public double RateOf(CountTally tally) => IsJudgedByCpu ? tally.QuietThroughput(Cores) : tally.Throughput;

    /// <summary>One item after the other.</summary>
    public CountTally Inline => Tallies[0];
}
