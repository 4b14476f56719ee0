using System.Globalization;

namespace Overlap.Cli.Arguments;

/// <summary>A part of a whole as a user writes it: <c>5%</c> or <c>0.05</c>.</summary>
/// <param name="Value">From 0 to 1.</param>
internal sealed record Share(double Value)
{
    public const string Expected = "a share such as 5% or 0.05";

    public static Share? TryParse(string text)
    {
        (string number, double unit) = text is [.. string head, '%'] ? (head, 100) : (text, 1d);
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && value / unit <= 1
            ? new Share(value / unit)
            : null;
    }
}
