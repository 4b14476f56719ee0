using System.Collections.Concurrent;
using System.Net;
using Overlap.Advice;
using Overlap.Advice.Probing;
using Overlap.Executors;
using Overlap.Processes;
using Overlap.Timelines;

namespace Overlap.Tests.Advice.Probing;

/// <summary>The probe on real executors. Nothing here depends on how long anything takes.</summary>
public sealed class FunctionProbeTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ExecutionModel.Inline, 1)]
    [InlineData(ExecutionModel.Threads, 3)]
    public async Task Run_Order_DoesSoManyItems(ExecutionModel model, int workers)
    {
        int calls = 0;
        using FunctionProbe<int, int> probe = new(Callable.Of<int, int>(_ => Interlocked.Increment(ref calls)), Enumerable.Range(0, 1_000), new AdviceOptions());
        ProbeRun run = await probe.RunAsync(new ProbeOrder(model, workers, Long) { MostItems = 20 }, Cancellation);
        Assert.Equal(20, calls);
        Assert.Equal(20, run.Timeline.Lanes.Sum(static lane => lane.Spans.Count(static span => span.Status == SpanStatus.Succeeded)));
    }

    [Fact]
    public async Task Run_WorkOutOfSight_IsWorkOfTheItems()
    {
        TimeSpan each = TimeSpan.FromMilliseconds(10);
        using FunctionProbe<int, ValueTuple> probe = new(
            Callable.Of<int>(_ => ComputeElsewhere(each)), Enumerable.Range(0, 1_000), new AdviceOptions { WorksOutOfSight = true });

        ProbeRun run = await probe.RunAsync(new ProbeOrder(ExecutionModel.Inline, 1, Long) { MostItems = 10 }, Cancellation);

        Assert.True(run.Timeline.Summarize().Working >= 5 * each, $"{run.Timeline.Summarize()}");
    }

    [Fact]
    public async Task Run_FunctionThatCannotCross_IsRefused()
    {
        using Timer own = new(static _ => { });
        using FunctionProbe<int, int> probe = new(Callable.Of<int, int>(item => own.GetHashCode() ^ item), Enumerable.Range(0, 10), new AdviceOptions());

        await Assert.ThrowsAsync<NotPortableException>(() => probe.RunAsync(new ProbeOrder(ExecutionModel.Processes, 1, Long) { MostItems = 2 }, Cancellation));
    }

    [Fact]
    public async Task Run_AsynchronousFunction_IsAwaited()
    {
        int ended = 0;
        using FunctionProbe<int, ValueTuple> probe = new(
            Callable.Of<int>(async Task (_, token) =>
            {
                await Task.Yield();
                token.ThrowIfCancellationRequested();
                _ = Interlocked.Increment(ref ended);
            }),
            Enumerable.Range(0, 1_000),
            new AdviceOptions());
        _ = await probe.RunAsync(new ProbeOrder(ExecutionModel.Async, 4, Long) { MostItems = 12 }, Cancellation);
        Assert.Equal(12, ended);
    }

    [Fact]
    public async Task Run_MayNotRepeat_NoItemIsDoneTwiceNorLost()
    {
        ConcurrentBag<int> done = [];
        using FunctionProbe<int, ValueTuple> probe = new(Callable.Of<int>(done.Add), Enumerable.Range(0, 100), new AdviceOptions { MayRepeat = false });
        ProbeRun run;
        do
        {
            run = await probe.RunAsync(new ProbeOrder(ExecutionModel.Threads, 3, Long) { MostItems = 7 }, Cancellation);
        }
        while (!run.IsUsedUp);
        Assert.Equal(Enumerable.Range(0, 100), done.Order());
    }

    [Fact]
    public async Task Run_CallReportsOverload_BeginsNoMore()
    {
        int calls = 0;
        using FunctionProbe<int, ValueTuple> probe = new(
            Callable.Of<int>(_ =>
            {
                _ = Interlocked.Increment(ref calls);
                Worker.ReportOverload(TimeSpan.FromSeconds(2));
            }),
            Enumerable.Range(0, 1_000),
            new AdviceOptions());
        ProbeRun run = await probe.RunAsync(new ProbeOrder(ExecutionModel.Threads, 2, Long), Cancellation);
        Assert.NotEmpty(run.RefusedAt);
        Assert.Equal(TimeSpan.FromSeconds(2), run.RetryAfter);
        Assert.InRange(calls, 1, 2);
    }

    [Fact]
    public async Task Run_AsynchronousCallThrows429_IsARefusal()
    {
        using FunctionProbe<int, ValueTuple> probe = new(
            Callable.Of<int>(static (int _, CancellationToken _) => Task.FromException(new HttpRequestException("no", null, HttpStatusCode.TooManyRequests))),
            Enumerable.Range(0, 1_000),
            new AdviceOptions());
        ProbeRun run = await probe.RunAsync(new ProbeOrder(ExecutionModel.Async, 1, Long), Cancellation);
        Assert.NotEmpty(run.RefusedAt);
        Assert.Equal("no", run.FirstFailure);
    }

    [Fact]
    public async Task Run_CallGivesUpByItself_IsAFailure()
    {
        using FunctionProbe<int, ValueTuple> probe = new(
            Callable.Of((Action<int>)(static _ => throw new TaskCanceledException("the request took too long"))), [1, 2, 3], new AdviceOptions());
        ProbeRun run = await probe.RunAsync(new ProbeOrder(ExecutionModel.Threads, 1, Long) { MostItems = 2 }, Cancellation);
        Assert.Equal("the request took too long", run.FirstFailure);
        Assert.Equal(2, run.Timeline.Lanes.Sum(static lane => lane.Spans.Count(static span => span.Status == SpanStatus.Failed)));
    }

    [Fact]
    public async Task Run_WorkerState_IsThere()
    {
        using FunctionProbe<int, int> probe = new(
            Callable.Of<int, int>(static item => Worker.State<List<int>>().Count + item), [1, 2, 3], new AdviceOptions { WorkerState = static () => new List<int>() });
        ProbeRun run = await probe.RunAsync(new ProbeOrder(ExecutionModel.Threads, 2, Long) { MostItems = 3 }, Cancellation);
        Assert.Null(run.FirstFailure);
    }

    [Fact]
    public void Models_SynchronousFunction_SayWhyNotAsync()
    {
        using FunctionProbe<int, int> probe = new(Callable.Of<int, int>(static item => item), [1], new AdviceOptions());
        Assert.NotNull(Assert.Single(probe.Models, static model => model.Model == ExecutionModel.Async).LeftOut);
    }

    /// <summary>Lets another thread compute for so long, and waits for it.</summary>
    private static void ComputeElsewhere(TimeSpan time)
    {
        Thread thread = new(() =>
        {
            long start = CpuClock.OfThread();
            while (CpuClock.OfThread() - start < time.TotalNanoseconds)
            {
            }
        });
        thread.Start();
        thread.Join();
    }
}
