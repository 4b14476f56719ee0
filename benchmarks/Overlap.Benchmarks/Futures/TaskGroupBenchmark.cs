using BenchmarkDotNet.Attributes;
using Overlap.Futures;

namespace Overlap.Benchmarks.Futures;

/// <summary>A scope of short children: ours against what one writes without it, which neither cancels siblings nor keeps all errors.</summary>
[MemoryDiagnoser]
public class TaskGroupBenchmark
{
    [Params(1000)]
    public int Children { get; set; }

    [Benchmark(Baseline = true)]
    public async Task RunAndWhenAll()
    {
        var tasks = new Task<int>[Children];
        for (int i = 0; i < tasks.Length; i++)
        {
            tasks[i] = Task.Run(static () => Task.FromResult(1));
        }

        await Task.WhenAll(tasks);
    }

    [Benchmark]
    public Task Group() => TaskGroup.RunAsync(StartAll);

    [Benchmark]
    public Task GroupWithLimit() => TaskGroup.RunAsync(StartAll, new TaskGroupOptions { Limit = 8 });

    private Task StartAll(TaskGroup group)
    {
        for (int i = 0; i < Children; i++)
        {
            _ = group.Run(static _ => Task.FromResult(1));
        }

        return Task.CompletedTask;
    }
}
