using System.Globalization;

namespace Overlap.Cli.Arguments;

/// <summary>So many a time, as a user writes it: <c>20/s</c>, <c>100/m</c>; a bare number is per second.</summary>
internal sealed record Rate(double PerSecond)
{
    public const string Expected = "a rate such as 20/s or 100/m";

    public static Rate? TryParse(string text)
    {
        (string number, double seconds) = text switch
        {
            [.. string head, '/', 's'] => (head, 1),
            [.. string head, '/', 'm'] => (head, 60),
            [.. string head, '/', 'h'] => (head, 3600),
            _ => (text, 1d),
        };
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && double.IsFinite(value) && value > 0
            ? new Rate(value / seconds)
            : null;
    }
}
