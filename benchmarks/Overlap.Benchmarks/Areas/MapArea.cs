using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>What it costs to hand one item to a call and take its result back, when the call does nothing.</summary>
internal sealed class MapArea : BenchmarkArea
{
    private const int Items = 1_000_000;
    private const int Workers = 2;

    public override string Name => "map";

    public override string Summary => "cost of MapAsync per item with an empty call, results and order kept, against Parallel.ForEachAsync";

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Contender peer = Loop("Parallel.ForEachAsync, 2", ParallelForEachAsync);
        yield return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "MapAsync of an empty call, 1,000,000 items",
                Contenders = [peer],
                Ratios = [Metric.PerItem],
                WarmUps = 3,
            },
            cancellationToken);
    }

    private static LoopContender Loop(string name, Func<int, Task> loop) => new() { Name = name, Shown = name, Items = Items, Loop = loop };

    private static Task ParallelForEachAsync(int items) => Parallel.ForEachAsync(
        Enumerable.Range(0, items),
        new ParallelOptions { MaxDegreeOfParallelism = Workers },
        static (_, _) => ValueTask.CompletedTask);
}
