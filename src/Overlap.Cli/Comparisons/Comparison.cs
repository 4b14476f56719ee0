using System.Collections.Immutable;
using Overlap.Advice;
using Overlap.Executors;

namespace Overlap.Cli.Comparisons;

/// <summary>One job under several models, measured and judged.</summary>
internal sealed record Comparison
{
    public required string Job { get; init; }

    /// <summary>The models that ran to their end, in the order in which they ran.</summary>
    public required ImmutableArray<ComparisonRow> Rows { get; init; }

    /// <summary><see langword="null"/> when no model ran to its end.</summary>
    public required Verdict? Verdict { get; init; }

    /// <summary>The items of a run.</summary>
    public long Items => Rows.IsEmpty ? 0 : Rows.Max(static row => row.Fastest.Items);

    /// <summary>How much faster a run was than doing one item after the other; <see langword="null"/> when that was not measured.</summary>
    public double? SpeedupOf(ComparisonRow row)
    {
        ComparisonRow? inline = Rows.FirstOrDefault(static row => row.Fastest.Model == ExecutionModel.Inline);
        return inline is null || row.Fastest.Wall <= TimeSpan.Zero ? null : inline.Fastest.Wall / row.Fastest.Wall;
    }
}
