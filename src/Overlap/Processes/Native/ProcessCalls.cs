using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Overlap.Processes.Native;

/// <summary>The system calls on processes: signals, waiting for one child, limits.</summary>
internal static unsafe partial class ProcessCalls
{
    public const int LimitCpuSeconds = 0;
    public const int LimitOpenFiles = 7;

    private const int NoHang = 1;
    private const int Exited = 4;
    private const int LeaveIt = 0x0100_0000;
    private const int OneProcess = 1;
    private const int SignalOnParentsEnd = 1;
    private const int BecomeSubreaper = 36;
    private const int CallPidFdSendSignal = 424;
    private const int CallPidFdOpen = 434;

    /// <summary>Opens a handle of a process that stays with that process when its number is used again.</summary>
    /// <returns>The descriptor; negative when the process is gone or the kernel cannot do it.</returns>
    public static int TryOpenProcess(int processId) => (int)SystemCall(CallPidFdOpen, processId, 0, 0, 0);

    /// <summary>Sends a signal to the process behind a handle; a process that is gone is no error.</summary>
    public static void Signal(int processHandle, int signal) => _ = SystemCall(CallPidFdSendSignal, processHandle, signal, 0, 0);

    /// <summary>Tells whether a child has ended and nobody took its end yet: then its number is still its own.</summary>
    public static bool IsZombie(int processId)
    {
        // siginfo_t, whose first word stays 0 when there is nothing to tell.
        int* information = stackalloc int[32];
        *information = 0;
        return WaitId(OneProcess, processId, information, Exited | NoHang | LeaveIt) == 0 && *information != 0;
    }

    /// <summary>Takes the end of one child, if it has ended.</summary>
    /// <param name="processId">The child.</param>
    /// <param name="status">The status as the kernel packs it.</param>
    /// <param name="cpu">The time the child and the children it waited for computed.</param>
    /// <returns>The child's number; 0 while it lives; −1 when it is no child of this process any more.</returns>
    public static int TryReap(int processId, out int status, out TimeSpan cpu)
    {
        // struct rusage starts with two struct timeval (user, system): seconds and microseconds, two words each.
        long* usage = stackalloc long[32];
        int reaped;
        int packed = 0;
        do
        {
            reaped = Wait4(processId, &packed, NoHang, usage);
        }
        while (reaped < 0 && Marshal.GetLastPInvokeError() == SystemError.Interrupted);
        status = packed;
        cpu = reaped > 0 ? TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]) : TimeSpan.Zero;
        return reaped;
    }

    /// <summary>Reads the time that a living process computed.</summary>
    /// <returns>Zero when it is gone.</returns>
    public static TimeSpan CpuOf(int processId)
    {
        // The kernel's own numbering of a process' processor clock.
        int clock = (~processId << 3) | 2;
        long* time = stackalloc long[2];
        return GetClock(clock, time) == 0 ? TimeSpan.FromSeconds(time[0]) + TimeSpan.FromTicks(time[1] / TimeSpan.NanosecondsPerTick) : TimeSpan.Zero;
    }

    /// <summary>Limits a running process. The hard limit is never raised.</summary>
    public static void Limit(int processId, int resource, ulong soft, ulong hard)
    {
        ulong* old = stackalloc ulong[2];
        ulong* limit = stackalloc ulong[2];
        SystemError.ThrowIfNegative(PrLimit(processId, resource, null, old), "prlimit");
        limit[1] = Math.Min(hard, old[1]);
        limit[0] = Math.Min(soft, limit[1]);
        SystemError.ThrowIfNegative(PrLimit(processId, resource, limit, null), "prlimit");
    }

    /// <summary>Makes orphans among this process' descendants its own children, so that they stay findable.</summary>
    public static void AdoptOrphans() => _ = PrCtl(BecomeSubreaper, 1, 0, 0, 0);

    /// <summary>Asks for a signal when the parent's thread that started this process ends; holds while the calling thread lives.</summary>
    public static void AskOnParentsEnd(int signal) => _ = PrCtl(SignalOnParentsEnd, (nuint)signal, 0, 0, 0);

    /// <summary>Lets a signal do nothing, here only: unlike an ignored signal this is not inherited by programs started from here.</summary>
    public static void Shrug(int signal)
    {
        // Any function that is safe in a signal handler and needs no argument will do.
        if (NativeLibrary.TryGetExport(SpawnCalls.Library, "getppid", out nint nothing))
        {
            _ = SetHandler(signal, nothing);
        }
    }

    /// <summary>Opens a handle that owns <see cref="TryOpenProcess"/>'s descriptor.</summary>
    public static SafeFileHandle OpenProcess(int processId) =>
        new(SystemError.ThrowIfNegative(TryOpenProcess(processId), "pidfd_open"), ownsHandle: true);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "getpgrp")]
    public static partial int OwnGroup();

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second, long third, long fourth);

    [LibraryImport("libc", EntryPoint = "wait4", SetLastError = true)]
    private static partial int Wait4(int processId, int* status, int options, long* usage);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitId(int kind, int processId, int* information, int options);

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int GetClock(int clock, long* time);

    [LibraryImport("libc", EntryPoint = "prlimit", SetLastError = true)]
    private static partial int PrLimit(int processId, int resource, ulong* limit, ulong* old);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int PrCtl(int option, nuint second, nuint third, nuint fourth, nuint fifth);

    [LibraryImport("libc", EntryPoint = "signal", SetLastError = true)]
    private static partial nint SetHandler(int signal, nint handler);
}
