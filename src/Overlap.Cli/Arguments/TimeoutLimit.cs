using System.Globalization;

namespace Overlap.Cli.Arguments;

/// <summary>The longest that an attempt may take, as a user writes it: a duration, or a share of the median such as <c>300%</c>.</summary>
/// <param name="Time">The time; <see langword="null"/> when it is a share.</param>
/// <param name="OfMedian">The share, 1 for the median itself; <see langword="null"/> when it is a time.</param>
internal sealed record TimeoutLimit(TimeSpan? Time, double? OfMedian)
{
    public const string Expected = "a duration such as 85ms, 30s, 2m or 1h, or a share of the median from 100% on";

    public static TimeoutLimit? TryParse(string text)
    {
        if (text is [.. string number, '%'])
        {
            return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double share)
                && share is >= 100 and <= 1e6
                ? new TimeoutLimit(null, share / 100)
                : null;
        }

        return Duration.TryParse(text) is { } duration && duration.Value > TimeSpan.Zero ? new TimeoutLimit(duration.Value, null) : null;
    }
}
