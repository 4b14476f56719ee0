using System.Runtime.InteropServices;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>The system calls that name a file by an open folder: .NET has none, and paths can be redirected between two calls.</summary>
internal static unsafe partial class Libc
{
    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int EEXIST = 17;
    public const int ENOSYS = 38;
    public const int EINVAL = 22;
    public const int ELOOP = 40;
    public const int ENXIO = 6;
    public const int EISDIR = 21;

    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int LockExclusive = 2;
    public const int LockExclusiveNow = 2 | 4;
    public const uint RenameNoReplace = 1;

    // These two differ between processors.
    public static readonly int Directory = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? 0x4000 : 0x10000;
    public static readonly int NoFollow = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? 0x8000 : 0x20000;

    private const int SymbolicLinkNoFollow = 0x100;
    private const uint BasicStatistics = 0x7ff;

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenAt(int folder, string name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int file);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int file, byte* buffer, nint count);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    public static partial nint ReadAt(int file, byte* buffer, nint count, long offset);

    [LibraryImport("libc", EntryPoint = "ftruncate", SetLastError = true)]
    public static partial int Truncate(int file, long length);

    [LibraryImport("libc", EntryPoint = "lseek", SetLastError = true)]
    public static partial long Seek(int file, long offset, int origin);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int file, int operation);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnlinkAt(int folder, string name, int flags);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt(int fromFolder, string from, int toFolder, string to);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt2(int fromFolder, string from, int toFolder, string to, uint flags);

    /// <summary>Tells what a name stands for without following it.</summary>
    /// <returns>0, or −1 with the error number set.</returns>
    public static int Status(int folder, string name, out uint mode, out long length)
    {
        // struct statx is laid out the same on every processor: mode at 28, size at 40.
        byte* status = stackalloc byte[256];
        int result = StatX(folder, name, SymbolicLinkNoFollow, BasicStatistics, status);
        mode = result == 0 ? *(ushort*)(status + 28) : 0u;
        length = result == 0 ? *(long*)(status + 40) : 0;
        return result;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string name, int flags, uint mask, byte* status);
}
