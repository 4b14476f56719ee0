using System.Text.RegularExpressions;

namespace Overlap.Samples.Tests;

/// <summary>What every sample must have, those to come included.</summary>
public sealed partial class SampleFormTests
{
    public static TheoryData<string> Samples => [.. RepositoryFolder.SampleNames];

    [Theory]
    [MemberData(nameof(Samples))]
    public void Program_Lines_FewerThan80(string sample) =>
        Assert.InRange(RepositoryFolder.ReadProgram(sample).Split('\n').Length, 1, 79);

    [Theory]
    [MemberData(nameof(Samples))]
    public void Project_Lines_FewerThan20(string sample) =>
        Assert.InRange(RepositoryFolder.Read(sample, $"{sample}.csproj").Split('\n').Length, 1, 19);

    [Theory]
    [MemberData(nameof(Samples))]
    public void Sample_Output_IsExpectedByATest(string sample) => Assert.True(ExpectedOutput.Exists(sample));

    /// <summary>The output in a README is real: apart from numbers, addresses and texts, each line is one that the tests expect.</summary>
    [Theory]
    [MemberData(nameof(Samples))]
    public void Readme_Output_HasLinesThatTheSamplePrints(string sample)
    {
        string[] shown = [.. Console().Match(RepositoryFolder.Read(sample, "README.md")).Groups[1].Value
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => !line.StartsWith("$ ", StringComparison.Ordinal)).Select(Form)];
        string[] expected = [.. ExpectedOutput.Of(sample).Split('\n').Select(Form)];

        Assert.NotEmpty(shown);
        Assert.Empty(shown.Except(expected));
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void Readme_Pictures_AreThere(string sample) => Assert.All(
        Picture().Matches(RepositoryFolder.Read(sample, "README.md")).Select(static match => match.Groups[1].Value),
        picture => Assert.True(File.Exists(Path.Combine(RepositoryFolder.Samples, sample, picture)), picture));

    private static string Form(string line) =>
        Number().Replace(Address().Replace(Text().Replace(line, "\"\""), "address"), "#").Trim();

    [GeneratedRegex(@"```console\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Console();

    [GeneratedRegex(@"!\[[^\]]*\]\(([^)]+)\)")]
    private static partial Regex Picture();

    [GeneratedRegex("\".*\"")]
    private static partial Regex Text();

    [GeneratedRegex(@"https?://[^\s:]+(:\d+[^\s:]*)?|(?<=\()[\w.]+(:\d+)?(?=\))")]
    private static partial Regex Address();

    [GeneratedRegex(@"[\d#][\d.,]*")]
    private static partial Regex Number();
}
