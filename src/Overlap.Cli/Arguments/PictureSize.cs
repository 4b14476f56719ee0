using System.Globalization;

namespace Overlap.Cli.Arguments;

/// <summary>A box of pixels as a user writes it: <c>800x600</c>, and <c>256</c> for a square.</summary>
internal sealed record PictureSize(int Width, int Height)
{
    /// <summary>The longest side. Unit: pixels. WebP ends there.</summary>
    public const int Most = 16_383;

    public const string Expected = "a size such as 800x600 or 256, with sides from 1 to 16,383";

    public static PictureSize? TryParse(string text)
    {
        string[] sides = text.Split('x');
        return sides.Length <= 2 && SideOf(sides[0]) is { } width && SideOf(sides[^1]) is { } height ? new PictureSize(width, height) : null;
    }

    private static int? SideOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int side) && side is >= 1 and <= Most ? side : null;
}
