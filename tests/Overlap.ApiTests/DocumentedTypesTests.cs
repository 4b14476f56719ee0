using System.Text.RegularExpressions;

namespace Overlap.ApiTests;

/// <summary>Each public type of these namespaces has its page: a heading of a page names it.</summary>
public sealed partial class DocumentedTypesTests
{
    public static TheoryData<string, string> Pages => new()
    {
        { "Overlap.Actors", "docs/actors" },
        { "Overlap.Testing.Actors", "docs/actors" },
        { "Overlap.Pipelines", "docs/pipelines" },
    };

    [Theory]
    [MemberData(nameof(Pages))]
    public void PublicType_OfNamespace_IsNamedByAHeading(string name, string folder)
    {
        string headings = string.Join('\n', Directory.EnumerateFiles(Path.Combine(PublicApiTests.Root(), folder), "*.md").SelectMany(File.ReadLines)
            .Where(static line => line.StartsWith('#')));
        string[] words = [.. Word().Matches(headings).Select(static match => match.Value)];
        IEnumerable<string> types = PublicApiTests.TypesOf(name).Where(static type => !type.IsNested).Select(static type => type.Name.Split('`')[0]);

        Assert.Empty(types.Except(words));
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
