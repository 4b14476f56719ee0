using System.Collections.Immutable;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Comparisons;

/// <summary>What a job took under one model.</summary>
/// <param name="Fastest">The fastest run.</param>
/// <param name="Walls">How long each run took, in order.</param>
internal sealed record ComparisonRow(RunReport Fastest, ImmutableArray<TimeSpan> Walls)
{
    public TimeSpan MedianWall
    {
        get
        {
            ImmutableArray<TimeSpan> sorted = Walls.Sort();
            return sorted.Length % 2 == 1
                ? sorted[sorted.Length / 2]
                : (sorted[(sorted.Length / 2) - 1] + sorted[sorted.Length / 2]) / 2;
        }
    }
}
