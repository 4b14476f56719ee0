using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Areas.Pipelines;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>What an item costs on its way through stages, against TPL Dataflow and against what one writes by hand.</summary>
internal sealed class PipelinesArea : BenchmarkArea
{
    public override string Name => "pipelines";

    public override string Summary => "cost of Buffer, SelectParallel and a pipeline's statistics, against TPL Dataflow, bounded channels and a window of tasks";

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (Comparison comparison in (Comparison[])[StageComparison.ThreeStages, ParallelComparisons.Waiting, ParallelComparisons.Computing])
        {
            yield return await context.Runner.RunAsync(comparison, cancellationToken);
        }
    }
}
