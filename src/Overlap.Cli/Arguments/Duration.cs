using System.Globalization;

namespace Overlap.Cli.Arguments;

/// <summary>A span of time as a user writes it: <c>85ms</c>, <c>30s</c>, <c>2m</c>, <c>1h</c>; a bare number is seconds.</summary>
/// <remarks>
/// Errors: a negative, an endless or an unreadable value is refused, never silently zero.
/// A class and not a struct, like every value here: the parser's generic code for references is compiled ahead, so start-up pays no JIT.
/// </remarks>
internal sealed record Duration(TimeSpan Value)
{
    public const string Expected = "a duration such as 85ms, 30s, 2m or 1h";

    // What a timer of the system can hold; longer waits are a slip of the finger.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(49);

    public static Duration? TryParse(string text)
    {
        (string number, double unit) = text switch
        {
            [.. string head, 'm', 's'] => (head, 1e-3),
            [.. string head, 'u' or 'µ', 's'] => (head, 1e-6),
            [.. string head, 's'] => (head, 1),
            [.. string head, 'm'] => (head, 60),
            [.. string head, 'h'] => (head, 3600),
            [.. string head, 'd'] => (head, 86400),
            _ => (text, 1d),
        };
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && value * unit <= Longest.TotalSeconds
            ? new Duration(TimeSpan.FromTicks((long)Math.Round(value * unit * TimeSpan.TicksPerSecond)))
            : null;
    }
}
