using BenchmarkDotNet.Attributes;
using Overlap.Futures;

namespace Overlap.Benchmarks.Futures;

/// <summary>Tasks given as they end: ours with a deadline against the runtime's own, without and with a token that could end it.</summary>
[MemoryDiagnoser]
public class AsCompletedBenchmark
{
    private TaskCompletionSource<int>[] _sources = [];
    private Task<int>[] _tasks = [];

    [Params(1000)]
    public int Tasks { get; set; }

    /// <summary>Whether the tasks have ended before they are asked for, or end on another thread meanwhile.</summary>
    [Params(false, true)]
    public bool EndLater { get; set; }

    [Benchmark(Baseline = true)]
    public async Task<int> WhenEach()
    {
        int sum = 0;
        await foreach (Task<int> task in Task.WhenEach(Start()))
        {
            sum += task.Result;
        }

        return sum;
    }

    [Benchmark]
    public async Task<int> WhenEachWithToken()
    {
        int sum = 0;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await foreach (Task<int> task in Task.WhenEach(Start()).WithCancellation(deadline.Token))
        {
            sum += task.Result;
        }

        return sum;
    }

    [Benchmark]
    public async Task<int> AsCompleted()
    {
        int sum = 0;
        await foreach (Task<int> task in Start().AsCompleted(new AsCompletedOptions { Deadline = TimeSpan.FromMinutes(1) }))
        {
            sum += task.Result;
        }

        return sum;
    }

    private Task<int>[] Start()
    {
        _sources = [.. Enumerable.Range(0, Tasks).Select(static _ => new TaskCompletionSource<int>())];
        _tasks = Array.ConvertAll(_sources, static source => source.Task);
        if (EndLater)
        {
            ThreadPool.UnsafeQueueUserWorkItem(static sources => EndAll(sources), _sources, preferLocal: false);
        }
        else
        {
            EndAll(_sources);
        }

        return _tasks;
    }

    private static void EndAll(TaskCompletionSource<int>[] sources)
    {
        foreach (TaskCompletionSource<int> source in sources)
        {
            source.SetResult(1);
        }
    }
}
