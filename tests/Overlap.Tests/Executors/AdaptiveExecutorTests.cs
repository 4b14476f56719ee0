using System.Net;
using Overlap.Adaptation;
using Overlap.Executors;
using Overlap.Testing;
using Overlap.Timelines;

namespace Overlap.Tests.Executors;

public sealed class AdaptiveExecutorTests
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    public static TheoryData<string> Models => ["threads", "async"];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task GetStatistics_NothingDoneYet_SaysThatItStartsSmall(string model)
    {
        await using IExecutor executor = Create(model, Workers.Auto);
        ExecutorStatistics statistics = executor.GetStatistics();
        Assert.Equal(2, statistics.WorkerLimit);
        Assert.Equal(model == "threads" ? 256 : 1_024, statistics.MaxWorkers);
        Assert.Equal((LimitPhase.Climbing, "starts with 2"), (statistics.Adaptation!.Phase, statistics.Adaptation.Reason));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task GetStatistics_FixedNumber_HasNoAdaptation(string model)
    {
        await using IExecutor executor = model == "threads" ? new ThreadPoolExecutor(3) : new AsyncExecutor(3);
        Assert.Null(executor.GetStatistics().Adaptation);
        Assert.Equal(3, executor.GetStatistics().WorkerLimit);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task SubmitAsync_Auto_NoMoreRunThanTheLimit(string model)
    {
        await using IExecutor executor = Create(model, Workers.Auto with { Start = 3 });
        TestSignal started = new("call started");
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] calls = [.. Enumerable.Range(0, 20).Select(_ => executor.SubmitAsync(async () =>
        {
            started.Signal();
            await release.Task;
        }))];
        await started.WaitForCountAsync(3);
        Assert.Equal((3, 17), (executor.GetStatistics().Running, executor.GetStatistics().Queued));
        release.SetResult();
        await Task.WhenAll(calls).WaitAsync(Guard);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task MapAsync_ThousandsOfCalls_AllEndAndTheReasonNamesTheNumber(string model)
    {
        await using IExecutor executor = Create(model, Workers.Auto with { Most = 32 });
        Assert.Equal(
            Enumerable.Range(0, 5_000),
            await executor.MapAsync(Enumerable.Range(0, 5_000), static async x =>
            {
                await Task.Yield();
                return x;
            }).ToListAsync());
        ExecutorStatistics statistics = executor.GetStatistics();
        Assert.Equal((5_000, 0, 0), (statistics.Succeeded, statistics.Queued, statistics.Running));
        Assert.InRange(statistics.WorkerLimit, 1, 32);
        Assert.Contains($"{statistics.WorkerLimit}", statistics.Adaptation!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task ReportOverload_WithRetryAfter_NothingStartsBeforeThat(string model)
    {
        VirtualTimeProvider time = new();
        await using IExecutor executor = Create(model, Workers.Auto with { TimeProvider = time });
        await executor.SubmitAsync(static () => Worker.ReportOverload(TimeSpan.FromSeconds(5)));
        Task<int> next = executor.SubmitAsync(static () => 7);
        await time.WaitForTimersAsync(1);
        Assert.Equal(TimeSpan.FromSeconds(5), Assert.Single(time.PendingTimers).DueAt - time.GetUtcNow());
        time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal((0, 1), (executor.GetStatistics().Running, executor.GetStatistics().Queued));
        time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(7, await next.WaitAsync(Guard));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task DisposeAsync_WhileCallsWaitForAPause_StillDoesThem(string model)
    {
        VirtualTimeProvider time = new();
        IExecutor executor = Create(model, Workers.Auto with { TimeProvider = time });
        await executor.SubmitAsync(static () => Worker.ReportOverload(TimeSpan.FromSeconds(5)));
        Task<int> next = executor.SubmitAsync(static () => 7);
        await time.WaitForTimersAsync(1);
        Task disposal = executor.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        await disposal.WaitAsync(Guard);
        Assert.Equal(7, await next);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task DisposeAsync_TheOnlyCallThatWaitsForAPauseIsWithdrawn_Ends(string model)
    {
        VirtualTimeProvider time = new();
        IExecutor executor = Create(model, Workers.Auto with { TimeProvider = time });
        await executor.SubmitAsync(static () => Worker.ReportOverload(TimeSpan.FromSeconds(5)));
        using CancellationTokenSource cancel = new();
        Task next = executor.SubmitAsync(static () => 7, cancel.Token);
        await time.WaitForTimersAsync(1);
        Task disposal = executor.DisposeAsync().AsTask();
        await cancel.CancelAsync();
        await disposal.WaitAsync(Guard);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task SubmitAsync_ThrowsTooManyRequests_GivesWay(string model)
    {
        VirtualTimeProvider time = new();
        await using IExecutor executor = Create(model, Workers.Auto with { Start = 8, TimeProvider = time });
        await Assert.ThrowsAsync<HttpRequestException>(() => executor.SubmitAsync(
            static () => throw new HttpRequestException("too many", null, HttpStatusCode.TooManyRequests)));
        Assert.Equal(4, executor.GetStatistics().WorkerLimit);
        Assert.Equal("4: calls were refused", executor.GetStatistics().Adaptation!.Reason);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task SubmitAsync_IsOverloadThrows_CountsAsNo(string model)
    {
        await using IExecutor executor = Create(model, Workers.Auto with { Start = 8, IsOverload = static _ => throw new InvalidOperationException() });
        await Assert.ThrowsAsync<FormatException>(() => executor.SubmitAsync(static () => throw new FormatException()));
        Assert.Equal(8, executor.GetStatistics().WorkerLimit);
        Assert.Equal(1, executor.GetStatistics().Failed);
    }

    [Fact]
    public async Task ReportOverload_AfterAnAwait_FindsItsCall()
    {
        VirtualTimeProvider time = new();
        await using AsyncExecutor executor = new(Workers.Auto with { Start = 8, TimeProvider = time });
        await executor.SubmitAsync(static async () =>
        {
            await Task.Yield();
            Worker.ReportOverload();
        });
        Assert.Equal(4, executor.WorkerLimit);
    }

    [Fact]
    public void ReportOverload_OutsideOfCalls_DoesNothing() => Worker.ReportOverload();

    [Theory]
    [MemberData(nameof(Models))]
    public async Task SubmitAsync_QueueHoldsOneAndTheNumberStartsSmall_RefusesTheFourth(string model)
    {
        await using IExecutor executor = Create(model, Workers.Auto, queueCapacity: 1);
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] calls = [.. Enumerable.Range(0, 3).Select(_ => executor.SubmitAsync(() => release.Task))];
        await Assert.ThrowsAsync<ExecutorQueueFullException>(() => executor.SubmitAsync(static () => { }));
        release.SetResult();
        await Task.WhenAll(calls).WaitAsync(Guard);
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task MapAsync_QueueHoldsOneAndTheNumberStartsSmall_NothingIsRefused(string model)
    {
        await using IExecutor executor = Create(model, Workers.Auto, queueCapacity: 1);
        Assert.Equal(Enumerable.Range(0, 3_000), await executor.MapAsync(Enumerable.Range(0, 3_000), static x => x).ToListAsync());
    }

    [Fact]
    public async Task WorkerLimit_SetWhileItAdaptsItself_Throws()
    {
        await using AsyncExecutor asynchronous = new(Workers.Auto);
        await using ThreadPoolExecutor threads = new(Workers.Auto);
        Assert.Throws<InvalidOperationException>(() => asynchronous.WorkerLimit = 3);
        Assert.Throws<InvalidOperationException>(() => threads.WorkerLimit = 3);
    }

    [Fact]
    public async Task Recorder_Auto_TakesDownEachLimitAndItsReason()
    {
        using TimelineRecorder recorder = new();
        await using (AsyncExecutor executor = new(new AsyncExecutorOptions { Adaptive = Workers.Auto with { Start = 8, TimeProvider = new VirtualTimeProvider() }, Recorder = recorder }))
        {
            await executor.SubmitAsync(static () => Worker.ReportOverload());
        }

        Timeline timeline = recorder.ToTimeline("work", "async", 8);
        Assert.Equal([(8, "starts with 8"), (4, "4: calls were refused")], timeline.Limits.Select(static step => (step.Limit, step.Reason)));
        Assert.True(timeline.Limits[0].At <= timeline.Limits[1].At);
    }

    private static IExecutor Create(string model, AdaptiveOptions adaptive, int queueCapacity = int.MaxValue) => model == "threads"
        ? new ThreadPoolExecutor(new ThreadPoolExecutorOptions { Adaptive = adaptive, QueueCapacity = queueCapacity })
        : new AsyncExecutor(new AsyncExecutorOptions { Adaptive = adaptive, QueueCapacity = queueCapacity });
}
