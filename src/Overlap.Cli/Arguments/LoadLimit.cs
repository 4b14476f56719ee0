using System.Globalization;

namespace Overlap.Cli.Arguments;

/// <summary>So many running threads, as a user writes it: <c>4</c>, or <c>100%</c> for one on every processor.</summary>
/// <param name="Threads">The most.</param>
internal sealed record LoadLimit(double Threads)
{
    public const string Expected = "a number of running threads such as 4, or a share of the processors such as 100%";

    public static LoadLimit? TryParse(string text)
    {
        (string number, double unit) = text is [.. string head, '%'] ? (head, Environment.ProcessorCount / 100d) : (text, 1d);
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
            && double.IsFinite(value) && value > 0
            ? new LoadLimit(value * unit)
            : null;
    }
}
