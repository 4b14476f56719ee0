using Overlap.Executors;

namespace Overlap.Contracts;

/// <summary>What every executor promises. A new executor inherits this and must pass all of it.</summary>
public abstract partial class ExecutorContract
{
    // Only a guard against a hang: no test waits for it when all is well.
    protected static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    /// <summary>Makes the executor under test.</summary>
    protected abstract IExecutor Create(ExecutorSetup setup);

    protected IExecutor Create(int maxWorkers = 2) => Create(new ExecutorSetup { MaxWorkers = maxWorkers });

    [Fact]
    public async Task SubmitAsync_Function_GivesItsResult()
    {
        await using IExecutor executor = Create();
        Assert.Equal(42, await executor.SubmitAsync(static x => x + 1, 41));
    }

    [Fact]
    public async Task SubmitAsync_AsynchronousFunction_GivesItsResult()
    {
        await using IExecutor executor = Create();
        int result = await executor.SubmitAsync(
            static async x =>
            {
                await Task.Yield();
                return x + 1;
            },
            41);
        Assert.Equal(42, result);
    }

    [Fact]
    public async Task SubmitAsync_AsynchronousFunctionThatLeavesItsContext_GivesItsResult()
    {
        await using IExecutor executor = Create();
        int result = await executor.SubmitAsync(
            static async x =>
            {
                await Task.Yield();
                await Task.Run(static () => { }).ConfigureAwait(false);
                return x + 1;
            },
            41);
        Assert.Equal(42, result);
    }

    [Fact]
    public async Task SubmitAsync_FunctionThrows_TaskFailsWithThatException()
    {
        await using IExecutor executor = Create();
        InvalidOperationException thrown = new("no");
        Task<int> task = executor.SubmitAsync<int, int>(_ => throw thrown, 1);
        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidOperationException>(() => task));
    }

    [Fact]
    public async Task SubmitAsync_AsynchronousFunctionThrowsLate_TaskFailsWithThatException()
    {
        await using IExecutor executor = Create();
        InvalidOperationException thrown = new("no");
        Task task = executor.SubmitAsync(async () =>
        {
            await Task.Yield();
            throw thrown;
        });
        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidOperationException>(() => task));
    }

    [Fact]
    public async Task SubmitAsync_FunctionThrowsCancellation_TaskIsCanceled()
    {
        await using IExecutor executor = Create();
        Task task = executor.SubmitAsync(static () => throw new OperationCanceledException());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.True(task.IsCanceled);
    }

    [Fact]
    public async Task SubmitAsync_TokenCanceledBefore_NeverRuns()
    {
        await using IExecutor executor = Create();
        bool ran = false;
        Task task = executor.SubmitAsync(() => ran = true, new CancellationToken(canceled: true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        await executor.DisposeAsync();
        Assert.False(ran);
    }

    [Fact]
    public async Task SubmitAsync_CanceledWhileRunning_TokenReachesTheFunction()
    {
        await using IExecutor executor = Create();
        using CancellationTokenSource cancel = new();
        Task task = executor.SubmitAsync(
            token =>
            {
                cancel.Cancel();
                token.ThrowIfCancellationRequested();
            },
            cancel.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.True(task.IsCanceled);
    }

    [Fact]
    public async Task SubmitAsync_ManyCalls_StartInTheOrderOfSubmission()
    {
        await using IExecutor executor = Create(maxWorkers: 1);
        List<int> started = [];
        Task[] tasks = [.. Enumerable.Range(0, 100).Select(i => executor.SubmitAsync(started.Add, i))];
        await Task.WhenAll(tasks);
        Assert.Equal(Enumerable.Range(0, 100), started);
    }

    [Fact]
    public async Task SubmitAsync_MoreCallsThanWorkers_NeverMoreRunThanAllowed()
    {
        await using IExecutor executor = Create(maxWorkers: 3);
        int running = 0;
        int most = 0;
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => executor.SubmitAsync(async () =>
        {
            int now = Interlocked.Increment(ref running);
            InterlockedMax(ref most, now);
            await Task.Yield();
            Interlocked.Decrement(ref running);
        })));
        Assert.InRange(most, 1, executor.MaxWorkers);
    }

    [Fact]
    public async Task SubmitAsync_AmbientValue_FlowsInAndNotOut()
    {
        await using IExecutor executor = Create(maxWorkers: 1);
        AsyncLocal<string> ambient = new() { Value = "caller" };
        string? seen = await executor.SubmitAsync(() =>
        {
            string? value = ambient.Value;
            ambient.Value = "call";
            return value;
        });
        Assert.Equal("caller", seen);
        Assert.Equal("caller", ambient.Value);
        Assert.Equal("caller", await executor.SubmitAsync(() => ambient.Value));
    }

    [Fact]
    public async Task SubmitAsync_Disposed_Throws()
    {
        IExecutor executor = Create();
        await executor.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => executor.SubmitAsync(static () => 1));
    }

    [Fact]
    public async Task SubmitAsync_Null_ThrowsByName()
    {
        await using IExecutor executor = Create();
        await Assert.ThrowsAsync<ArgumentNullException>(() => executor.SubmitAsync((Func<int>)null!));
    }

    [Fact]
    public async Task DisposeAsync_CallsWait_DrainsThem()
    {
        IExecutor executor = Create(maxWorkers: 2);
        int done = 0;
        Task[] tasks = [.. Enumerable.Range(0, 50).Select(_ => executor.SubmitAsync(async () =>
        {
            await Task.Yield();
            Interlocked.Increment(ref done);
        }))];
        await executor.DisposeAsync().AsTask().WaitAsync(Guard);
        Assert.Equal(50, done);
        Assert.All(tasks, static task => Assert.True(task.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task DisposeAsync_Twice_IsLegal()
    {
        IExecutor executor = Create();
        await executor.SubmitAsync(static () => 1);
        await executor.DisposeAsync();
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task DisposeAsync_BeforeStart_IsLegal()
    {
        IExecutor executor = Create();
        await executor.DisposeAsync().AsTask().WaitAsync(Guard);
        Assert.Equal(0, executor.GetStatistics().Submitted);
    }

    [Fact]
    public async Task GetStatistics_AllEnded_CountsEachCallOnce()
    {
        await using IExecutor executor = Create();
        await executor.SubmitAsync(static () => 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => executor.SubmitAsync(static () => throw new InvalidOperationException()));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => executor.SubmitAsync(static () => 1, new CancellationToken(canceled: true)));
        ExecutorStatistics statistics = executor.GetStatistics();
        Assert.Equal((3, 0, 0, 1, 1, 1), (
            statistics.Submitted, statistics.Queued, statistics.Running, statistics.Succeeded, statistics.Failed, statistics.Canceled));
        Assert.InRange(statistics.Workers, 1, statistics.MaxWorkers);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen = Volatile.Read(ref target);
        while (value > seen)
        {
            int before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }
}
