using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Overlap.Processes.Native;

/// <summary>The system calls on file descriptors that .NET has no type for: private pairs, pipes, <c>poll</c>.</summary>
/// <remarks>Every descriptor made here is closed by <c>exec</c>, so that no other child of the program inherits it.</remarks>
internal static unsafe partial class DescriptorCalls
{
    public const short PollIn = 0x1;

    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int FamilyUnix = 1;
    private const int SocketStream = 1;
    private const int SetStatusFlags = 4;
    private const int DuplicateCloseOnExec = 1030;
    private const int DontWait = 0x40;
    private const int NoSignal = 0x4000;
    private const uint RangeCloseOnExec = 4;
    private const int ShutBothWays = 2;

    /// <summary>Makes two connected stream sockets without a name.</summary>
    public static (SafeFileHandle Mine, SafeFileHandle Theirs) SocketPair()
    {
        int* pair = stackalloc int[2];
        SystemError.ThrowIfNegative(SocketPair(FamilyUnix, SocketStream | CloseOnExec, 0, pair), "socketpair");
        return (new(pair[0], ownsHandle: true), new(pair[1], ownsHandle: true));
    }

    /// <summary>Makes a pipe whose reading end never blocks. The writing end blocks when the pipe is full.</summary>
    public static (SafeFileHandle Reader, SafeFileHandle Writer) Pipe()
    {
        int* pair = stackalloc int[2];
        SystemError.ThrowIfNegative(Pipe2(pair, CloseOnExec), "pipe2");
        SafeFileHandle reader = new(pair[0], ownsHandle: true);
        SafeFileHandle writer = new(pair[1], ownsHandle: true);
        SystemError.ThrowIfNegative(Control(pair[0], SetStatusFlags, NonBlocking), "fcntl");
        return (reader, writer);
    }

    /// <summary>Makes a counter that wakes whoever polls it.</summary>
    public static SafeFileHandle EventCounter() =>
        new(SystemError.ThrowIfNegative(EventFd(0, CloseOnExec | NonBlocking), "eventfd"), ownsHandle: true);

    /// <summary>Opens a file for reading or writing.</summary>
    /// <returns>The descriptor; negative when it cannot be opened.</returns>
    public static int TryOpen(string path, bool write) => Open(path, CloseOnExec | (write ? 1 : 0));

    /// <summary>Gives the same open file under a number that is at least <paramref name="least"/>.</summary>
    public static SafeFileHandle DuplicateAbove(int descriptor, int least) =>
        new(SystemError.ThrowIfNegative(Control(descriptor, DuplicateCloseOnExec, least), "fcntl"), ownsHandle: true);

    /// <summary>Sends without waiting. A full or closed socket is no error here: the caller has nothing to do about it.</summary>
    public static void SendWithoutWaiting(SafeFileHandle socket, byte value) =>
        _ = Send((int)socket.DangerousGetHandle(), &value, 1, DontWait | NoSignal);

    /// <summary>Ends both directions of a socket: what lies in it can still be read, then comes its end; a blocked read or write returns.</summary>
    public static void ShutDown(SafeFileHandle socket) => _ = ShutDown((int)socket.DangerousGetHandle(), ShutBothWays);

    /// <summary>Reads once.</summary>
    /// <returns>The bytes read, 0 at the end, −1 when nothing is there now or the read failed.</returns>
    public static int Read(int descriptor, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            nint count;
            do
            {
                count = Read(descriptor, start, buffer.Length);
            }
            while (count < 0 && Marshal.GetLastPInvokeError() == SystemError.Interrupted);
            return (int)count;
        }
    }

    /// <summary>Writes all of it, waiting where the other side is slow.</summary>
    /// <returns>Whether all was written.</returns>
    public static bool WriteAll(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* start = bytes)
        {
            int done = 0;
            while (done < bytes.Length)
            {
                nint count = Write(descriptor, start + done, bytes.Length - done);
                if (count >= 0)
                {
                    done += (int)count;
                }
                else if (Marshal.GetLastPInvokeError() != SystemError.Interrupted)
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Waits until one of the descriptors has something.</summary>
    /// <param name="entries">The descriptors; what was found is written into them.</param>
    /// <param name="milliseconds">The longest wait; −1 = for ever.</param>
    /// <returns>How many have something; 0 also when a signal ended the wait early.</returns>
    public static int Poll(Span<PollEntry> entries, int milliseconds)
    {
        fixed (PollEntry* first = entries)
        {
            int ready = Poll(first, (nuint)entries.Length, milliseconds);
            return ready < 0 && Marshal.GetLastPInvokeError() == SystemError.Interrupted ? 0 : SystemError.ThrowIfNegative(ready, "poll");
        }
    }

    /// <summary>Lets no program that this one starts inherit a descriptor from <paramref name="first"/> on.</summary>
    public static void KeepFromChildren(int first)
    {
        if (NativeLibrary.TryGetExport(SpawnCalls.Library, "close_range", out nint function))
        {
            _ = ((delegate* unmanaged<uint, uint, uint, int>)function)((uint)first, uint.MaxValue, RangeCloseOnExec);
        }
    }

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint ReadAt(int descriptor, byte* buffer, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(int descriptor, byte* buffer, nint count, int flags);

    [LibraryImport("libc", EntryPoint = "shutdown", SetLastError = true)]
    private static partial int ShutDown(int descriptor, int how);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "socketpair", SetLastError = true)]
    private static partial int SocketPair(int family, int type, int protocol, int* pair);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(int* pair, int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint start, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int descriptor, int command, int argument);
}
