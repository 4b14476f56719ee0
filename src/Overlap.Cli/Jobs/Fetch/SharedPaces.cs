using System.IO.MemoryMappedFiles;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>The paces of all hosts, shared by the processes of a run: a table in a mapped file that the run removes at its end.</summary>
/// <remarks>
/// A host has its place by a hash of its name. Two hosts with the same place wait for each other: more polite than needed, never less.
/// The timestamps are those of the system's one monotonic clock.
/// </remarks>
internal sealed unsafe class SharedPaces : IDisposable
{
    private const int Places = 1 << 16;
    private const int Bytes = Places * sizeof(long);

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly bool _isOwner;
    private readonly long* _table;

    private SharedPaces(FileStream file, bool isOwner)
    {
        Path = file.Name;
        _isOwner = isOwner;
        _file = MemoryMappedFile.CreateFromFile(file, null, Bytes, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, Bytes);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        _table = (long*)(start + _view.PointerOffset);
    }

    /// <summary>The file, for those who share it.</summary>
    public string Path { get; }

    /// <summary>Makes a table.</summary>
    /// <exception cref="RunException">The folder for temporary files cannot be used.</exception>
    public static SharedPaces Create()
    {
        FileStreamOptions options = OptionsOf(FileMode.CreateNew);
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        string name = $"overlap-{Environment.ProcessId}-{Guid.NewGuid():N}.pace";
        return Open(System.IO.Path.Combine(System.IO.Path.GetTempPath(), name), options, isOwner: true);
    }

    /// <summary>Opens the table of another process.</summary>
    /// <exception cref="RunException">It is gone.</exception>
    public static SharedPaces Join(string path) => Open(path, OptionsOf(FileMode.Open), isOwner: false);

    /// <summary>Gives the pace of a host; valid as long as the table.</summary>
    public HostPace Of(string host) => new(_table + (Fingerprint.Stable.Of(host).High % Places));

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        if (_isOwner)
        {
            File.Delete(Path);
        }
    }

    private static FileStreamOptions OptionsOf(FileMode mode) => new()
    {
        Mode = mode,
        Access = FileAccess.ReadWrite,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
    };

    private static SharedPaces Open(string path, FileStreamOptions options, bool isOwner)
    {
        try
        {
            return new SharedPaces(new FileStream(path, options), isOwner);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw RunException.File("cannot use", UrlText.Printable(path), exception);
        }
    }
}
