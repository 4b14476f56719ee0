using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Measuring;
using Overlap.Futures;

namespace Overlap.Benchmarks.Areas;

/// <summary>What a set and a group of tasks cost per task, against what one writes without them.</summary>
internal sealed class FuturesArea : BenchmarkArea
{
    private const int Items = 500_000;
    private const int SetSize = 1_000;

    public override string Name => "futures";

    public override string Summary => "cost of AsCompleted and TaskGroup per task, against Task.WhenEach and Task.Run with Task.WhenAll";

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (bool isWaitedFor in new[] { false, true })
        {
            Contender ours = Loop(
                "AsCompleted",
                "tasks.AsCompleted(new() { Deadline = one minute })",
                items => InSetsAsync(items, isWaitedFor, static tasks => tasks.AsCompleted(OneMinute)));
            Contender peer = Loop(
                "Task.WhenEach", "Task.WhenEach(tasks), no deadline", items => InSetsAsync(items, isWaitedFor, static tasks => Task.WhenEach(tasks)));
            yield return await context.Runner.RunAsync(
                new Comparison
                {
                    Title = $"1,000 tasks given as they end, {(isWaitedFor ? "each waited for" : "all ended before")}",
                    Contenders = [ours, peer],
                    Ratios = [Metric.PerItem],
                    Targets = [Target.AtMostTimes(ours.Name, Metric.PerItem, 1.2, peer.Name)],
                    WarmUps = 3,
                    Note = "Making and ending the tasks is counted for both. Task.WhenEach gives a task twice that it was given twice.",
                },
                cancellationToken);
        }

        Contender group = Loop("TaskGroup", "TaskGroup.RunAsync, 1,000 calls of group.Run", static items => InGroupsAsync(items, new TaskGroupOptions()));
        Contender limited = Loop("TaskGroup, limit 8", "the same with Limit = 8", static items => InGroupsAsync(items, new TaskGroupOptions { Limit = 8 }));
        Contender whenAll = Loop("Task.Run, Task.WhenAll", "Task.WhenAll of 1,000 calls of Task.Run", RunAndWhenAllAsync);
        yield return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "1,000 children that do nothing, started and joined",
                Contenders = [group, limited, whenAll],
                Ratios = [Metric.PerItem],
                WarmUps = 3,
                Note = "Task.WhenAll neither cancels siblings nor throws all errors.",
            },
            cancellationToken);
    }

    private static AsCompletedOptions OneMinute { get; } = new() { Deadline = TimeSpan.FromMinutes(1) };

    private static LoopContender Loop(string name, string shown, Func<int, Task> loop) => new() { Name = name, Shown = shown, Items = Items, Loop = loop };

    private static async Task InSetsAsync(int items, bool isWaitedFor, Func<Task<int>[], IAsyncEnumerable<Task<int>>> enumerate)
    {
        for (int done = 0; done < items; done += SetSize)
        {
            TaskCompletionSource<int>[] sources = [.. Enumerable.Range(0, SetSize).Select(static _ => new TaskCompletionSource<int>())];
            if (!isWaitedFor)
            {
                Array.ForEach(sources, static source => source.SetResult(1));
            }

            int sum = 0;
            await using IAsyncEnumerator<Task<int>> tasks = enumerate(Array.ConvertAll(sources, static source => source.Task)).GetAsyncEnumerator();
            foreach (TaskCompletionSource<int> source in sources)
            {
                ValueTask<bool> next = tasks.MoveNextAsync();
                source.TrySetResult(1);
                sum += await next ? await tasks.Current : 0;
            }

            Check(sum);
        }
    }

    private static async Task InGroupsAsync(int items, TaskGroupOptions options)
    {
        for (int done = 0; done < items; done += SetSize)
        {
            var tasks = new Task<int>[SetSize];
            await TaskGroup.RunAsync(
                group =>
                {
                    for (int i = 0; i < tasks.Length; i++)
                    {
                        tasks[i] = group.Run(static _ => Task.FromResult(1));
                    }

                    return Task.CompletedTask;
                },
                options);
            Check(tasks.Sum(static task => task.Result));
        }
    }

    private static async Task RunAndWhenAllAsync(int items)
    {
        for (int done = 0; done < items; done += SetSize)
        {
            var tasks = new Task<int>[SetSize];
            for (int i = 0; i < tasks.Length; i++)
            {
                tasks[i] = Task.Run(static () => Task.FromResult(1));
            }

            Check((await Task.WhenAll(tasks)).Sum());
        }
    }

    private static void Check(int sum)
    {
        if (sum != SetSize)
        {
            throw new InvalidOperationException($"{sum} of {SetSize} tasks were given");
        }
    }
}
