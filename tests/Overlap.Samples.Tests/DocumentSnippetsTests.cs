namespace Overlap.Samples.Tests;

public sealed class DocumentSnippetsTests
{
    private const string Program = "using System;\n\n    // snippet\n    if (ready)\n    {\n        Go();\n    }\n    // end snippet\n";
    private const string Block = "if (ready)\n{\n    Go();\n}\n";

    public static TheoryData<string> Documents => [.. FindDocuments()];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Document_Blocks_EqualSamples(string document) =>
        Assert.Empty(DocumentSnippets.FindStale(File.ReadAllText(Path.Combine(RepositoryFolder.Root, document)), ReadProgram));

    [Theory]
    [MemberData(nameof(SampleFormTests.Samples), MemberType = typeof(SampleFormTests))]
    public void Readme_OfSample_ShowsItsCode(string sample) => Assert.Contains($"<!-- sample: {sample} -->", RepositoryFolder.Read(sample, "README.md"));

    [Fact]
    public void FindStale_EqualBlock_Nothing() =>
        Assert.Empty(DocumentSnippets.FindStale($"Text\n<!-- sample: one -->\n```csharp\n{Block}```\n", static _ => Program));

    [Fact]
    public void FindStale_ChangedBlock_NamesSample() =>
        Assert.Equal(["one"], DocumentSnippets.FindStale($"<!-- sample: one -->\n```csharp\n{Block.Replace("Go", "Stay", StringComparison.Ordinal)}```\n", static _ => Program));

    [Fact]
    public void FindStale_UnknownSample_NamesSample() =>
        Assert.Equal(["none"], DocumentSnippets.FindStale($"<!-- sample: none -->\n```csharp\n{Block}```\n", static _ => null));

    [Fact]
    public void FindStale_NoBlockAfterMark_NamesSample() =>
        Assert.Equal(["one"], DocumentSnippets.FindStale("<!-- sample: one -->\nText\n", static _ => Program));

    [Fact]
    public void FindStale_ProgramWithoutMarks_ComparesAllOfIt() =>
        Assert.Empty(DocumentSnippets.FindStale("<!-- sample: one -->\n```csharp\nGo();\n```\n", static _ => "Go();\n"));

    // An example may also be cut from a test: its path stands in place of the name then.
    private static string? ReadProgram(string sample)
    {
        string test = Path.Combine(RepositoryFolder.Root, sample);
        return RepositoryFolder.SampleNames.Contains(sample) ? RepositoryFolder.ReadProgram(sample)
            : sample.StartsWith("tests/", StringComparison.Ordinal) && File.Exists(test) ? File.ReadAllText(test)
            : null;
    }

    private static IEnumerable<string> FindDocuments()
    {
        string[] folders = [.. new[] { "docs", "samples", "benchmarks" }.Select(static name => Path.Combine(RepositoryFolder.Root, name)).Where(Directory.Exists)];
        return Directory.EnumerateFiles(RepositoryFolder.Root, "*.md")
            .Concat(folders.SelectMany(static folder => Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories)))
            .Select(static path => Path.GetRelativePath(RepositoryFolder.Root, path)).Order(StringComparer.Ordinal);
    }
}
