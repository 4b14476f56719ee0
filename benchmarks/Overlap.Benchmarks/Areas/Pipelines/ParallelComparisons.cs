using System.Threading.Tasks.Dataflow;
using Overlap.Benchmarks.Measuring;
using Overlap.Pipelines;

namespace Overlap.Benchmarks.Areas.Pipelines;

/// <summary>A function called for four items at a time, with its results in the order of the source.</summary>
internal static class ParallelComparisons
{
    private const int Workers = 4;
    private const int Capacity = 16;
    private const int Yields = 150_000;
    private const int Computations = 60_000;
    private const int Turns = 900;

    /// <summary>An asynchronous function that gives its place up once.</summary>
    public static Comparison Waiting
    {
        get
        {
            LoopContender ours = Of("SelectParallel", "source.SelectParallel(YieldAsync, new() { Workers = 4 })", Yields, static items =>
                SumAsync(items, Items.CountAsync(items).SelectParallel(YieldAsync, new SelectParallelOptions { Workers = Workers, Capacity = Capacity })));
            LoopContender window = Of("bare window of tasks", "a Queue of at most 4 tasks: await the first, then start one", Yields, InWindowAsync);
            LoopContender dataflow = Of(
                "TPL Dataflow",
                "TransformBlock(YieldAsync) { MaxDegreeOfParallelism = 4, EnsureOrdered = true }",
                Yields,
                static items => ThroughBlockAsync(items, options => new TransformBlock<int, int>(YieldAsync, options)));
            return new Comparison
            {
                Title = $"Ordered parallel({Workers}), asynchronous body",
                Contenders = [ours, window, dataflow],
                Ratios = [Metric.PerItem],
                Targets =
                [
                    Target.AtMostTimes(ours.Name, Metric.PerItem, 0.25, dataflow.Name),
                    Target.AtMostTimes(ours.Name, Metric.PerItem, 1.15, window.Name),
                ],
                WarmUps = 10, // The compiler is done with the hot paths only then.
                Note = "The body is await Task.Yield(). The window of tasks starts nothing while its consumer is busy; the others do.",
            };
        }
    }

    /// <summary>A function that computes for about two microseconds.</summary>
    public static Comparison Computing
    {
        get
        {
            LoopContender ours = Of("SelectParallel", "source.SelectParallel(Compute, new() { Workers = 4 })", Computations, static items =>
                SumAsync(items, Items.CountAsync(items).SelectParallel(Compute, new SelectParallelOptions { Workers = Workers, Capacity = 64 })));
            LoopContender dataflow = Of(
                "TPL Dataflow",
                "TransformBlock(Compute) { MaxDegreeOfParallelism = 4, EnsureOrdered = true }",
                Computations,
                static items => ThroughBlockAsync(items, options => new TransformBlock<int, int>(Compute, options)));
            return new Comparison
            {
                Title = $"Ordered parallel({Workers}), body of about 2 µs",
                Contenders = [ours, dataflow],
                Ratios = [Metric.PerItem],
                Targets = [Target.AtMostTimes(ours.Name, Metric.PerItem, 0.85, dataflow.Name)],
                WarmUps = 10, // The compiler is done with the hot paths only then.
                Note = "The body counts; how long it takes depends on the machine. Two cores can do it twice at a time.",
            };
        }
    }

    private static LoopContender Of(string name, string shown, int items, Func<int, Task> loop) =>
        new() { Name = name, Shown = shown, Items = items, Loop = loop };

    private static async Task<int> YieldAsync(int item)
    {
        await Task.Yield();
        return item;
    }

    private static int Compute(int item)
    {
        uint state = (uint)item | 1;
        for (int i = 0; i < Turns; i++)
        {
            state ^= state << 13;
            state ^= state >> 17;
            state ^= state << 5;
        }

        return state == 0 ? 0 : item;
    }

    private static async Task SumAsync(int items, IAsyncEnumerable<int> results)
    {
        long sum = 0;
        await foreach (int result in results)
        {
            sum += result;
        }

        Items.Check(sum, items, added: 0);
    }

    private static async Task InWindowAsync(int items)
    {
        Queue<Task<int>> window = new(Workers);
        long sum = 0;
        await foreach (int item in Items.CountAsync(items))
        {
            if (window.Count == Workers)
            {
                sum += await window.Dequeue();
            }

            window.Enqueue(YieldAsync(item));
        }

        while (window.TryDequeue(out Task<int>? last))
        {
            sum += await last;
        }

        Items.Check(sum, items, added: 0);
    }

    private static async Task ThroughBlockAsync(int items, Func<ExecutionDataflowBlockOptions, TransformBlock<int, int>> make)
    {
        TransformBlock<int, int> block = make(new() { MaxDegreeOfParallelism = Workers, BoundedCapacity = 64, EnsureOrdered = true });
        Task feeding = Task.Run(async () =>
        {
            await foreach (int item in Items.CountAsync(items))
            {
                await block.SendAsync(item);
            }

            block.Complete();
        });
        long sum = 0;
        while (await block.OutputAvailableAsync())
        {
            while (block.TryReceive(out int result))
            {
                sum += result;
            }
        }

        await feeding;
        Items.Check(sum, items, added: 0);
    }
}
