using System.Collections.Immutable;

namespace Overlap.Cli.Arguments;

/// <summary>Names of queues, separated by commas.</summary>
internal sealed record QueueNames(ImmutableArray<string> Names)
{
    public const string Expected = "queue names separated by commas, such as celery,mail";

    public static QueueNames? TryParse(string text)
    {
        string[] names = text.Split(',', StringSplitOptions.TrimEntries);
        return names.All(static name => name.Length > 0 && !name.Any(char.IsControl)) ? new QueueNames([.. names.Distinct()]) : null;
    }
}
