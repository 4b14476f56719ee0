using Overlap.Executors;

namespace Overlap.Contracts;

/// <summary>What every executor promises whose calls can overlap: all but the inline one.</summary>
public abstract class OverlappingExecutorContract : ExecutorContract
{
    [Fact]
    public async Task SubmitAsync_CanceledWhileQueued_EndsAtOnceAndNeverRuns()
    {
        await using IExecutor executor = Create(maxWorkers: 1);
        TaskCompletionSource release = new();
        TaskCompletionSource started = new();
        Task busy = executor.SubmitAsync(async () =>
        {
            started.SetResult();
            await release.Task;
        });
        await started.Task.WaitAsync(Guard);
        using CancellationTokenSource cancel = new();
        bool ran = false;
        Task queued = executor.SubmitAsync(() => { ran = true; }, cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued.WaitAsync(Guard));
        Assert.False(busy.IsCompleted);
        Assert.Equal(0, executor.GetStatistics().Queued);
        release.SetResult();
        await executor.DisposeAsync();
        Assert.False(ran);
    }

    [Fact]
    public async Task SubmitAsync_TwoWorkers_TwoCallsMeet()
    {
        await using IExecutor executor = Create(maxWorkers: 2);
        using Barrier barrier = new(2);
        await Task.WhenAll(
            executor.SubmitAsync(() => Assert.True(barrier.SignalAndWait(Guard))),
            executor.SubmitAsync(() => Assert.True(barrier.SignalAndWait(Guard))));
    }

    [Fact]
    public async Task MapAsync_CanceledWhileTheHeadIsQueued_EndsThoughTheWorkersStayBusy()
    {
        await using IExecutor executor = Create(maxWorkers: 1);
        TaskCompletionSource release = new();
        Task busy = executor.SubmitAsync(() => release.Task);
        using CancellationTokenSource cancel = new();
        await using IAsyncEnumerator<int> map = executor.MapAsync([1, 2, 3], static x => x, cancellationToken: cancel.Token).GetAsyncEnumerator();
        Task<bool> first = map.MoveNextAsync().AsTask();
        Assert.False(first.IsCompleted);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Guard));
        Assert.False(busy.IsCompleted);
        release.SetResult();
    }

    [Fact]
    public async Task MapAsync_OrderOfCompletion_GivesTheSlowOneLast()
    {
        await using IExecutor executor = Create(maxWorkers: 2);
        TaskCompletionSource slow = new();
        List<int> results = [];
        await foreach (int value in executor.MapAsync(
            [0, 1, 2],
            async x =>
            {
                if (x == 0)
                {
                    await slow.Task;
                }

                return x;
            },
            new MapOptions { Order = CallOrder.Completion }))
        {
            results.Add(value);
            if (results.Count == 2)
            {
                slow.SetResult();
            }
        }

        Assert.Equal(0, results[^1]);
        Assert.Equal([0, 1, 2], results.Order());
    }

    [Fact]
    public async Task ForEachAsync_SeveralThrow_KeepsAllFailures()
    {
        await using IExecutor executor = Create(maxWorkers: 2);
        using Barrier barrier = new(2);
        Task task = executor.ForEachAsync([1, 2], x =>
        {
            Assert.True(barrier.SignalAndWait(Guard), "the two calls did not overlap");
            throw new InvalidOperationException($"{x}");
        });
        await Assert.ThrowsAsync<InvalidOperationException>(() => task);
        Assert.Equal(["1", "2"], task.Exception!.InnerExceptions.Select(static exception => exception.Message).Order());
    }
}
