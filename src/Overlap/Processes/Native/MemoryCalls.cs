using System.Runtime.InteropServices;

namespace Overlap.Processes.Native;

/// <summary>The system calls under shared memory and its waits. Linux only.</summary>
internal static unsafe partial class MemoryCalls
{
    public const uint CloseOnExec = 0x1;
    public const uint AllowSealing = 0x2;

    public const int ProtectRead = 1;
    public const int ProtectWrite = 2;
    public const int MapShared = 1;
    public const int MapAnonymous = 0x20;
    public const int MapNoReserve = 0x4000;

    public const int AddSeals = 1033;
    public const int GetSeals = 1034;
    public const int SealSeal = 1;
    public const int SealShrink = 2;
    public const int SealGrow = 4;

    public const int AdviseRemove = 9;

    public const uint ReadableByOwner = 0x100;

    public const int TryAgain = 11;
    public const int Interrupted = 4;
    public const int TimedOut = 110;
    public const int NoSuchCall = 38;

    private const long Futex = 202;
    private const long FutexArm = 98;
    private const long FutexWaitAny = 449;
    private const int FutexWait = 0;
    private const int FutexWake = 1;
    private const int Monotonic = 1;

    private static readonly long FutexNumber = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? FutexArm : Futex;

    [LibraryImport("libc", EntryPoint = "memfd_create", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int CreateMemoryFile(string name, uint flags);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int SetLength(int descriptor, long length);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int SetMode(int descriptor, uint mode);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(nint address, nuint length);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static partial int Advise(byte* address, nuint length, int advice);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "sched_getcpu")]
    [SuppressGCTransition]
    public static partial int GetProcessor();

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Call(long number, void* word, int operation, uint value, TimeSpecification* timeout, void* second, uint third);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long CallWaitAny(long number, WaitEntry* entries, uint count, uint flags, TimeSpecification* timeout, int clock);

    /// <summary>Sleeps while a word has a value. Returns at once when it has another; may return without reason.</summary>
    public static void WaitWhile(int* word, int value) => Call(FutexNumber, word, FutexWait, (uint)value, null, null, 0);

    /// <summary>As <see cref="WaitWhile(int*, int)"/>, but no longer than so many nanoseconds, less than a second.</summary>
    /// <returns>Whether it was not the time that ended the sleep.</returns>
    public static bool WaitWhile(int* word, int value, long nanoseconds)
    {
        TimeSpecification timeout = new() { Nanoseconds = nanoseconds };
        return Call(FutexNumber, word, FutexWait, (uint)value, &timeout, null, 0) >= 0 || Marshal.GetLastPInvokeError() != TimedOut;
    }

    /// <summary>Whether the system lets a thread sleep on several words: kernels before 5.16 and some sandboxes do not.</summary>
    public static bool CanWaitAny { get; } = ProbeWaitAny();

    /// <summary>Wakes all that sleep on a word, in whatever process.</summary>
    public static void Wake(int* word) => Call(FutexNumber, word, FutexWake, int.MaxValue, null, null, 0);

    /// <summary>Sleeps while every word has its value.</summary>
    /// <param name="entries">The words and their values; at most 128.</param>
    /// <param name="until">On the monotonic clock; <see langword="null"/> for no end.</param>
    /// <returns>0 or more when woken, else the negative error number.</returns>
    public static int WaitAny(ReadOnlySpan<WaitEntry> entries, TimeSpecification? until)
    {
        TimeSpecification timeout = until.GetValueOrDefault();
        fixed (WaitEntry* first = entries)
        {
            long result = CallWaitAny(FutexWaitAny, first, (uint)entries.Length, 0, until is null ? null : &timeout, Monotonic);
            return result < 0 ? -Marshal.GetLastPInvokeError() : (int)result;
        }
    }

    private static bool ProbeWaitAny()
    {
        // The word has another value: where the call exists it says so at once.
        int word = 1;
        return WaitAny([new WaitEntry(&word, 0)], null) == -TryAgain;
    }

    /// <summary>One word to sleep on.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct WaitEntry(int* word, int value)
    {
        private const uint FourBytes = 2;

        public ulong Value = (uint)value;
        public ulong Word = (ulong)word;
        public uint Flags = FourBytes;
        public uint Reserved;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeSpecification
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
