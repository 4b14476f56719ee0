using System.Diagnostics;

namespace Overlap.Benchmarks.Measuring;

/// <summary>A loop inside this process, for costs of nanoseconds that the start of a process would drown.</summary>
internal sealed class LoopContender : Contender
{
    public required int Items { get; init; }

    /// <summary>Does all items once.</summary>
    public required Func<int, Task> Loop { get; init; }

    public ItemUnit Unit { get; init; } = ItemUnit.Nanoseconds;

    /// <summary>What the latest round measured; <see langword="null"/> before the first.</summary>
    public Measurement? Latest { get; private set; }

    public override async Task<Measurement> RunAsync(CancellationToken cancellationToken)
    {
        // What an earlier contender left behind is not collected on this one's account.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        MachineLoad load = new();
        double workers = ProcessTree.ReadDescendantsSeconds();
        long allocated = GC.GetTotalAllocatedBytes(precise: true);
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long started = Stopwatch.GetTimestamp();
        await Loop(Items);
        TimeSpan wall = Stopwatch.GetElapsedTime(started);
        cpu = Environment.CpuUsage.TotalTime - cpu;
        allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
        workers = ProcessTree.ReadDescendantsSeconds() - workers;
        Dictionary<Metric, double> values = Unit.Costs(wall.TotalSeconds, cpu.TotalSeconds + workers, Items);
        values[Metric.AllocatedPerItem] = (double)allocated / Items;
        Latest = new Measurement(values, load.ForeignShare());
        return Latest;
    }
}
