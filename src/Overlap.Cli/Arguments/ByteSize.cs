using System.Globalization;

namespace Overlap.Cli.Arguments;

/// <summary>An amount of bytes as a user writes it: <c>50MB</c> is 50·10⁶, <c>50MiB</c> is 50·2²⁰, a bare number is bytes.</summary>
internal sealed record ByteSize(long Bytes)
{
    public const string Expected = "a size such as 276, 50kB, 50MB or 50MiB";

    private static readonly (string Suffix, long Factor)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("kB", 1_000), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("B", 1),
    ];

    public static ByteSize? TryParse(string text)
    {
        long factor = 1;
        foreach ((string suffix, long unit) in Units)
        {
            if (text.EndsWith(suffix, StringComparison.Ordinal))
            {
                text = text[..^suffix.Length];
                factor = unit;
                break;
            }
        }

        return decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value)
            && value <= long.MaxValue / factor
            ? new ByteSize((long)(value * factor))
            : null;
    }
}
