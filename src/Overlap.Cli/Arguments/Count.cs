using System.Globalization;

namespace Overlap.Cli.Arguments;

/// <summary>A whole number, not negative.</summary>
internal sealed record Count(int Value)
{
    public static Count? TryParse(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? new Count(value) : null;
}
