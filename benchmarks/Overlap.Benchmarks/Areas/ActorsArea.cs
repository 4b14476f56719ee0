using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Areas.Actors;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>What telling, asking and starting cost, against what the framework has and what one writes with its channels.</summary>
internal sealed class ActorsArea : BenchmarkArea
{
    public override string Name => "actors";

    public override string Summary => "cost of telling, asking and starting an actor, against ActionBlock and loops over a Channel";

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (Comparison comparison in TellComparisons.All.Concat(TalkComparisons.All))
        {
            yield return await context.Runner.RunAsync(comparison, cancellationToken);
        }
    }
}
