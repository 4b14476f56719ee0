using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Overlap.Distributed.Tasks;

/// <summary>How many calls are started in a time.</summary>
/// <remarks>
/// Shape: as text a number and a unit, <c>10/s</c>, <c>10/m</c>, <c>10/h</c>; a bare number is for each second.
/// Units: calls for each <see cref="Period"/>.
/// Errors: a text of another form, or a number that is not above zero, is a <see cref="FormatException"/>.
/// Source: Celery's <c>rate_limit</c>, by what it accepts.
/// </remarks>
public readonly record struct RateLimit
{
    /// <summary>Makes a limit.</summary>
    /// <param name="calls">How many calls, above zero.</param>
    /// <param name="period">In how long a time, above zero.</param>
    public RateLimit(double calls, TimeSpan period)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(calls);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        Calls = calls;
        Period = period;
    }

    /// <summary>How many calls.</summary>
    public double Calls { get; }

    /// <summary>In how long a time.</summary>
    public TimeSpan Period { get; }

    /// <summary>The time from one start to the next.</summary>
    public TimeSpan Interval => Period / Calls;

    /// <summary>Reads a limit.</summary>
    /// <exception cref="FormatException">The text is no limit.</exception>
    public static RateLimit Parse(string text) =>
        TryParse(text, out RateLimit limit) ? limit : throw new FormatException($"'{text}' is no rate limit, as '10/s', '10/m' or '10/h'.");

    /// <summary>Reads a limit.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RateLimit limit)
    {
        limit = default;
        string[] parts = text?.Split('/') ?? [];
        TimeSpan? period = parts switch
        {
            [_] or [_, "s"] => TimeSpan.FromSeconds(1),
            [_, "m"] => TimeSpan.FromMinutes(1),
            [_, "h"] => TimeSpan.FromHours(1),
            _ => null,
        };
        if (period is null
            || !double.TryParse(parts[0], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double calls)
            || calls <= 0
            || !double.IsFinite(calls)
            || period.Value.TotalDays / calls > 3660)
        {
            return false;
        }

        limit = new RateLimit(calls, period.Value);
        return true;
    }

    /// <summary>Writes the limit as it is read.</summary>
    public override string ToString()
    {
        string number = Calls.ToString(CultureInfo.InvariantCulture);
        return Period == TimeSpan.FromMinutes(1) ? $"{number}/m"
            : Period == TimeSpan.FromHours(1) ? $"{number}/h"
            : Period == TimeSpan.FromSeconds(1) ? $"{number}/s"
            : string.Create(CultureInfo.InvariantCulture, $"{Calls / Period.TotalSeconds}/s");
    }
}
