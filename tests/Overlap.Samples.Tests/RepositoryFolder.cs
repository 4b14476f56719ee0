namespace Overlap.Samples.Tests;

/// <summary>The repository that the tests were built in.</summary>
internal static class RepositoryFolder
{
    public static string Root { get; } = Find();

    public static string Samples { get; } = Path.Combine(Root, "samples");

    /// <summary>The names of all samples: the folders that hold a project.</summary>
    public static IReadOnlyList<string> SampleNames { get; } =
        [.. Directory.EnumerateDirectories(Samples).Select(static folder => Path.GetFileName(folder)!).Where(IsSample).Order(StringComparer.Ordinal)];

    public static string Read(string sample, string file) => File.ReadAllText(Path.Combine(Samples, sample, file));

    /// <summary>Reads what a sample shows: its program, or the tasks of one that has none.</summary>
    public static string ReadProgram(string sample) => File.Exists(Path.Combine(Samples, sample, "Program.cs"))
        ? Read(sample, "Program.cs")
        : File.ReadAllText(Directory.GetFiles(Path.Combine(Samples, sample), "*Tasks.cs").Single());

    private static bool IsSample(string name) => File.Exists(Path.Combine(Samples, name, $"{name}.csproj"));

    private static string Find()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Overlap.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests run from a clone of the repository.");
    }
}
