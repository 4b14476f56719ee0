using Overlap.Benchmarks.Measuring;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Benchmarks.Areas.Processes;

/// <summary>What an empty call costs, alone and in numbers.</summary>
internal static class CallComparisons
{
    private const int GatheredTogether = 5_000;
    private const int Gathered = 100 * GatheredTogether;
    private const int PeersGathered = GatheredTogether;
    private const int RoundTrips = 20_000;
    private const int PeersRoundTrips = 1_000;
    private const int Mapped = 1_000_000;

    public static async Task<ComparisonResult> GatherAsync(BenchmarkContext context, PoolPeers peers, CancellationToken cancellationToken)
    {
        await using ProcessPoolExecutor executor = new(PoolPeers.Workers);
        Contender ours = Loop(
            $"overlap processes {PoolPeers.Workers}", "Task.WhenAll of 5,000 × executor.SubmitAsync(x => x, i)", Gathered, items => GatherAsync(executor, items));
        Contender python = peers.PythonExecutor("gather", PeersGathered);
        Contender node = peers.Piscina("gather", 4 * PeersGathered, quoted: 1e9 / 39_000);
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "Empty calls, 5,000 submitted, then all awaited",
                Contenders = peers.Only(ours, python, node),
                Ratios = [Metric.PerItem, Metric.CpuPerItem],
                Targets =
                [
                    Target.SpeedUp(ours.Name, Metric.PerItem, 100, python.Name),
                    Target.SpeedUp(ours.Name, Metric.PerItem, 200, python.Name),
                    Target.SpeedUp(ours.Name, Metric.PerItem, 30, node.Name),
                    Target.AtMost(ours.Name, Metric.CpuPerItem, 2_000),
                    Target.AtMost(ours.Name, Metric.CpuPerItem, 1_000),
                ],
                WarmUps = 2,
                Note = "CPU is that of the program and its workers. Piscina's workers are threads: a crash of one is the program's.",
            },
            cancellationToken);
    }

    public static async Task<ComparisonResult> RoundTripAsync(BenchmarkContext context, PoolPeers peers, CancellationToken cancellationToken)
    {
        await using ProcessPoolExecutor executor = new(PoolPeers.Workers);
        Contender task = Loop("overlap, awaited", "await executor.SubmitAsync(x => x, i)", RoundTrips, items => RoundTripAsync(executor, items));
        Contender direct = Loop("overlap, waited for", "executor.Invoke(x => x, i)", RoundTrips, items => Invoke(executor, items));
        Contender python = peers.PythonExecutor("roundtrip", PeersRoundTrips);
        Contender node = peers.Piscina("roundtrip", 3 * PeersRoundTrips, quoted: 37_000);
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "Empty calls, one after the other",
                Contenders = peers.Only(direct, task, python, node),
                Ratios = [Metric.PerItem, Metric.CpuPerItem],
                Targets =
                [
                    Target.SpeedUp(direct.Name, Metric.PerItem, 40, python.Name),
                    Target.SpeedUp(direct.Name, Metric.PerItem, 150, python.Name),
                    Target.SpeedUp(task.Name, Metric.PerItem, 15, python.Name),
                ],
                WarmUps = 2,
                Note = "Python's caller waits for its future, Node's awaits. The 150 are meant for a machine with an idle core.",
            },
            cancellationToken);
    }

    public static async Task<ComparisonResult> MapAsync(BenchmarkContext context, PoolPeers peers, CancellationToken cancellationToken)
    {
        await using ProcessPoolExecutor executor = new(PoolPeers.Workers);
        Contender ours = Loop($"overlap processes {PoolPeers.Workers}", "executor.MapAsync(Enumerable.Range(0, 1_000_000), x => x)", Mapped, items => MapAsync(executor, items));
        Contender pool = peers.Python($"Python multiprocessing.Pool {PoolPeers.Workers}, automatic", "map-automatic", Mapped);
        Contender chunks = peers.Python($"Python ProcessPoolExecutor {PoolPeers.Workers}, chunksize 100", "map-chunks", Mapped);
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "Map of an empty call over 1,000,000 integers, results in order",
                Contenders = peers.Only(ours, pool, chunks),
                Ratios = [Metric.PerItem, Metric.CpuPerItem],
                Targets =
                [
                    Target.SpeedUp(ours.Name, Metric.PerItem, 20, pool.Name),
                    Target.SpeedUp(ours.Name, Metric.PerItem, 40, chunks.Name),
                ],
                WarmUps = 2,
                Note = "MapAsync gives each result to an asynchronous loop that checks it; Python's pools give lists.",
            },
            cancellationToken);
    }

    private static LoopContender Loop(string name, string shown, int items, Func<int, Task> loop) => new() { Name = name, Shown = shown, Items = items, Loop = loop };

    private static async Task GatherAsync(ProcessPoolExecutor executor, int items)
    {
        long sum = 0;
        for (int done = 0; done < items; done += GatheredTogether)
        {
            Task<int>[] calls = new Task<int>[GatheredTogether];
            for (int i = 0; i < calls.Length; i++)
            {
                calls[i] = executor.SubmitAsync(PoolFunctions.Same, 1);
            }

            sum += (await Task.WhenAll(calls)).Sum();
        }

        CheckCount(sum, items);
    }

    private static async Task RoundTripAsync(ProcessPoolExecutor executor, int items)
    {
        long sum = 0;
        for (int i = 0; i < items; i++)
        {
            sum += await executor.SubmitAsync(PoolFunctions.Same, 1);
        }

        CheckCount(sum, items);
    }

    private static Task Invoke(ProcessPoolExecutor executor, int items)
    {
        long sum = 0;
        for (int i = 0; i < items; i++)
        {
            sum += executor.Invoke(PoolFunctions.Same, 1);
        }

        CheckCount(sum, items);
        return Task.CompletedTask;
    }

    private static async Task MapAsync(ProcessPoolExecutor executor, int items)
    {
        int expected = 0;
        await foreach (int result in executor.MapAsync(Enumerable.Range(0, items), PoolFunctions.Same))
        {
            if (result != expected++)
            {
                throw new InvalidOperationException($"MapAsync gave {result} where {expected - 1} was due");
            }
        }

        CheckCount(expected, items);
    }

    private static void CheckCount(long done, int items)
    {
        if (done != items)
        {
            throw new InvalidOperationException($"{done} of {items} calls were done");
        }
    }
}
