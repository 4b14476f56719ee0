using System.Diagnostics;

namespace Overlap.Benchmarks.Measuring;

/// <summary>Tells how much of the machine other processes took meanwhile, from what the kernel counts.</summary>
/// <remarks>
/// Interrupts are left out: on loopback they are the contender's own packets.
/// The kernel counts in ticks of 10 ms, so a share below two ticks is taken for none.
/// </remarks>
internal sealed class MachineLoad
{
    private const double TickSeconds = 0.01;

    private readonly long _startedAt = Stopwatch.GetTimestamp();
    private readonly double _machine = ReadMachineSeconds();
    private readonly double _watched;
    private readonly int[] _watchedProcesses;

    /// <summary>Starts watching; this process and those named are not foreign.</summary>
    public MachineLoad(params int[] watchedProcesses)
    {
        _watchedProcesses = watchedProcesses;
        _watched = ReadWatchedSeconds();
    }

    /// <summary>Gives the foreign share since the start.</summary>
    /// <param name="contenderSeconds">The processor time of a contender that has ended.</param>
    public double ForeignShare(double contenderSeconds)
    {
        double wall = Stopwatch.GetElapsedTime(_startedAt).TotalSeconds;
        double foreign = ReadMachineSeconds() - _machine - (ReadWatchedSeconds() - _watched) - contenderSeconds;
        return foreign <= 2 * TickSeconds ? 0 : foreign / (wall * Environment.ProcessorCount);
    }

    private static double ReadMachineSeconds()
    {
        // cpu  user nice system idle iowait irq softirq …
        string[] fields = File.ReadLines("/proc/stat").First().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return (long.Parse(fields[1]) + long.Parse(fields[2]) + long.Parse(fields[3])) * TickSeconds;
    }

    private double ReadWatchedSeconds() =>
        Environment.CpuUsage.TotalTime.TotalSeconds + _watchedProcesses.Sum(static id =>
        {
            // The name in brackets may hold spaces; user and system time are the 12th and 13th field after it.
            string stat = File.ReadAllText($"/proc/{id}/stat");
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (long.Parse(fields[11]) + long.Parse(fields[12])) * TickSeconds;
        });
}
