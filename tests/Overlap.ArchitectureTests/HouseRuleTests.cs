using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Overlap.ArchitectureTests;

public sealed partial class HouseRuleTests
{
    private const int LongestFile = 600;

    // Folders whose code is to be run under a race explorer: there a `lock` statement could not be replaced by a stand-in.
    private static readonly string[] Explored =
    [
        "src/Overlap/Waiting/", "src/Overlap/Synchronization/", "src/Overlap/Futures/", "src/Overlap/Executors/",
    ];

    [Fact]
    public void SourceFiles_Length_IsAtMost600Lines() =>
        Assert.DoesNotContain(Repository.Sources("src"), static file => file.Lines.Length > LongestFile);

    [Fact]
    public void ExploredFolders_LockStatements_ThereAreNone() =>
        Assert.Empty(Find("src", LockStatement(), static path => Explored.Any(folder => path.StartsWith(folder, StringComparison.Ordinal))));

    [Fact]
    public void Library_HandOffToThePool_IsAtOnePlace() =>
        Assert.Empty(Find("src/Overlap", PoolHandOff(), static path => path != "src/Overlap/Waiting/Continuations.cs"));

    [Fact]
    public void SourceFiles_OpenEnds_ThereAreNone() => Assert.Empty(Find("src", OpenEnd(), static _ => true));

    [Fact]
    public void SourceFolders_Buckets_ThereAreNone()
    {
        string[] buckets = ["Utils", "Common", "Helpers", "Impl", "Extensions", "Enums", "Interfaces", "Models"];
        Assert.DoesNotContain(Repository.Sources("src"), file => file.Path.Split('/').Intersect(buckets).Any());
    }

    [Fact]
    public void Library_ThirdPartyPackages_ThereAreNone()
    {
        XDocument project = XDocument.Load(Path.Combine(Repository.Root, "src/Overlap/Overlap.csproj"));

        // The platform's own type for what limits: not in the shared framework, not a third party's.
        Assert.Equal(
            ["System.Threading.RateLimiting"], project.Descendants("PackageReference").Select(static reference => (string?)reference.Attribute("Include")));
    }

    [Fact]
    public void Projects_Length_IsUnder40Lines() =>
        Assert.DoesNotContain(
            Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories),
            static project => File.ReadAllLines(project).Length >= 40);

    [Fact]
    public void TextFiles_MachinePaths_ThereAreNone()
    {
        string[] kinds = [".cs", ".md", ".csproj", ".props", ".json", ".sh", ".py", ".html", ""];
        string[] skipped = ["/.git/", "/artifacts/", "/obj/", "/bin/", "/node_modules/"];
        IEnumerable<string> found =
            from file in Directory.EnumerateFiles(Repository.Root, "*", SearchOption.AllDirectories)
            let path = "/" + Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')
            where kinds.Contains(Path.GetExtension(path)) && !skipped.Any(part => path.Contains(part, StringComparison.Ordinal))
            where !path.EndsWith("HouseRuleTests.cs", StringComparison.Ordinal)
            from line in File.ReadLines(file)
            where MachinePath().IsMatch(line)
            select $"{path}: {line.Trim()}";
        Assert.Empty(found);
    }

    private static IEnumerable<string> Find(string folder, Regex pattern, Func<string, bool> concerns) =>
        from file in Repository.Sources(folder)
        where concerns(file.Path)
        from line in file.Lines
        where !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && pattern.IsMatch(line)
        select $"{file.Path}: {line.Trim()}";

    [GeneratedRegex(@"\block\s*\(")]
    private static partial Regex LockStatement();

    [GeneratedRegex(@"ThreadPool\.(Unsafe)?QueueUserWorkItem|\bTask\.Run\(|Task\.Factory\.StartNew")]
    private static partial Regex PoolHandOff();

    [GeneratedRegex(@"\b(TODO|FIXME|HACK|NotImplementedException)\b")]
    private static partial Regex OpenEnd();

    [GeneratedRegex("(^|[\\s\"'`(=])/(work|root|home/[a-z])(/|\\b)")]
    private static partial Regex MachinePath();
}
