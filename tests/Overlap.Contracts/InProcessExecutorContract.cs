using Overlap.Executors;

namespace Overlap.Contracts;

/// <summary>What executors promise beyond <see cref="ExecutorContract"/> whose calls run in the caller's process, because only shared memory can hold it.</summary>
/// <remarks>
/// The exception: the caller gets the object that was thrown; from elsewhere only a copy can come.
/// The ambient value: an <see cref="AsyncLocal{T}"/> lives in memory, and one process does not know another's.
/// The call that cancels itself: only here can it hold the caller's own <see cref="CancellationTokenSource"/>.
/// The worker's state: only here can the caller hold the object itself, and see that it and no copy was disposed.
/// </remarks>
public abstract class InProcessExecutorContract
{
    /// <summary>Makes the executor under test.</summary>
    protected abstract IExecutor Create(ExecutorSetup setup);

    [Fact]
    public async Task SubmitAsync_FunctionThrows_GivesTheThrownObject()
    {
        await using IExecutor executor = Create(new ExecutorSetup());
        InvalidOperationException thrown = new("no");
        Task<int> task = executor.SubmitAsync<int, int>(_ => throw thrown, 1);
        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidOperationException>(() => task));
    }

    [Fact]
    public async Task SubmitAsync_AsynchronousFunctionThrowsLate_GivesTheThrownObject()
    {
        await using IExecutor executor = Create(new ExecutorSetup());
        InvalidOperationException thrown = new("no");
        Task task = executor.SubmitAsync(async () =>
        {
            await Task.Yield();
            throw thrown;
        });
        Assert.Same(thrown, await Assert.ThrowsAsync<InvalidOperationException>(() => task));
    }

    [Fact]
    public async Task SubmitAsync_AmbientValue_FlowsInAndNotOut()
    {
        await using IExecutor executor = Create(new ExecutorSetup { MaxWorkers = 1 });
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
    public async Task SubmitAsync_CallCancelsItself_TokenIsCanceledAtOnce()
    {
        await using IExecutor executor = Create(new ExecutorSetup());
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
    public async Task WorkerState_Disposed_IsTheObjectThatWasMade()
    {
        using MemoryStream made = new();
        IExecutor executor = Create(new ExecutorSetup { MaxWorkers = 1, WorkerState = () => made });
        Assert.True(await executor.SubmitAsync(() => ReferenceEquals(made, Worker.State<MemoryStream>())));
        Assert.True(made.CanRead);
        await executor.DisposeAsync();
        Assert.False(made.CanRead);
    }

    [Fact]
    public async Task WorkerState_CallsOnAllWorkers_EachHasMadeOne()
    {
        int made = 0;
        await using IExecutor executor = Create(new ExecutorSetup
        {
            MaxWorkers = 3,
            WorkerState = () =>
            {
                _ = Interlocked.Increment(ref made);
                return new object();
            },
        });

        // Calls that wait for each other: a worker that was started but has had no call yet has made nothing.
        int begun = 0;
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await executor.ForEachAsync(Enumerable.Range(0, executor.MaxWorkers), async _ =>
        {
            if (Interlocked.Increment(ref begun) == executor.MaxWorkers)
            {
                all.SetResult();
            }

            await all.Task;
        });
        Assert.Equal((executor.MaxWorkers, executor.MaxWorkers), (executor.GetStatistics().Workers, made));
    }
}
