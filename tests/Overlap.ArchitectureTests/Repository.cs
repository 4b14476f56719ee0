using System.Runtime.CompilerServices;

namespace Overlap.ArchitectureTests;

/// <summary>The checkout that these tests were built from: they read it as text.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    /// <summary>The C# files under a folder, by their path from the root, with slashes.</summary>
    public static IEnumerable<(string Path, string[] Lines)> Sources(string folder) =>
        from file in Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Root, file).Replace('\\', '/')
        where !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
        orderby path
        select (path, File.ReadAllLines(file));

    private static string Find([CallerFilePath] string here = "")
    {
        // A deterministic build hides the real path of the sources: then the test program's own place leads up to them.
        foreach (string start in new[] { Path.GetDirectoryName(here) ?? "", AppContext.BaseDirectory })
        {
            for (DirectoryInfo? folder = Directory.Exists(start) ? new(start) : null; folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Overlap.slnx")))
                {
                    return folder.FullName;
                }
            }
        }

        throw new InvalidOperationException("The checkout was not found.");
    }
}
