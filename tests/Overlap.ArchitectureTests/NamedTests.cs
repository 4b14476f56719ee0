using System.Text.RegularExpressions;

namespace Overlap.ArchitectureTests;

/// <summary>A page that names a test as its proof names one that there is.</summary>
public sealed partial class NamedTests
{
    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md", SearchOption.AllDirectories).Select(static path => Path.GetRelativePath(Repository.Root, path))];

    private static string[] All { get; } =
        [.. from file in Repository.Sources("tests") from line in file.Lines from Match match in Method().Matches(line) select match.Groups[1].Value];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Page_NamesOfTests_AreOfTestsThatThereAre(string page)
    {
        // With an ellipsis it is the beginning of a name.
        IEnumerable<string> named = Name().Matches(File.ReadAllText(Path.Combine(Repository.Root, page))).Select(static match => match.Groups[1].Value);

        Assert.DoesNotContain(named, static name => name.EndsWith('…')
            ? !All.Any(test => test.StartsWith(name.TrimEnd('…'), StringComparison.Ordinal))
            : !All.Contains(name));
    }

    [GeneratedRegex(@"public (?:async )?(?:Task|void|ValueTask) ([A-Z]\w*_\w+)\(")]
    private static partial Regex Method();

    // As `Method_State_Outcome` or `Method_State_…`; constants of C have no small letters.
    [GeneratedRegex(@"`(?:\w+\.)?([A-Z]\w*[a-z]\w*_[A-Z]\w*_(?:[A-Z]\w*|…))")]
    private static partial Regex Name();
}
