namespace Overlap.Benchmarks.Commands;

/// <summary>The folder of one invocation: compiled peers, lists, and the folder that a run fills. Removed at the end.</summary>
/// <remarks>It lies in memory where the system has such a folder, so that files cost the programs and not the disk.</remarks>
internal sealed class Workshop : IDisposable
{
    private const string MemoryFolder = "/dev/shm";

    private readonly string _folder;
    private readonly string _sources;

    /// <summary>Opens the folder.</summary>
    /// <param name="sources">Where the peers' sources are.</param>
    public Workshop(string sources)
    {
        _sources = sources;
        InMemory = Directory.Exists(MemoryFolder);
        _folder = Path.Combine(InMemory ? MemoryFolder : Path.GetTempPath(), $"overlap-benchmarks-{Environment.ProcessId}");
        Directory.CreateDirectory(_folder);
    }

    /// <summary>Whether files are written to memory.</summary>
    public bool InMemory { get; }

    /// <summary>Gives the path of a peer that is run from its source.</summary>
    public string Source(string name) => Path.Combine(_sources, name);

    /// <summary>Writes a file that all runs share, such as a list of addresses.</summary>
    public string Write(string name, IEnumerable<string> lines)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllLines(path, lines);
        return path;
    }

    /// <summary>Makes a folder that all runs share.</summary>
    public string Open(string name) => Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;

    /// <summary>Compiles a peer written in C, once for each set of options.</summary>
    public async Task<string> CompileAsync(string source, CancellationToken cancellationToken, params string[] options)
    {
        string program = Path.Combine(_folder, Path.GetFileNameWithoutExtension(source) + string.Concat(options));
        if (!File.Exists(program))
        {
            await ShortCommand.RunAsync("gcc", ["-O2", "-Wall", "-pthread", .. options, "-o", program, Source(source)], cancellationToken);
        }

        return program;
    }

    /// <summary>Where the folder of each run is, for programs that want a whole path.</summary>
    public string RunFolder => Path.Combine(_folder, "run");

    /// <summary>Makes the folder that one run works in, with an empty folder <c>out</c> inside it.</summary>
    public string OpenRunFolder()
    {
        Directory.CreateDirectory(Path.Combine(RunFolder, "out"));
        return RunFolder;
    }

    /// <summary>Removes what a run left.</summary>
    public void CloseRunFolder() => Directory.Delete(RunFolder, recursive: true);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
