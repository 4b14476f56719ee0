using System.Runtime.InteropServices;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>The folder that the files go to, held open for the whole run.</summary>
/// <remarks>
/// D1: every name is resolved against the open folder, never by a path, so that exchanging the folder or a parent for a link
/// moves nothing elsewhere. D2: a name is one component. D3: nothing is opened through a link. Thread-safe.
/// Linux only: the calls are those of its C library.
/// </remarks>
internal sealed class TargetFolder : IDisposable
{
    private const uint Permissions = 0x1B6; // 0666, less the user's umask.
    private const uint FolderPermissions = 0x1FF; // 0777, the same.

    private readonly FingerprintTable? _present;
    private int _folder;

    private TargetFolder(string path, int folder, string listPath)
        : this(path, folder) => _present = ListNames(listPath);

    // Without the names that are in it: for those who ask for each.
    private TargetFolder(string path, int folder)
    {
        Path = path;
        _folder = folder;
    }

    /// <summary>The folder's full path, for messages.</summary>
    public string Path { get; }

    /// <summary>Makes the folder if it is missing, and opens it.</summary>
    /// <exception cref="RunException">It cannot be made, is no folder, or cannot be written.</exception>
    public static TargetFolder Open(string path)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new RunException(ExitCode.Environment, "files are stored on Linux only: it needs folders that are held open");
        }

        string full;
        try
        {
            full = System.IO.Path.GetFullPath(path);
            Directory.CreateDirectory(full);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new RunException(ExitCode.Environment, $"cannot make the folder {UrlText.Printable(path)}: {UrlText.Printable(exception.Message)}", exception);
        }

        int folder = Libc.OpenAt(-100, full, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec, 0);
        if (folder < 0)
        {
            throw Failure($"cannot open the folder {UrlText.Printable(full)}");
        }

        TargetFolder target = new(full, folder, full);
        try
        {
            target.ProveWritable();
        }
        catch
        {
            target.Dispose();
            throw;
        }

        return target;
    }

    /// <summary>Where this process's open folder is for the other processes of the run: the folder itself, whatever its path leads to by then.</summary>
    public string SharedPath => $"/proc/{Environment.ProcessId}/fd/{_folder}";

    /// <summary>Opens the folder that another process of the run holds open.</summary>
    /// <param name="sharedPath">The other's <see cref="SharedPath"/>.</param>
    /// <param name="path">The folder's full path, for messages.</param>
    /// <exception cref="RunException">It cannot be opened.</exception>
    public static TargetFolder Join(string sharedPath, string path)
    {
        int folder = Libc.OpenAt(-100, sharedPath, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec, 0);
        return folder < 0
            ? throw Failure($"cannot open the folder {UrlText.Printable(path)} in a worker process")
            : new TargetFolder(path, folder, $"/proc/self/fd/{folder}");
    }

    /// <summary>Opens a folder that exists, to replace files in it.</summary>
    /// <returns>The folder, or <see langword="null"/> when it cannot be opened.</returns>
    public static TargetFolder? OpenExisting(string path)
    {
        int folder = Libc.OpenAt(-100, path, Libc.ReadOnly | Libc.Directory | Libc.CloseOnExec, 0);
        return folder < 0 ? null : new TargetFolder(path, folder);
    }

    /// <summary>Whether a name may exist: quick, and right unless others write into the folder meanwhile. A rename decides in the end.</summary>
    public bool MayContain(string name) => _present is not null && _present.Contains(name);

    /// <summary>Tells what a name stands for, and its length.</summary>
    public (FileKind Kind, long Length) Inspect(string name)
    {
        FileStatus status = StatusOf(name);
        return (status.Kind, status.Length);
    }

    /// <summary>Tells what the system says of a name; a link is not followed.</summary>
    public FileStatus StatusOf(string name)
    {
        RequireOneComponent(name);
        return Libc.Status(_folder, name, out FileStatus status) == 0 || Marshal.GetLastPInvokeError() == Libc.ENOENT
            ? status
            : throw Failure($"cannot look at {UrlText.Printable(name)} in {UrlText.Printable(Path)}");
    }

    /// <summary>Tells what the system says of this folder.</summary>
    public FileStatus GetStatus() =>
        Libc.StatusOf(_folder, out FileStatus status) == 0 ? status : throw Failure($"cannot look at {UrlText.Printable(Path)}");

    /// <summary>Opens a folder within this one, and makes it if it is missing.</summary>
    /// <returns>The folder, or <see langword="null"/> when the name stands for something else, such as a link.</returns>
    public TargetFolder? Enter(string name)
    {
        RequireOneComponent(name);
        if (Libc.MakeFolderAt(_folder, name, FolderPermissions) != 0 && Marshal.GetLastPInvokeError() != Libc.EEXIST)
        {
            throw Failure($"cannot make {UrlText.Printable(name)} in {UrlText.Printable(Path)}");
        }

        int folder = Libc.OpenAt(_folder, name, Libc.ReadOnly | Libc.Directory | Libc.NoFollow | Libc.CloseOnExec, 0);
        if (folder >= 0)
        {
            return new TargetFolder(System.IO.Path.Combine(Path, name), folder);
        }

        return Marshal.GetLastPInvokeError() is Libc.ENOTDIR or Libc.ELOOP
            ? null
            : throw Failure($"cannot open {UrlText.Printable(name)} in {UrlText.Printable(Path)}");
    }

    /// <summary>Makes a new file and opens it for writing.</summary>
    /// <returns>The descriptor, or −1 when the name is taken.</returns>
    public int Create(string name)
    {
        RequireOneComponent(name);
        int file = OpenFile(name, Libc.WriteOnly | Libc.Create | Libc.Exclusive);
        return file >= 0 || Marshal.GetLastPInvokeError() == Libc.EEXIST
            ? file
            : throw Failure($"cannot write {UrlText.Printable(name)} in {UrlText.Printable(Path)}");
    }

    /// <summary>Opens an ordinary file that exists; for writing, it is locked against other runs.</summary>
    /// <returns>The descriptor, or −1 when there is none, or it is not an ordinary file, or another run holds it.</returns>
    public int OpenExisting(string name, bool write)
    {
        RequireOneComponent(name);

        // Not blocking: a pipe put in the place of the file must not stop the run.
        int file = OpenFile(name, (write ? Libc.WriteOnly : Libc.ReadOnly) | Libc.NonBlocking);
        if (file < 0)
        {
            return -1;
        }

        if (Inspect(name).Kind == FileKind.Regular && (!write || Libc.Lock(file, Libc.LockExclusiveNow) == 0))
        {
            return file;
        }

        _ = Libc.Close(file);
        return -1;
    }

    /// <summary>Gives a file its final name.</summary>
    /// <returns>Whether it was done; no when the name is taken and must not be replaced.</returns>
    public bool Rename(string from, string to, bool replace)
    {
        RequireOneComponent(from);
        RequireOneComponent(to);
        int result = replace
            ? Libc.RenameAt(_folder, from, _folder, to)
            : Libc.RenameAt2(_folder, from, _folder, to, Libc.RenameNoReplace);
        int error = result == 0 ? 0 : Marshal.GetLastPInvokeError();
        if (!replace && error is Libc.EINVAL or Libc.ENOSYS)
        {
            // A file system without that call: the gap between look and rename is the price.
            if (Inspect(to).Kind != FileKind.None)
            {
                return false;
            }

            error = Libc.RenameAt(_folder, from, _folder, to) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }

        if (error == 0 || (!replace && error == Libc.EEXIST))
        {
            return error == 0;
        }

        throw Failure($"cannot give {UrlText.Printable(to)} its name in {UrlText.Printable(Path)}");
    }

    /// <summary>Removes a file; none is no failure.</summary>
    public void Remove(string name)
    {
        RequireOneComponent(name);
        _ = Libc.UnlinkAt(_folder, name, 0);
    }

    /// <summary>The failure of the call before, as one line.</summary>
    public static RunException Failure(string what) =>
        new(ExitCode.Environment, $"{what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    /// <inheritdoc/>
    public void Dispose()
    {
        int folder = Interlocked.Exchange(ref _folder, -1);
        if (folder >= 0)
        {
            _ = Libc.Close(folder);
        }
    }

    private static void RequireOneComponent(string name)
    {
        if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny('/', '\0'))
        {
            throw new ArgumentException($"{UrlText.Printable(name)} is not a file name.", nameof(name));
        }
    }

    private static FingerprintTable? ListNames(string path)
    {
        FingerprintTable? names = null;
        foreach (string entry in Directory.EnumerateFileSystemEntries(path))
        {
            names ??= new FingerprintTable();
            names.Add(System.IO.Path.GetFileName(entry.AsSpan()), 1);
        }

        return names;
    }

    private int OpenFile(string name, int flags)
    {
        int file;
        do
        {
            file = Libc.OpenAt(_folder, name, flags | Libc.NoFollow | Libc.CloseOnExec, Permissions);
        }
        while (file < 0 && Marshal.GetLastPInvokeError() == Libc.EINTR);
        return file;
    }

    private void ProveWritable()
    {
        // Told before the first request, not after a thousand.
        string probe = $".overlap-{Environment.ProcessId}{PartFile.Suffix}";
        Remove(probe);
        int file = Create(probe);
        if (file < 0)
        {
            throw new RunException(ExitCode.Environment, $"cannot write into {UrlText.Printable(Path)}");
        }

        _ = Libc.Close(file);
        Remove(probe);
    }
}
