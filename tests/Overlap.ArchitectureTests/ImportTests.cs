using System.Text.RegularExpressions;

namespace Overlap.ArchitectureTests;

public sealed partial class ImportTests
{
    // The runtime finds a startup hook by a class name without namespace.
    private const string StartupHook = "src/Overlap/Processes/Hosting/StartupHook.cs";

    public static TheoryData<string> SourceFiles { get; } = [.. Repository.Sources("src").Select(static file => file.Path)];

    [Theory]
    [MemberData(nameof(SourceFiles))]
    public void SourceFile_Imports_AreDownwardsOnly(string path)
    {
        string[] lines = File.ReadAllLines(Path.Combine(Repository.Root, path));
        string? own = Namespace(lines);
        if (own is null)
        {
            Assert.True(path == StartupHook || path.EndsWith("/Program.cs", StringComparison.Ordinal), $"{path} declares no namespace");
            return;
        }

        string[] wrong = [.. References(lines).Where(used => used != own && !Layers.MayImport(own, used)).Distinct()];
        Assert.True(wrong.Length == 0, $"{path} ({own}) must not know {string.Join(", ", wrong)}: see tests/Overlap.ArchitectureTests/Layers.cs");
    }

    [Theory]
    [MemberData(nameof(SourceFiles))]
    public void SourceFile_Namespace_IsItsFolder(string path)
    {
        string? own = Namespace(File.ReadAllLines(Path.Combine(Repository.Root, path)));
        string folder = Path.GetDirectoryName(path)!.Replace('\\', '/')["src/".Length..].Replace('/', '.');
        Assert.True(own is null || own == folder, $"{path} declares {own}; its folder says {folder}");
        Assert.True(own is null || Layers.IsKnown(own), $"{own} has no floor in Layers.cs");
        Assert.NotEqual("Overlap", own);
    }

    [Theory]
    [MemberData(nameof(SourceFiles))]
    public void SourceFile_GlobalUsingsOfOurOwn_ThereAreNone(string path) =>
        Assert.DoesNotContain(
            File.ReadLines(Path.Combine(Repository.Root, path)),
            static line => line.TrimStart().StartsWith("global using Overlap", StringComparison.Ordinal));

    [Theory]
    [InlineData("Overlap.Executors", "Overlap.Waiting", true)]
    [InlineData("Overlap.Waiting", "Overlap.Executors", false)]
    [InlineData("Overlap.Waiting", "Overlap.Timelines", false)]
    [InlineData("Overlap.Actors", "Overlap.Pipelines", false)]
    [InlineData("Overlap.Timelines", "Overlap.Timelines.Drawing", false)]
    [InlineData("Overlap.Distributed.Client", "Overlap.Testing", false)]
    [InlineData("Overlap.Distributed.Brokers", "Overlap.Distributed.Backends", false)]
    [InlineData("Overlap.Distributed.Worker", "Overlap.Distributed.Client", true)]
    [InlineData("Overlap.Distributed.Redis", "Overlap.Distributed.Sqlite", false)]
    [InlineData("Overlap.Cli.Jobs.Fetch", "Overlap.Timelines.Drawing", true)]
    [InlineData("Overlap.Executors", "Overlap.Cli.Jobs", false)]
    public void Table_KnownArrow_IsJudged(string from, string to, bool allowed) => Assert.Equal(allowed, Layers.MayImport(from, to));

    [Fact]
    public void References_CodeThatNamesANamespaceInFull_IsSeen() =>
        Assert.Equal(["Overlap.Executors"], References(["var x = new Overlap.Executors.InlineExecutor();"]));

    private static string? Namespace(string[] lines) =>
        lines.Select(static line => NamespaceLine().Match(line)).FirstOrDefault(static match => match.Success)?.Groups[1].Value;

    private static IEnumerable<string> References(IEnumerable<string> lines) =>
        from line in lines
        where !line.TrimStart().StartsWith("//", StringComparison.Ordinal) && !NamespaceLine().IsMatch(line)
        from Match match in OurName().Matches(StringLiteral().Replace(line, "\"\""))
        let name = match.Value
        let room = Enumerable.Range(0, name.Count(static c => c == '.') + 1)
            .Select(cut => string.Join('.', name.Split('.')[..^cut]))
            .FirstOrDefault(Layers.IsKnown)
        where room is not null
        select KnownNamespace(room);

    // Cut a type's name off: what is left is the longest namespace that some source file declares.
    private static string KnownNamespace(string name) =>
        Declared.Where(known => name == known || name.StartsWith(known + ".", StringComparison.Ordinal)).MaxBy(static known => known.Length) ?? name;

    private static readonly HashSet<string> Declared =
        [.. Repository.Sources("src").Select(static file => Namespace(file.Lines)).OfType<string>()];

    [GeneratedRegex(@"^namespace\s+([\w.]+)")]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"\bOverlap(\.[A-Z]\w*)+")]
    private static partial Regex OurName();

    [GeneratedRegex("\"(\\\\.|[^\"\\\\])*\"")]
    private static partial Regex StringLiteral();
}
