using System.Runtime.InteropServices;

namespace Overlap.Cli.Jobs;

/// <summary>Tells the processor time of the program: its own, and that of its worker processes that have ended.</summary>
/// <remarks>Source: <c>getrusage(2)</c>. A worker counts when its pool has been disposed, with its start and its end.</remarks>
internal static unsafe partial class ProgramCpu
{
    private const int Children = -1;

    // struct rusage of 64-bit Linux: seconds and microseconds of the user's time, the same of the system's, and fourteen counts.
    private const int UsageFields = 18;

    public static TimeSpan Read() => Environment.CpuUsage.TotalTime + OfEndedChildren();

    private static TimeSpan OfEndedChildren()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            return TimeSpan.Zero;
        }

        long* usage = stackalloc long[UsageFields];
        return GetUsage(Children, usage) == 0
            ? TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3])
            : TimeSpan.Zero;
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, long* usage);
}
