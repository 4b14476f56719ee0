using System.Runtime.InteropServices;

namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>The system calls under a child process: start, pipes, one wait for many, signals to groups. Linux only.</summary>
/// <remarks>Every descriptor made here is closed by <c>exec</c>: no other child inherits it.</remarks>
internal static unsafe partial class ChildCalls
{
    public const int TryAgain = 11;
    public const int OutOfMemory = 12;
    public const int NoSuchFile = 2;
    public const int TooLong = 7;
    public const int NotAProgram = 8;
    public const int NotAllowed = 13;
    public const int TooManyFilesInSystem = 23;
    public const int TooManyFiles = 24;

    public const int SignalKill = 9;
    public const int SignalPipe = 13;
    public const int SignalTerminate = 15;
    public const int SignalContinue = 18;
    public const int SignalStop = 19;

    public const uint Readable = 0x1;
    public const uint Once = 1u << 30;

    /// <summary>How many bytes the C library's structures for a start may take; they are only ever handed back to it.</summary>
    public const int OpaqueSize = 512;

    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int AddDescriptor = 1;
    private const int RemoveDescriptor = 2;
    private const int SetStatusFlags = 4;
    private const int NoHang = 1;
    private const int CallPidFdSendSignal = 424;
    private const int CallPidFdOpen = 434;
    private const int PriorityOfOne = 0;
    private const int Interrupted = 4;

    // struct epoll_event is packed on x64 alone.
    private static readonly bool IsPacked = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Bytes between two events that <see cref="Wait"/> gives.</summary>
    public static int EventSize => IsPacked ? 12 : 16;

    /// <summary>Opens a file for reading that children get as their standard input.</summary>
    /// <returns>The descriptor; negative when it cannot be opened.</returns>
    public static int OpenForReading(string path) => Open(path, CloseOnExec);

    /// <summary>Opens a file for writing that children get as an output.</summary>
    /// <returns>The descriptor; negative when it cannot be opened.</returns>
    public static int OpenForWriting(string path) => Open(path, CloseOnExec | 1);

    /// <summary>Makes a pipe whose reading end never blocks.</summary>
    /// <returns>Whether there was one to be had; else the last error tells.</returns>
    public static bool TryPipe(out int reader, out int writer)
    {
        int* pair = stackalloc int[2];
        if (Pipe2(pair, CloseOnExec) < 0)
        {
            reader = writer = -1;
            return false;
        }

        (reader, writer) = (pair[0], pair[1]);
        _ = Control(reader, SetStatusFlags, NonBlocking);
        return true;
    }

    /// <summary>Opens a handle that is readable when the process has ended.</summary>
    /// <returns>The descriptor; negative when there is none to be had.</returns>
    public static int OpenProcess(int processId) => (int)SystemCall(CallPidFdOpen, processId, 0, 0, 0);

    /// <summary>Sends a signal to the process behind a handle; one that is gone is no error.</summary>
    public static void SignalProcess(int handle, int signal) => _ = SystemCall(CallPidFdSendSignal, handle, signal, 0, 0);

    /// <summary>Waits until the process behind a handle has ended or the time has passed, or until a signal comes.</summary>
    /// <param name="handle">From <see cref="OpenProcess"/>.</param>
    /// <param name="milliseconds">The longest wait.</param>
    /// <returns>Whether it has ended: it runs no more, reaped or not.</returns>
    public static bool HasEnded(int handle, int milliseconds)
    {
        // struct pollfd: the descriptor, then what is asked and what is so, two bytes each.
        int* entry = stackalloc int[2] { handle, (int)Readable };
        return Poll(entry, 1, milliseconds) > 0;
    }

    /// <summary>Lets a little time pass.</summary>
    /// <param name="milliseconds">How long.</param>
    public static void Pause(int milliseconds) => _ = Poll(null, 0, milliseconds);

    /// <summary>Makes what waits for many descriptors.</summary>
    public static int CreateWait() => CreatePoll(CloseOnExec);

    /// <summary>Makes a counter that wakes whoever waits for it.</summary>
    public static int CreateWakeUp() => EventFd(0, CloseOnExec | NonBlocking);

    /// <summary>Waits for a descriptor from now on.</summary>
    public static bool TryAdd(int wait, int descriptor, uint events, ulong data)
    {
        byte* entry = stackalloc byte[16];
        *(uint*)entry = events;
        *(ulong*)(entry + DataOffset) = data;
        return ControlPoll(wait, AddDescriptor, descriptor, entry) == 0;
    }

    /// <summary>Waits for a descriptor no longer. A closed one would stay as long as another child, not quite started, holds a copy.</summary>
    public static void Remove(int wait, int descriptor)
    {
        byte* unused = stackalloc byte[16];
        _ = ControlPoll(wait, RemoveDescriptor, descriptor, unused);
    }

    /// <summary>Waits until something is readable or the time has passed.</summary>
    /// <param name="wait">What waits.</param>
    /// <param name="events">Room for events of <see cref="EventSize"/>.</param>
    /// <param name="milliseconds">The longest wait; −1 = for ever.</param>
    /// <returns>The number of events.</returns>
    public static int Wait(int wait, Span<byte> events, int milliseconds)
    {
        fixed (byte* first = events)
        {
            return Math.Max(0, WaitPoll(wait, first, events.Length / EventSize, milliseconds));
        }
    }

    /// <summary>What was given to <see cref="TryAdd"/> for the descriptor of an event.</summary>
    public static ulong DataOf(ReadOnlySpan<byte> events, int index) =>
        BitConverter.ToUInt64(events.Slice((index * EventSize) + DataOffset, sizeof(ulong)));

    /// <summary>Reads once.</summary>
    /// <returns>The bytes read, 0 at the end, −1 when nothing is there now.</returns>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            nint count;
            do
            {
                count = Read(descriptor, first, buffer.Length);
            }
            while (count < 0 && Marshal.GetLastPInvokeError() == Interrupted);
            return (int)count;
        }
    }

    /// <summary>Wakes whoever waits for a counter.</summary>
    public static void WakeUp(int counter)
    {
        ulong one = 1;
        _ = Write(counter, (byte*)&one, sizeof(ulong));
    }

    /// <summary>Takes the end of a child, if it has ended.</summary>
    /// <returns>Whether it has.</returns>
    public static bool TryReap(int processId, out int status, out TimeSpan cpu)
    {
        // struct rusage begins with the user's and the system's time, each in seconds and microseconds.
        long* usage = stackalloc long[32];
        int packed = 0;
        int reaped;
        do
        {
            reaped = Wait4(processId, &packed, NoHang, usage);
        }
        while (reaped < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        status = packed;
        cpu = reaped > 0 ? TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]) : TimeSpan.Zero;
        return reaped != 0;
    }

    /// <summary>Lets what the calling thread does from now on, and what it starts, yield to others.</summary>
    /// <returns>Whether the system allowed it.</returns>
    public static bool BeNice(int nice) => SetPriority(PriorityOfOne, 0, nice) == 0;

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int processId, int signal);

    [LibraryImport("libc", EntryPoint = "posix_spawn")]
    public static partial int Spawn(int* processId, byte* path, byte* actions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    public static partial int InitializeActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    public static partial int DestroyActions(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    public static partial int AddDuplicate(byte* actions, int source, int target);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    public static partial int InitializeAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    public static partial int DestroyAttributes(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    public static partial int SetFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    public static partial int SetMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    public static partial int SetDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "access", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Access(string path, int mode);

    private static int DataOffset => IsPacked ? 4 : 8;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(int* pair, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint start, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int CreatePoll(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int ControlPoll(int poll, int operation, int descriptor, byte* entry);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int WaitPoll(int poll, byte* events, int count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(int* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second, long third, long fourth);

    [LibraryImport("libc", EntryPoint = "wait4", SetLastError = true)]
    private static partial int Wait4(int processId, int* status, int options, long* usage);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, uint who, int priority);
}
