using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Programs;

/// <summary>A project and what was built of it, as it lies on the disk: to ask the build itself would take longer than to start the program.</summary>
internal sealed class ProjectOutput
{
    private const string StampName = ".overlap-built";

    private static readonly string[] SourceExtensions = [".cs", ".csproj", ".props", ".targets", ".resx"];
    private static readonly string[] SharedNames = ["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "global.json"];
    private static readonly string[] BuiltFolders = ["bin", "obj", "artifacts"];

    private ProjectOutput(string project)
    {
        Project = project;
        Folder = Path.GetDirectoryName(project)!;
        Name = Path.GetFileNameWithoutExtension(project);
    }

    /// <summary>The full path of the project's file.</summary>
    public string Project { get; }

    /// <summary>The project's folder.</summary>
    public string Folder { get; }

    /// <summary>The project's name.</summary>
    public string Name { get; }

    /// <summary>Where the build keeps what it needs in between; the lock is there too.</summary>
    public string IntermediateFolder => ArtifactsOf("obj") ?? Path.Combine(Folder, "obj");

    /// <summary>Finds a project.</summary>
    /// <param name="path">Its file, or the folder that holds one.</param>
    public static ProjectOutput Of(string path)
    {
        string full = Path.GetFullPath(path);
        if (File.Exists(full))
        {
            return full.EndsWith(".csproj", StringComparison.Ordinal)
                ? new ProjectOutput(full)
                : throw new RunException(ExitCode.Usage, $"--project: {path} is neither a folder nor a .csproj file");
        }

        if (!Directory.Exists(full))
        {
            throw new RunException(ExitCode.Environment, $"cannot read {path}: no such folder");
        }

        return Directory.GetFiles(full, "*.csproj") switch
        {
            [string only] => new ProjectOutput(only),
            [] => throw new RunException(ExitCode.Usage, $"--project: {path} holds no .csproj file"),
            _ => throw new RunException(ExitCode.Usage, $"--project: {path} holds several .csproj files; name one of them"),
        };
    }

    /// <summary>The newest assembly that was built of it; <see langword="null"/>: none.</summary>
    public string? FindAssembly()
    {
        string file = AssemblyName() + ".dll";
        string?[] folders = [Path.Combine(Folder, "bin"), ArtifactsOf("bin")];
        return folders.Where(static folder => folder is not null && Directory.Exists(folder))
            .SelectMany(folder => Directory.EnumerateFiles(folder!, file, SearchOption.AllDirectories))
            .Where(static path => File.Exists(Path.ChangeExtension(path, ".deps.json")))
            .OrderByDescending(BuiltAt).ThenBy(static path => path.Length)
            .FirstOrDefault();
    }

    /// <summary>Tells whether something that goes into an assembly is newer than it.</summary>
    public bool IsStale(string assembly)
    {
        try
        {
            DateTime own = BuiltAt(assembly);
            return AncestorsOf(Folder).SelectMany(static folder => SharedNames.Select(name => Path.Combine(folder, name))).Any(path => File.Exists(path) && IsNewer(path, own))
                || HasNewer(Folder, own)
                || References().Any(reference => HasNewer(Path.GetDirectoryName(reference)!, BuiltAt(assembly, Path.GetFileNameWithoutExtension(reference))));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            // What cannot be read is the build's to judge.
            return true;
        }
    }

    /// <summary>Notes that an assembly is as its sources were at a time: a build leaves alone what would be the same.</summary>
    public static void Stamp(string assembly, DateTime at)
    {
        string stamp = StampOf(assembly);
        try
        {
            File.WriteAllText(stamp, "");
            File.SetLastWriteTimeUtc(stamp, at);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Then the next start asks the build again.
        }
    }

    private static string StampOf(string assembly) => Path.Combine(Path.GetDirectoryName(assembly)!, StampName);

    private static DateTime BuiltAt(string assembly)
    {
        DateTime built = File.GetLastWriteTimeUtc(assembly);
        string stamp = StampOf(assembly);
        DateTime noted = File.Exists(stamp) ? File.GetLastWriteTimeUtc(stamp) : built;
        return noted > built ? noted : built;
    }

    // What a reference was built into lies beside the assembly, as old as it was when it was compiled.
    private static DateTime BuiltAt(string assembly, string reference)
    {
        string copy = Path.Combine(Path.GetDirectoryName(assembly)!, reference + ".dll");
        return File.Exists(copy) ? BuiltAt(copy) : BuiltAt(assembly);
    }

    private static bool IsNewer(string path, DateTime than) => File.GetLastWriteTimeUtc(path) > than;

    private static bool HasNewer(string folder, DateTime than)
    {
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            if (SourceExtensions.Contains(Path.GetExtension(path)) && IsNewer(path, than))
            {
                return true;
            }
        }

        return Directory.EnumerateDirectories(folder)
            .Where(static path => Path.GetFileName(path) is { } name && name[0] != '.' && !BuiltFolders.Contains(name))
            .Any(path => HasNewer(path, than));
    }

    private static IEnumerable<string> AncestorsOf(string folder)
    {
        for (string? path = folder; path is not null; path = Path.GetDirectoryName(path))
        {
            yield return path;
        }
    }

    // The layout with one folder for all output: ROOT/artifacts/bin/NAME.
    private string? ArtifactsOf(string kind) => AncestorsOf(Folder)
        .Select(folder => Path.Combine(folder, "artifacts", kind, Name)).FirstOrDefault(Directory.Exists);

    private string AssemblyName()
    {
        try
        {
            return XDocument.Load(Project).Descendants().FirstOrDefault(static element => element.Name.LocalName == "AssemblyName")?.Value is { Length: > 0 } name
                && !name.Contains('$', StringComparison.Ordinal) ? name : Name;
        }
        catch (Exception exception) when (exception is XmlException or IOException or UnauthorizedAccessException)
        {
            return Name;
        }
    }

    private List<string> References()
    {
        using FileStream file = File.OpenRead(Path.Combine(IntermediateFolder, "project.assets.json"));
        using JsonDocument assets = JsonDocument.Parse(file);
        List<string> projects = [];
        foreach (JsonProperty library in assets.RootElement.GetProperty("libraries").EnumerateObject())
        {
            if (library.Value.TryGetProperty("msbuildProject", out JsonElement path))
            {
                projects.Add(Path.GetFullPath(path.GetString()!, Folder));
            }
        }

        return projects;
    }
}
