using System.Runtime.InteropServices;

namespace Overlap.Advice.Probing;

/// <summary>What the program has taken of the machine: itself, and its child processes that have ended.</summary>
/// <remarks>
/// A child counts when it has ended and been waited for, with its start and its end.
/// Source: <c>getrusage(2)</c>; where there is none, the program's own processor time alone.
/// </remarks>
public sealed partial record ProgramUsage
{
    private const int Self = 0;
    private const int Children = -1;

    // struct rusage of 64-bit Linux: seconds and microseconds of the user's time, the same of the system's, and fourteen counts.
    private const int Fields = 18;
    private const int Voluntary = 16;
    private const int Involuntary = 17;

    /// <summary>Processor time, the user's and the system's.</summary>
    public TimeSpan Cpu { get; init; }

    /// <summary>How often a thread gave its processor away because it had to wait.</summary>
    public long VoluntarySwitches { get; init; }

    /// <summary>How often a thread lost its processor to another, or yielded it: runtimes that spin before they wait do so.</summary>
    public long InvoluntarySwitches { get; init; }

    /// <summary>Reads what was taken since the program began.</summary>
    public static ProgramUsage Read()
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            return new ProgramUsage { Cpu = Environment.CpuUsage.TotalTime };
        }

        ProgramUsage own = Read(Self);
        ProgramUsage children = Read(Children);
        return new ProgramUsage
        {
            Cpu = own.Cpu + children.Cpu,
            VoluntarySwitches = own.VoluntarySwitches + children.VoluntarySwitches,
            InvoluntarySwitches = own.InvoluntarySwitches + children.InvoluntarySwitches,
        };
    }

    /// <summary>What was taken since an earlier reading.</summary>
    /// <param name="earlier">The earlier reading.</param>
    public ProgramUsage Since(ProgramUsage earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        return new ProgramUsage
        {
            Cpu = Cpu - earlier.Cpu,
            VoluntarySwitches = VoluntarySwitches - earlier.VoluntarySwitches,
            InvoluntarySwitches = InvoluntarySwitches - earlier.InvoluntarySwitches,
        };
    }

    private static unsafe ProgramUsage Read(int who)
    {
        long* usage = stackalloc long[Fields];
        return GetUsage(who, usage) != 0 ? new ProgramUsage() : new ProgramUsage
        {
            Cpu = TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]),
            VoluntarySwitches = usage[Voluntary],
            InvoluntarySwitches = usage[Involuntary],
        };
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static unsafe partial int GetUsage(int who, long* usage);
}
