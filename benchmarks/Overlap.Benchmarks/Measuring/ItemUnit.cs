namespace Overlap.Benchmarks.Measuring;

/// <summary>In what an item's cost is told, so that a reader meets no figure of nine digits.</summary>
/// <param name="Wall">Wall time of one item.</param>
/// <param name="Cpu">Processor time of one item, of this program and all that it started.</param>
/// <param name="PerSecond">How many of the unit are a second.</param>
internal sealed record ItemUnit(Metric Wall, Metric Cpu, double PerSecond)
{
    public static readonly ItemUnit Nanoseconds = new(Metric.PerItem, Metric.CpuPerItem, 1e9);

    public static readonly ItemUnit Milliseconds = new(Metric.PerCall, Metric.CpuPerCall, 1e3);

    public Dictionary<Metric, double> Costs(double wallSeconds, double cpuSeconds, int items) => new()
    {
        [Wall] = wallSeconds * PerSecond / items,
        [Cpu] = cpuSeconds * PerSecond / items,
    };
}
