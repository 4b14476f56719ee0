using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Measuring;
using Overlap.Futures;

namespace Overlap.Benchmarks.Areas;

/// <summary>What the futures of ours cost beside what the runtime has.</summary>
internal sealed class FuturesArea : BenchmarkArea
{
    private const int Items = 200_000;

    public override string Name => "futures";

    public override string Summary => "cost of AsCompleted and TaskGroup per task, against Task.WhenEach and Task.WhenAll";

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Contender whenEach = Loop("Task.WhenEach", "await foreach (… in Task.WhenEach(tasks).WithCancellation(deadline))", WhenEachAsync);
        Contender asCompleted = Loop("AsCompleted", "tasks.AsCompleted(new() { Deadline = … })", AsCompletedAsync);
        yield return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "Tasks given as they end, 200,000 tasks that another thread ends",
                Contenders = [asCompleted, whenEach],
                Ratios = [Metric.PerItem],
                Targets = [Target.AtMostTimes(asCompleted.Name, Metric.PerItem, 1.2, whenEach.Name)],
                WarmUps = 2,
            },
            cancellationToken);

        Contender whenAll = Loop("Task.Run, Task.WhenAll", "tasks[i] = Task.Run(…); await Task.WhenAll(tasks)", WhenAllAsync);
        Contender group = Loop("TaskGroup", "TaskGroup.RunAsync(group => group.Run(…))", GroupAsync);
        yield return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "A scope of 200,000 short children",
                Contenders = [group, whenAll],
                Ratios = [Metric.PerItem],
                Targets = [],
                WarmUps = 2,
                Note = "The group joins its children, cancels siblings and keeps every error; the peer does neither.",
            },
            cancellationToken);
    }

    private static LoopContender Loop(string name, string shown, Func<int, Task> loop) => new() { Name = name, Shown = shown, Items = Items, Loop = loop };

    private static async Task WhenEachAsync(int items)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromMinutes(1));
        int sum = 0;
        await foreach (Task<int> task in Task.WhenEach(StartAndEnd(items)).WithCancellation(deadline.Token))
        {
            sum += task.Result;
        }

        Check(sum, items);
    }

    private static async Task AsCompletedAsync(int items)
    {
        int sum = 0;
        await foreach (Task<int> task in StartAndEnd(items).AsCompleted(new AsCompletedOptions { Deadline = TimeSpan.FromMinutes(1) }))
        {
            sum += task.Result;
        }

        Check(sum, items);
    }

    private static async Task WhenAllAsync(int items)
    {
        Task<int>[] tasks = new Task<int>[items];
        for (int i = 0; i < items; i++)
        {
            tasks[i] = Task.Run(static () => Task.FromResult(1));
        }

        Check((await Task.WhenAll(tasks)).Sum(), items);
    }

    private static Task GroupAsync(int items) => TaskGroup.RunAsync(group =>
    {
        for (int i = 0; i < items; i++)
        {
            _ = group.Run(static _ => Task.FromResult(1));
        }

        return Task.CompletedTask;
    });

    private static Task<int>[] StartAndEnd(int items)
    {
        TaskCompletionSource<int>[] sources = [.. Enumerable.Range(0, items).Select(static _ => new TaskCompletionSource<int>())];
        ThreadPool.UnsafeQueueUserWorkItem(
            static sources =>
            {
                foreach (TaskCompletionSource<int> source in sources)
                {
                    source.SetResult(1);
                }
            },
            sources,
            preferLocal: false);
        return Array.ConvertAll(sources, static source => source.Task);
    }

    private static void Check(int sum, int items)
    {
        if (sum != items)
        {
            throw new InvalidOperationException($"{sum} of {items} tasks were given");
        }
    }
}
