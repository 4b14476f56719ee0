using System.Globalization;

namespace Overlap.Adaptation;

/// <summary>Reads how the machine stands, cheaply enough to be asked ten times a second.</summary>
internal static class MachineReader
{
    // Memory is short when less than this part of it is left; it is our doing when we hold more than what is left.
    private const double ShortBelow = 0.1;

    private const string MemoryFile = "/proc/meminfo";

    private static readonly bool HasMemoryFile = OperatingSystem.IsLinux() && File.Exists(MemoryFile);

    public static MachineReading Read() => Read(0);

    /// <summary>Reads how the machine stands for a program that has other processes working for it.</summary>
    /// <param name="others">The memory of those. Unit: bytes.</param>
    public static MachineReading Read(long others)
    {
        long own = Environment.WorkingSet + others;
        (long total, long left) = ReadMemory();

        // A container may allow less than the machine has.
        long allowed = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
        if (allowed > 0 && allowed < total)
        {
            left = Math.Min(left, allowed - own);
            total = allowed;
        }

        return new MachineReading(Environment.CpuUsage.TotalTime, left < total * ShortBelow && own > left);
    }

    private static (long Total, long Left) ReadMemory()
    {
        if (!HasMemoryFile)
        {
            GCMemoryInfo memory = GC.GetGCMemoryInfo();
            return (memory.TotalAvailableMemoryBytes, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes);
        }

        long total = 0;
        long left = long.MaxValue;
        foreach (string line in File.ReadLines(MemoryFile))
        {
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal))
            {
                total = KibibytesOf(line);
            }
            else if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            {
                left = KibibytesOf(line);
                break;
            }
        }

        return (total, left);
    }

    private static long KibibytesOf(string line) =>
        long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1_024;
}
