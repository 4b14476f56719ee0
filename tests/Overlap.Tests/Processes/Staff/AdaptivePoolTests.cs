using Overlap.Adaptation;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes.Staff;

public sealed class AdaptivePoolTests
{
    [Fact]
    public async Task MapAsync_Auto_DoesAllAndSaysWhy()
    {
        await using ProcessPoolExecutor executor = new(Overlap.Executors.Workers.Auto with { Start = 1, Most = 2 });
        Assert.Equal(Enumerable.Range(0, 500).Select(static x => x * 2), await executor.MapAsync(Enumerable.Range(0, 500), static x => x * 2).ToListAsync());
        ExecutorStatistics statistics = executor.GetStatistics();
        Assert.Equal((2, 500), (statistics.MaxWorkers, statistics.Succeeded));
        Assert.InRange(statistics.WorkerLimit, 1, 2);
        Assert.NotEqual("", statistics.Adaptation!.Reason);
    }

    [Fact]
    public async Task WorkerLimit_SetWhileItAdaptsItself_Throws()
    {
        await using ProcessPoolExecutor executor = new(new AdaptiveOptions { Start = 1, Most = 2 });
        Assert.Throws<InvalidOperationException>(() => executor.WorkerLimit = 2);
        Assert.Equal(1, executor.WorkerLimit);
    }
}
