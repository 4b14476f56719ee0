using Overlap.Executors;

namespace Overlap.Contracts;

/// <summary>What every executor promises whose calls can overlap: all but the inline one.</summary>
public abstract class OverlappingExecutorContract : ExecutorContract
{
    [Fact]
    public async Task SubmitAsync_CanceledWhileQueued_EndsAtOnceAndNeverRuns()
    {
        await using IExecutor executor = Create(maxWorkers: 1);
        ContractStage stage = OpenStage();
        Task busy = executor.SubmitAsync(
            static async stage =>
            {
                stage.Signal("started");
                await stage.WaitAsync("release");
            },
            stage);
        await stage.WaitAsync("started");
        using CancellationTokenSource cancel = new();
        Task queued = executor.SubmitAsync(static stage => stage.Add("ran"), stage, cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => queued.WaitAsync(Guard));
        Assert.False(busy.IsCompleted);
        Assert.Equal(0, executor.GetStatistics().Queued);
        stage.Signal("release");
        await busy;
        await executor.DisposeAsync();
        Assert.Equal(0, stage.Count("ran"));
    }

    [Fact]
    public async Task SubmitAsync_TwoWorkers_TwoCallsMeet()
    {
        await using IExecutor executor = Create(maxWorkers: 2);
        ContractStage stage = OpenStage();
        await Task.WhenAll(
            executor.SubmitAsync(static stage => { stage.Signal("first"); stage.Wait("second"); }, stage),
            executor.SubmitAsync(static stage => { stage.Signal("second"); stage.Wait("first"); }, stage));
    }

    [Fact]
    public async Task MapAsync_CanceledWhileTheHeadIsQueued_EndsThoughTheWorkersStayBusy()
    {
        await using IExecutor executor = Create(maxWorkers: 1);
        ContractStage stage = OpenStage();
        Task busy = executor.SubmitAsync(static stage => stage.WaitAsync("release"), stage);
        using CancellationTokenSource cancel = new();
        await using IAsyncEnumerator<int> map = executor.MapAsync([1, 2, 3], static x => x, cancellationToken: cancel.Token).GetAsyncEnumerator();
        Task<bool> first = map.MoveNextAsync().AsTask();
        Assert.False(first.IsCompleted);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.WaitAsync(Guard));
        Assert.False(busy.IsCompleted);
        stage.Signal("release");
        await busy;
    }

    [Fact]
    public async Task MapAsync_OrderOfCompletion_GivesTheSlowOneLast()
    {
        await using IExecutor executor = Create(maxWorkers: 2);
        ContractStage stage = OpenStage();
        List<int> results = [];
        await foreach (int value in executor.MapAsync(
            [0, 1, 2],
            async x =>
            {
                if (x == 0)
                {
                    await stage.WaitAsync("slow");
                }

                return x;
            },
            new MapOptions { Order = CallOrder.Completion }))
        {
            results.Add(value);
            if (results.Count == 2)
            {
                stage.Signal("slow");
            }
        }

        Assert.Equal(0, results[^1]);
        Assert.Equal([0, 1, 2], results.Order());
    }

    [Fact]
    public async Task ForEachAsync_SeveralThrow_KeepsAllFailures()
    {
        await using IExecutor executor = Create(maxWorkers: 2);
        ContractStage stage = OpenStage();
        Task task = executor.ForEachAsync([1, 2], x =>
        {
            // Both must have been begun before one fails; if they do not overlap, the wait throws something else.
            stage.Signal($"{x}");
            stage.Wait($"{3 - x}");
            throw new InvalidOperationException($"{x}");
        });
        await Assert.ThrowsAsync<InvalidOperationException>(() => task);
        Assert.Equal(["1", "2"], task.Exception!.InnerExceptions.Select(static exception => exception.Message).Order());
    }
}
