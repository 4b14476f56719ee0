using Overlap.Adaptation;
using Overlap.Executors;
using Overlap.Processes;
using Overlap.Testing;

namespace Overlap.Tests.Processes.Staff;

public sealed class AdaptivePoolTests
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(60);

    private readonly VirtualTimeProvider _time = new();

    [Fact]
    public async Task MapAsync_Auto_DoesAllAndSaysWhy()
    {
        await using ProcessPoolExecutor executor = new(Overlap.Executors.Workers.Auto with { Start = 1, Most = 2 });
        Assert.Equal(Enumerable.Range(0, 500).Select(static x => x * 2), await executor.MapAsync(Enumerable.Range(0, 500), static x => x * 2).ToListAsync());
        ExecutorStatistics statistics = executor.GetStatistics();
        Assert.Equal((2, 500), (statistics.MaxWorkers, statistics.Succeeded));
        Assert.InRange(statistics.WorkerLimit, 1, 2);
        Assert.Contains($"{statistics.WorkerLimit}", statistics.Adaptation!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WorkerLimit_SetWhileItAdaptsItself_Throws()
    {
        await using ProcessPoolExecutor executor = new(new AdaptiveOptions { Start = 1, Most = 2 });
        Assert.Throws<InvalidOperationException>(() => executor.WorkerLimit = 2);
        Assert.Equal(1, executor.WorkerLimit);
    }

    [Fact]
    public async Task ReportOverload_InAWorker_NothingStartsBeforeWhatWasAskedFor()
    {
        await using ProcessPoolExecutor executor = new(new AdaptiveOptions { Most = 2, TimeProvider = _time });
        await executor.SubmitAsync(static () => Worker.ReportOverload(TimeSpan.FromSeconds(5)));
        Assert.Equal((1, "1: calls were refused"), (executor.WorkerLimit, executor.GetStatistics().Adaptation!.Reason));
        Task<int> next = executor.SubmitAsync(static () => 7);
        await _time.WaitForTimersAsync(1);
        Assert.Equal(TimeSpan.FromSeconds(5), Assert.Single(_time.PendingTimers).DueAt - _time.GetUtcNow());
        Assert.Equal((0, 1), (executor.GetStatistics().Running, executor.GetStatistics().Queued));
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(7, await next.WaitAsync(Guard));
    }

    [Fact]
    public async Task ReportOverload_ThrownAfterwards_IsOneRefusal()
    {
        await using ProcessPoolExecutor executor = new(new AdaptiveOptions { Start = 2, Most = 2, TimeProvider = _time });
        await Assert.ThrowsAsync<FormatException>(() => executor.SubmitAsync(static () =>
        {
            Worker.ReportOverload(TimeSpan.FromSeconds(2));
            throw new FormatException();
        }));
        Assert.Equal(1, executor.WorkerLimit);
        Assert.Equal(1, executor.GetStatistics().Failed);
    }

    [Fact]
    public async Task ReportOverload_AfterAnAwaitInALaterCallOfTheWorker_FindsItsCall()
    {
        await using ProcessPoolExecutor executor = new(new AdaptiveOptions { Start = 2, Most = 2, TimeProvider = _time });
        await executor.SubmitAsync(static () => { });
        await executor.SubmitAsync(static async () =>
        {
            await Task.Delay(1).ConfigureAwait(false);
            Worker.ReportOverload();
        });
        Assert.Equal(1, executor.WorkerLimit);
    }

    [Fact]
    public async Task ReportOverload_ByOneOfManyItemsOfAMap_IsHeard()
    {
        await using ProcessPoolExecutor executor = new(new ProcessPoolExecutorOptions
        {
            Adaptive = new AdaptiveOptions { Start = 2, Most = 2, TimeProvider = _time },
            Calls = new ProcessCallOptions { BatchSize = 50 },
        });
        int[] results = await executor.MapAsync(Enumerable.Range(0, 50), static x =>
        {
            if (x == 49)
            {
                Worker.ReportOverload();
            }

            return x;
        }).ToArrayAsync();
        Assert.Equal(Enumerable.Range(0, 50), results);
        Assert.Equal(1, executor.WorkerLimit);
    }

    [Fact]
    public async Task ReportOverload_OfAPoolWithAFixedNumber_DoesNothing()
    {
        await using ProcessPoolExecutor executor = new(1);
        await executor.SubmitAsync(static () => Worker.ReportOverload(TimeSpan.FromMinutes(1)));
        Assert.Equal(7, await executor.SubmitAsync(static () => 7).WaitAsync(Guard));
    }

    [Fact]
    public async Task DisposeAsync_WhileCallsWaitForAPause_StillDoesThem()
    {
        ProcessPoolExecutor executor = new(new AdaptiveOptions { Most = 2, TimeProvider = _time });
        await executor.SubmitAsync(static () => Worker.ReportOverload(TimeSpan.FromSeconds(5)));
        Task<int> next = executor.SubmitAsync(static () => 7);
        await _time.WaitForTimersAsync(1);
        Task disposal = executor.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        await disposal.WaitAsync(Guard);
        Assert.Equal(7, await next);
    }

    [Theory]
    [InlineData(CallOrder.Source)]
    [InlineData(CallOrder.Completion)]
    public async Task MapAsync_QueueHoldsOneAndTheNumberStartsSmall_NothingIsRefused(CallOrder order)
    {
        await using ProcessPoolExecutor executor = new(new ProcessPoolExecutorOptions { Adaptive = new AdaptiveOptions { Start = 1, Most = 8 }, QueueCapacity = 1 });
        List<int> results = await executor.MapAsync(Enumerable.Range(0, 300), static x => x, new MapOptions { Order = order }).ToListAsync();
        Assert.Equal(Enumerable.Range(0, 300), results.Order());
    }
}
