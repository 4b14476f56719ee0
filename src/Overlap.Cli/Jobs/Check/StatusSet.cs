using System.Globalization;

namespace Overlap.Cli.Jobs.Check;

/// <summary>Some HTTP statuses, as a user writes them: <c>200-299,403</c>.</summary>
internal sealed record StatusSet(IReadOnlyList<(int First, int Last)> Ranges)
{
    public const string Expected = "a list of statuses such as 200-299,403";

    /// <summary>200 to 299.</summary>
    public static StatusSet Success { get; } = new([(200, 299)]);

    public bool Contains(int status) => Ranges.Any(range => status >= range.First && status <= range.Last);

    public static StatusSet? TryParse(string text)
    {
        List<(int First, int Last)> ranges = [];
        foreach (string part in text.Split(','))
        {
            string[] ends = part.Split('-');
            if (ends.Length > 2 || !TryStatus(ends[0], out int first) || !TryStatus(ends[^1], out int last) || last < first)
            {
                return null;
            }

            ranges.Add((first, last));
        }

        return new StatusSet(ranges);
    }

    private static bool TryStatus(string text, out int status) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out status) && status is >= 100 and <= 999;
}
