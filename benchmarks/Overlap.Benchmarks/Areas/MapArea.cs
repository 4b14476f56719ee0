using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Measuring;
using Overlap.Executors;

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
        Contender peer = Loop("Parallel.ForEachAsync, 2", "Parallel.ForEachAsync(items, x => ValueTask.CompletedTask), nothing kept", ParallelForEachAsync);
        Contender[] ours =
        [
            Loop("MapAsync, async 2", "new AsyncExecutor(2).MapAsync(items, x => new ValueTask<int>(x))", MapAsyncCallsAsync),
            Loop("MapAsync, threads 2", "new ThreadPoolExecutor(2).MapAsync(items, x => x)", static items => MapAsync(new ThreadPoolExecutor(Workers), items)),
            Loop("MapAsync, inline", "new InlineExecutor().MapAsync(items, x => x)", static items => MapAsync(new InlineExecutor(), items)),
        ];
        yield return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "MapAsync of an empty call, 1,000,000 items",
                Contenders = [.. ours, peer],
                Ratios = [Metric.PerItem, Metric.CpuPerItem],
                Targets = [.. ours.Select(contender => Target.AtMostTimes(contender.Name, Metric.PerItem, 1.0, peer.Name))],
                WarmUps = 3,
                Note = "MapAsync gives every result, in the order of the items, and its consumer checks that; Parallel.ForEachAsync gives none.",
            },
            cancellationToken);
    }

    private static LoopContender Loop(string name, string shown, Func<int, Task> loop) => new() { Name = name, Shown = shown, Items = Items, Loop = loop };

    private static async Task MapAsync(IExecutor executor, int items)
    {
        await using (executor)
        {
            await CheckAsync(executor.MapAsync(Enumerable.Range(0, items), static x => x), items);
        }
    }

    private static async Task MapAsyncCallsAsync(int items)
    {
        await using AsyncExecutor executor = new(Workers);
        await CheckAsync(executor.MapAsync(Enumerable.Range(0, items), static x => new ValueTask<int>(x)), items);
    }

    private static async Task CheckAsync(IAsyncEnumerable<int> results, int items)
    {
        int expected = 0;
        await foreach (int result in results)
        {
            if (result != expected++)
            {
                throw new InvalidOperationException($"MapAsync gave {result} where {expected - 1} was due");
            }
        }

        if (expected != items)
        {
            throw new InvalidOperationException($"MapAsync gave {expected} of {items} results");
        }
    }

    private static Task ParallelForEachAsync(int items) => Parallel.ForEachAsync(
        Enumerable.Range(0, items),
        new ParallelOptions { MaxDegreeOfParallelism = Workers },
        static (_, _) => ValueTask.CompletedTask);
}
