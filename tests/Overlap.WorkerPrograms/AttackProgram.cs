using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Overlap.WorkerPrograms;

/// <summary>Another user's program that tries everything on a pool and its workers; says of each thing whether it was refused.</summary>
internal static partial class AttackProgram
{
    private const int Attach = 16;
    private const int Seize = 0x4206;
    private const int Kill = 9;
    private const int ReadWrite = 0x802;
    private const int DuplicateFrom = 438;
    private const int OpenProcess = 434;
    private const int SignalProcess = 424;
    private const int ReadMemory = 310;
    private const int WriteMemory = 311;

    private static readonly string[] SharedFolders = ["/tmp", "/dev/shm", "/run/shm", "/var/tmp"];

    /// <param name="targets">The marker of what was put into the workers, then the processes: the pool's, then a worker's.</param>
    public static void Run(string[] targets)
    {
        string secret = targets[0];
        int[] processes = [.. targets[1..].Select(int.Parse)];
        Try("open its descriptors", () => Any(processes, static id => Directory.EnumerateFileSystemEntries($"/proc/{id}/fd").Any()));
        Try("open its shared memory by number", () => Any(processes, static id => Enumerable.Range(0, 256).Any(fd => CanOpen($"/proc/{id}/fd/{fd}"))));
        Try("list its mapped files", () => Any(processes, static id => Directory.EnumerateFileSystemEntries($"/proc/{id}/map_files").Any()));
        Try("read its map", () => Any(processes, static id => File.ReadAllText($"/proc/{id}/maps").Length > 0));
        Try("open its memory", () => Any(processes, static id => CanOpen($"/proc/{id}/mem")));
        Try("read its memory", () => Any(processes, static id => Move(ReadMemory, id)));
        Try("write its memory", () => Any(processes, static id => Move(WriteMemory, id)));
        Try("read its environment", () => Any(processes, static id => File.ReadAllText($"/proc/{id}/environ").Length > 0));
        Try("attach as a debugger", () => Any(processes, static id => Trace(Attach, id, 0, 0) == 0 || Trace(Seize, id, 0, 0) == 0));
        Try("send a signal", () => Any(processes, static id => SendSignal(id, Kill) == 0 || SendSignal(-id, Kill) == 0));
        Try("send a signal through a handle", () => Any(processes, SignalThroughHandle));
        Try("take a descriptor through a handle", () => Any(processes, DuplicateThroughHandle));
        Try("connect to its sockets", () => Sockets(processes).Any(CanConnect));
        Try("open its files in shared folders", () => SharedFiles(processes, secret).Any(static path => CanOpen(path) || CanConnect(path)));
        Try("change its limits or priority", () => Any(processes, static id => SetPriority(0, id, 19) == 0 || CanWrite($"/proc/{id}/oom_score_adj")));
    }

    private static void Try(string what, Func<bool> action)
    {
        bool hasWorked;
        string how = "";
        try
        {
            hasWorked = action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or SocketException)
        {
            hasWorked = false;
            how = exception.GetType().Name;
        }

        Console.WriteLine($"{(hasWorked ? "WORKED" : "refused")} {what} {how}");
    }

    private static bool Any(int[] processes, Func<int, bool> action)
    {
        // One that is refused must not keep the others from being tried.
        bool any = false;
        foreach (int process in processes)
        {
            try
            {
                any |= action(process);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
            }
        }

        return any;
    }

    private static bool CanOpen(string path)
    {
        int file = OpenFile(path, ReadWrite, 0);
        file = file < 0 ? OpenFile(path, 0x800, 0) : file;
        return file >= 0;
    }

    private static bool CanWrite(string path) => OpenFile(path, 1, 0) >= 0;

    private static unsafe bool Move(int call, int process)
    {
        // An address that is mapped in every .NET process of this machine need not be known: a refusal comes before a fault.
        byte* here = stackalloc byte[8];
        nint* own = stackalloc nint[2];
        nint* other = stackalloc nint[2];
        (own[0], own[1]) = ((nint)here, 8);
        (other[0], other[1]) = (0x400000, 8);
        const int notPermitted = 1;
        return SystemCall(call, process, (nint)own, 1, (nint)other, 1, 0) >= 0 || Marshal.GetLastPInvokeError() != notPermitted;
    }

    private static bool SignalThroughHandle(int process)
    {
        long handle = SystemCall(OpenProcess, process, 0, 0, 0, 0, 0);
        return handle >= 0 && SystemCall(SignalProcess, (nint)handle, Kill, 0, 0, 0, 0) == 0;
    }

    private static bool DuplicateThroughHandle(int process)
    {
        long handle = SystemCall(OpenProcess, process, 0, 0, 0, 0, 0);
        return handle >= 0 && Enumerable.Range(0, 64).Any(fd => SystemCall(DuplicateFrom, (nint)handle, fd, 0, 0, 0, 0) >= 0);
    }

    // The names of sockets that belong to them cannot be told from others', so a name is tried when it could be theirs at all.
    private static IEnumerable<string> Sockets(int[] processes) => File.ReadLines("/proc/net/unix").Skip(1)
        .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(static fields => fields.Length >= 8)
        .Select(static fields => fields[7])
        .Where(name => name.Contains("overlap", StringComparison.OrdinalIgnoreCase) || processes.Any(id => name.Contains($"{id}", StringComparison.Ordinal)));

    private static bool CanConnect(string name)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(name[0] == '@' ? $"\0{name[1..]}" : name));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static IEnumerable<string> SharedFiles(int[] processes, string secret) => SharedFolders
        .Where(Directory.Exists)
        .SelectMany(static folder => Directory.EnumerateFileSystemEntries(folder))
        .Where(path => processes.Any(id => Path.GetFileName(path).Split('-', '.', '_').Contains($"{id}")) || Holds(path, secret));

    private static bool Holds(string path, string secret)
    {
        try
        {
            return File.Exists(path) && new FileInfo(path).Length is > 0 and < 1 << 20 && File.ReadAllText(path).Contains(secret, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFile(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "ptrace", SetLastError = true)]
    private static partial long Trace(int request, int process, nint address, nint data);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, int process, int priority);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(nint number, nint first, nint second, nint third, nint fourth, nint fifth, nint sixth);
}
