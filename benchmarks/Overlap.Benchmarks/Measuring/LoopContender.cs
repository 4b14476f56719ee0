using System.Diagnostics;

namespace Overlap.Benchmarks.Measuring;

/// <summary>A loop inside this process, for costs of nanoseconds that the start of a process would drown.</summary>
internal sealed class LoopContender : Contender
{
    public required int Items { get; init; }

    /// <summary>Does all items once.</summary>
    public required Func<int, Task> Loop { get; init; }

    public override async Task<Measurement> RunAsync(CancellationToken cancellationToken)
    {
        // What an earlier contender left behind is not collected on this one's account.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        MachineLoad load = new();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long started = Stopwatch.GetTimestamp();
        await Loop(Items);
        TimeSpan wall = Stopwatch.GetElapsedTime(started);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        return new Measurement(
            new Dictionary<Metric, double>
            {
                [Metric.PerItem] = wall.TotalNanoseconds / Items,
                [Metric.CpuPerItem] = cpu.TotalNanoseconds / Items,
                [Metric.AllocatedPerItem] = (double)allocated / Items,
            },
            load.ForeignShare(contenderSeconds: 0));
    }
}
