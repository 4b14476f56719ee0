namespace Overlap.Cli.Jobs.Fetch;

/// <summary>A file that is being downloaded: it has its final name only when it is whole.</summary>
/// <remarks>D4: it is made exclusively, in the folder of the final file, so that the last step is one rename within one file system.</remarks>
internal sealed class PartFile : IDisposable
{
    /// <summary>What is appended to the final name.</summary>
    public const string Suffix = ".part";

    private readonly TargetFolder _folder;
    private readonly string _name;
    private readonly OpenFile _file;
    private bool _ended;
    private bool _hasRecord;

    private PartFile(TargetFolder folder, string name, int file)
    {
        _folder = folder;
        _name = name;
        _file = new OpenFile(file, name + Suffix);
    }

    /// <summary>The bytes in the file.</summary>
    public long Length { get; private set; }

    /// <summary>Begins a file anew; what an earlier run left behind is thrown away.</summary>
    /// <exception cref="FetchException">Another run holds the partial file, or the name stands for something that is no file.</exception>
    public static PartFile Create(TargetFolder folder, string name)
    {
        int file = folder.Create(name + Suffix);
        if (file < 0)
        {
            int old = folder.OpenExisting(name + Suffix, write: true);
            if (old < 0 && folder.Inspect(name + Suffix).Kind is not (FileKind.SymbolicLink or FileKind.None))
            {
                throw new FetchException(new FetchFailure(FailureKind.RefusedTarget, $"{name}{Suffix} is in use by another run, or is no file"));
            }

            folder.Remove(name + Suffix);
            if (old >= 0)
            {
                _ = Libc.Close(old);
            }

            file = folder.Create(name + Suffix);
            if (file < 0)
            {
                throw new FetchException(new FetchFailure(FailureKind.RefusedTarget, $"{name}{Suffix} is in use by another run"));
            }
        }

        return new PartFile(folder, name, file);
    }

    /// <summary>Opens what an earlier attempt left, to continue it.</summary>
    public static PartFile? OpenExisting(TargetFolder folder, string name)
    {
        int file = folder.OpenExisting(name + Suffix, write: true);
        if (file < 0)
        {
            return null;
        }

        PartFile part = new(folder, name, file) { _hasRecord = true };
        part.Length = part._file.SeekToEnd();
        return part;
    }

    /// <summary>Notes beside the file what a continuation needs, before the bytes that it would need it for.</summary>
    public void Keep(ResumeRecord record)
    {
        record.Write(_folder, _name);
        _hasRecord = true;
    }

    /// <summary>Throws away what is in the file.</summary>
    public void Clear()
    {
        _file.Clear();
        Length = 0;
        if (_hasRecord)
        {
            _folder.Remove(_name + ResumeRecord.Suffix);
            _hasRecord = false;
        }
    }

    /// <summary>Appends bytes.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        _file.Write(bytes);
        Length += bytes.Length;
    }

    /// <summary>Gives the whole file its final name.</summary>
    /// <returns>Whether it was done; no when the name is taken and must not be replaced, and then the part is removed.</returns>
    public bool Commit(string finalName, bool replace)
    {
        bool renamed = _folder.Rename(_name + Suffix, finalName, replace);
        _ended = renamed;
        if (_hasRecord)
        {
            _folder.Remove(_name + ResumeRecord.Suffix);
            _hasRecord = false;
        }

        return renamed;
    }

    /// <summary>Closes the file. One that is not whole stays only if it can be continued.</summary>
    public void Dispose()
    {
        if (!_ended && (!_hasRecord || Length == 0))
        {
            Discard();
        }

        _file.Dispose();
    }

    /// <summary>Removes the file and its record.</summary>
    public void Discard()
    {
        _ended = true;
        _folder.Remove(_name + Suffix);
        if (_hasRecord)
        {
            _folder.Remove(_name + ResumeRecord.Suffix);
            _hasRecord = false;
        }
    }
}
