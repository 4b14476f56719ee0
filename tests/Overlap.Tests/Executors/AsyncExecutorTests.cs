using Overlap.Executors;
using Overlap.Testing;

namespace Overlap.Tests.Executors;

public sealed class AsyncExecutorTests
{
    [Fact]
    public async Task SubmitAsync_FunctionBlocks_SubmitterGoesOn()
    {
        await using AsyncExecutor executor = new(1);
        using ManualResetEventSlim gate = new();

        // Were the first part run by the submitter, this line would wait for the gate that the next but one opens.
        Task<bool> task = executor.SubmitAsync(() => gate.Wait(TimeSpan.FromSeconds(30)));
        Assert.False(task.IsCompleted);
        gate.Set();
        Assert.True(await task);
    }

    [Fact]
    public async Task SubmitAsync_ThousandsInFlight_AllWaitAtOnce()
    {
        const int Calls = 2_000;
        await using AsyncExecutor executor = new(Calls);
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TestSignal started = new("call started");
        Task[] tasks = [.. Enumerable.Range(0, Calls).Select(_ => executor.SubmitAsync(async () =>
        {
            started.Signal();
            await release.Task;
        }))];
        await started.WaitForCountAsync(Calls);
        Assert.Equal(Calls, executor.GetStatistics().Running);
        release.SetResult();
        await Task.WhenAll(tasks);
    }

    [Fact]
    public async Task SubmitAsync_QueueFull_RefusesByName()
    {
        AsyncExecutor executor = new(new AsyncExecutorOptions { MaxWorkers = 1, QueueCapacity = 0 });
        TaskCompletionSource release = new();
        Task running = executor.SubmitAsync(() => release.Task);
        await Assert.ThrowsAsync<ExecutorQueueFullException>(() => executor.SubmitAsync(static () => 1));
        release.SetResult();
        await running;
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task SubmitAsync_CallEndsInsideAForeignCompletion_NextCallDoesNotRunThere()
    {
        await using AsyncExecutor executor = new(1);
        TaskCompletionSource inline = new();
        Task first = executor.SubmitAsync(() => inline.Task);
        int completer = 0;
        Task<bool> second = executor.SubmitAsync(
            () => Environment.CurrentManagedThreadId == completer
                && Environment.StackTrace.Contains(nameof(CompleteFromHere), StringComparison.Ordinal));
        CompleteFromHere();
        await first;
        Assert.False(await second);

        void CompleteFromHere()
        {
            completer = Environment.CurrentManagedThreadId;
            inline.SetResult();
        }
    }

    [Fact]
    public async Task MapAsync_CancellationStorm_NothingIsLeftBehind()
    {
        await using AsyncExecutor executor = new(4);
        for (int round = 0; round < 300; round++)
        {
            using CancellationTokenSource cancel = new();
            int given = 0;
            try
            {
                await foreach (int value in executor.MapAsync(
                    Enumerable.Range(0, 1_000),
                    static async x =>
                    {
                        await Task.Yield();
                        return x;
                    },
                    cancellationToken: cancel.Token))
                {
                    Assert.Equal(given++, value);
                    if (given == round)
                    {
                        await cancel.CancelAsync();
                    }
                }
            }
            catch (OperationCanceledException)
            {
                Assert.True(cancel.IsCancellationRequested);
            }

            ExecutorStatistics statistics = executor.GetStatistics();
            Assert.Equal(0, statistics.Queued);
            Assert.Equal(statistics.Submitted, statistics.Succeeded + statistics.Canceled);
        }
    }
}
