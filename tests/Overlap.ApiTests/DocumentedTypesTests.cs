using System.Reflection;
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
        { "Overlap.Distributed.Backends", "docs/queue" },
        { "Overlap.Distributed.Brokers", "docs/queue" },
        { "Overlap.Distributed.Client", "docs/queue" },
        { "Overlap.Distributed.Diagnostics", "docs/queue" },
        { "Overlap.Distributed.Protocol", "docs/queue" },
        { "Overlap.Distributed.Redis", "docs/queue" },
        { "Overlap.Distributed.Sqlite", "docs/queue" },
        { "Overlap.Distributed.Tasks", "docs/queue" },
        { "Overlap.Distributed.Worker", "docs/queue" },
    };

    /// <summary>The records that hold settings of the queue.</summary>
    public static TheoryData<string> Settings => [.. SettingsTypes.Select(static type => type.Name)];

    private static IEnumerable<Type> SettingsTypes => Pages.Select(static page => page.Data.Item1)
        .Where(static name => name.StartsWith("Overlap.Distributed.", StringComparison.Ordinal))
        .SelectMany(PublicApiTests.TypesOf)
        .Where(static type => type.Name.EndsWith("Options", StringComparison.Ordinal) || type.Name is "ProtocolLimits" or "SendRetryPolicy");

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

    [Theory]
    [MemberData(nameof(Settings))]
    public void Setting_OfTheQueue_HasItsRow(string name)
    {
        Type type = SettingsTypes.Single(type => type.Name == name);
        IEnumerable<string> properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static property => property.SetMethod is { IsPublic: true })
            .Select(static property => property.Name);
        string[] rows = [.. Directory.EnumerateFiles(Path.Combine(PublicApiTests.Root(), "docs/queue"), "*.md").SelectMany(path => RowsOf(File.ReadAllLines(path), name))];
        string[] first = [.. rows.SelectMany(static row => Name().Matches(row.Split('|')[1]).Select(static match => match.Groups[1].Value))];

        Assert.Empty(properties.Except(first));
    }

    // The rows beneath a heading that names the type, or of a table whose head does.
    private static IEnumerable<string> RowsOf(string[] lines, string name)
    {
        bool isUnder = false;
        bool isTable = false;
        foreach (string line in lines)
        {
            isUnder = line.StartsWith('#') ? Word().Matches(line).Any(word => word.Value == name) : isUnder;
            isTable = line.StartsWith('|') && (isTable || line.StartsWith($"| `{name}` |", StringComparison.Ordinal));
            if (line.StartsWith('|') && (isUnder || isTable))
            {
                yield return line;
            }
        }
    }

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex Name();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
