using System.Diagnostics;

namespace Overlap.Benchmarks.Measuring;

/// <summary>Tells how much of the machine others than this program and what it started took meanwhile, from what the kernel counts.</summary>
/// <remarks>
/// Interrupts are left out: on loopback they are the contender's own packets.
/// The kernel counts in ticks of 10 ms, so a share below two ticks is taken for none.
/// </remarks>
internal sealed class MachineLoad
{
    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly double _machine = ReadMachineSeconds();
    private readonly double _own = ReadOwnSeconds();

    /// <summary>Gives the foreign share since this object was made.</summary>
    public double ForeignShare()
    {
        double wall = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;
        double foreign = ReadMachineSeconds() - _machine - (ReadOwnSeconds() - _own);
        return foreign <= 2 * ProcessTree.TickSeconds ? 0 : foreign / (wall * Environment.ProcessorCount);
    }

    private static double ReadMachineSeconds()
    {
        // cpu  user nice system idle iowait irq softirq …
        string[] fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (long.Parse(fields[1]) + long.Parse(fields[2]) + long.Parse(fields[3])) * ProcessTree.TickSeconds;
    }

    private static double ReadOwnSeconds() => Environment.CpuUsage.TotalTime.TotalSeconds + ProcessTree.ReadDescendantsSeconds();
}
