using System.Collections.Concurrent;
using Overlap.Executors;
using Overlap.Testing;

namespace Overlap.Tests.Executors;

public sealed class ThreadPoolExecutorTests
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task SubmitAsync_AllThreadsBlocked_TheRuntimesPoolStaysFree()
    {
        using ManualResetEventSlim release = new();
        TestSignal started = new("call started");
        ThreadPoolExecutor executor = new(64);
        try
        {
            Task[] blocked = [.. Enumerable.Range(0, 64).Select(_ => executor.SubmitAsync(() =>
            {
                started.Signal();
                release.Wait();
            }))];
            await started.WaitForCountAsync(64);

            // Each step needs a free pool thread; with 64 of them blocked the pool would take about a second per new thread.
            await Task.WhenAll(Enumerable.Range(0, 100).Select(static _ => Task.Run(static () => { }))).WaitAsync(Guard);
            Assert.All(blocked, static task => Assert.False(task.IsCompleted));
        }
        finally
        {
            release.Set();
            await executor.DisposeAsync();
        }
    }

    [Fact]
    public async Task SubmitAsync_Call_RunsOnADedicatedNamedBackgroundThread()
    {
        await using ThreadPoolExecutor executor = new(new ThreadPoolExecutorOptions { MaxWorkers = 1, ThreadName = "loader" });
        (bool isPool, bool isBackground, string? name) = await executor.SubmitAsync(
            static () => (Thread.CurrentThread.IsThreadPoolThread, Thread.CurrentThread.IsBackground, Thread.CurrentThread.Name));
        Assert.Equal((false, true, "loader 1"), (isPool, isBackground, name));
    }

    [Fact]
    public async Task SubmitAsync_AsynchronousFunction_ComesBackToItsThread()
    {
        await using ThreadPoolExecutor executor = new(1);
        int[] threads = await executor.SubmitAsync(static async () =>
        {
            int before = Environment.CurrentManagedThreadId;
            await Task.Yield();
            int between = Environment.CurrentManagedThreadId;
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            return new[] { before, between, Environment.CurrentManagedThreadId };
        });
        Assert.Single(threads.Distinct());
    }

    [Fact]
    public async Task SubmitAsync_FewCalls_StartsNoMoreThreadsThanCalls()
    {
        await using ThreadPoolExecutor executor = new(8);
        for (int i = 0; i < 20; i++)
        {
            Thread thread = await executor.SubmitAsync(static () => Thread.CurrentThread);

            // Until it is back at the queue and sleeps: while it is on its way another one may start, and while that is on its way a third.
            Assert.True(SpinWait.SpinUntil(() => (thread.ThreadState & ThreadState.WaitSleepJoin) != 0, Guard));
        }

        Assert.Equal(1, executor.GetStatistics().Workers);
    }

    [Fact]
    public async Task SubmitAsync_QueueFull_RefusesByName()
    {
        using ManualResetEventSlim release = new();
        ThreadPoolExecutor executor = new(new ThreadPoolExecutorOptions { MaxWorkers = 1, QueueCapacity = 1 });
        TestSignal started = new("call started");
        Task running = executor.SubmitAsync(() =>
        {
            started.Signal();
            release.Wait();
        });
        await started.WaitAsync();
        Task<int> queued = executor.SubmitAsync(static () => 2);

        ExecutorQueueFullException refused = await Assert.ThrowsAsync<ExecutorQueueFullException>(() => executor.SubmitAsync(static () => 3));

        Assert.Equal(1, refused.QueueCapacity);
        Assert.Equal(2, executor.GetStatistics().Submitted);
        release.Set();
        await running;
        Assert.Equal(2, await queued);
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task MapAsync_BoundedQueue_NeverExceedsIt()
    {
        await using ThreadPoolExecutor executor = new(new ThreadPoolExecutorOptions { MaxWorkers = 2, QueueCapacity = 3 });
        Assert.Equal(Enumerable.Range(0, 5_000), await executor.MapAsync(Enumerable.Range(0, 5_000), static x => x).ToListAsync());
    }

    [Fact]
    public async Task DisposeAsync_ThreadsHaveEnded()
    {
        ConcurrentDictionary<Thread, bool> threads = new();
        ThreadPoolExecutor executor = new(4);
        await executor.ForEachAsync(Enumerable.Range(0, 200), _ => { threads.TryAdd(Thread.CurrentThread, true); });
        await executor.DisposeAsync();
        Assert.All(threads.Keys, static thread => Assert.True(thread.Join(Guard)));
    }

    [Fact]
    public async Task SubmitAsync_ManySubmittersAndCancellations_EveryCallEndsOnce()
    {
        const int Submitters = 4;
        const int Calls = 5_000;
        ThreadPoolExecutor executor = new(2);
        long ran = 0;
        long canceled = 0;
        await Task.WhenAll(Enumerable.Range(0, Submitters).Select(seed => Task.Run(async () =>
        {
            Random random = new(seed);
            for (int i = 0; i < Calls; i++)
            {
                using CancellationTokenSource cancel = new();
                Task task = executor.SubmitAsync(() => { Interlocked.Increment(ref ran); }, cancel.Token);
                if (random.Next(2) == 0)
                {
                    await cancel.CancelAsync();
                }

                try
                {
                    await task;
                }
                catch (OperationCanceledException)
                {
                    Interlocked.Increment(ref canceled);
                }
            }
        })));
        ExecutorStatistics statistics = executor.GetStatistics();
        Assert.Equal(Submitters * Calls, ran + canceled);
        Assert.Equal((Submitters * Calls, ran, canceled, 0L, 0L, 0L), (
            statistics.Submitted, statistics.Succeeded, statistics.Canceled, statistics.Failed, statistics.Queued, statistics.Running));
        await executor.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Options_NoWorkers_ThrowByName(int workers) =>
        Assert.Equal("MaxWorkers", Assert.Throws<ArgumentOutOfRangeException>(() => new ThreadPoolExecutor(workers)).ParamName);

    [Fact]
    public void Options_BrokenByWith_ThrowByName()
    {
        ThreadPoolExecutorOptions options = new();
        Assert.Equal("QueueCapacity", Assert.Throws<ArgumentOutOfRangeException>(() => options with { QueueCapacity = -1 }).ParamName);
        Assert.Equal("Window", Assert.Throws<ArgumentOutOfRangeException>(() => new MapOptions { Window = 0 }).ParamName);
    }
}
