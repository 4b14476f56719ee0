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
    public const int ENOTDIR = 20;

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

    private const int CurrentFolder = -100;
    private const int SymbolicLinkNoFollow = 0x100;
    private const int EmptyPath = 0x1000;
    private const uint TypeMask = 0xF000;
    private const uint PermissionMask = 0xFFF;
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

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFolderAt(int folder, string name, uint mode);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(int file, uint mode);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt(int fromFolder, string from, int toFolder, string to);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt2(int fromFolder, string from, int toFolder, string to, uint flags);

    /// <summary>Tells what a name stands for without following it.</summary>
    /// <returns>0, or −1 with the error number set.</returns>
    public static int Status(int folder, string name, out FileStatus status) => Status(folder, name, SymbolicLinkNoFollow, out status);

    /// <summary>Tells what a path leads to.</summary>
    /// <returns>0, or −1 with the error number set.</returns>
    public static int StatusOf(string path, out FileStatus status) => Status(CurrentFolder, path, 0, out status);

    /// <summary>Tells what is open.</summary>
    /// <returns>0, or −1 with the error number set.</returns>
    public static int StatusOf(int file, out FileStatus status) => Status(file, "", EmptyPath, out status);

    private static int Status(int folder, string name, int flags, out FileStatus status)
    {
        // struct statx is laid out the same on every processor.
        byte* fields = stackalloc byte[256];
        int result = StatX(folder, name, flags, BasicStatistics, fields);
        if (result != 0)
        {
            status = default;
            return result;
        }

        uint mode = *(ushort*)(fields + 28);
        FileKind kind = (mode & TypeMask) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Folder,
            0xA000 => FileKind.SymbolicLink,
            _ => FileKind.Special,
        };
        Int128 modifiedAt = ((Int128)(*(long*)(fields + 112)) * 1_000_000_000) + *(uint*)(fields + 120);
        ulong device = ((ulong)*(uint*)(fields + 136) << 32) | *(uint*)(fields + 140);
        status = new FileStatus(kind, *(long*)(fields + 40), mode & PermissionMask, modifiedAt, device, *(ulong*)(fields + 32));
        return 0;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string name, int flags, uint mask, byte* status);
}
