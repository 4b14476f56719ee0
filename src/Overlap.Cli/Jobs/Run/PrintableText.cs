using System.Globalization;
using System.Text;

namespace Overlap.Cli.Jobs.Run;

/// <summary>Makes bytes of others readable and harmless: one line, no control characters.</summary>
internal static class PrintableText
{
    /// <param name="bytes">The bytes; what is not UTF-8 becomes a replacement character.</param>
    /// <param name="most">The most characters.</param>
    public static string Of(ReadOnlySpan<byte> bytes, int most)
    {
        string text = Encoding.UTF8.GetString(bytes.Length > 4 * most ? bytes[..(4 * most)] : bytes);
        if (text.Length > most)
        {
            text = text[..most] + "…";
        }

        if (text.Length == 0)
        {
            return "''";
        }

        return text.AsSpan().IndexOfAnyInRange('\0', '\u001f') < 0 && !text.Any(IsUnsafe) ? text : Escape(text);
    }

    private static string Escape(string text)
    {
        StringBuilder escaped = new();
        foreach (char letter in text)
        {
            escaped.Append(letter switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when IsUnsafe(letter) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => letter.ToString(),
            });
        }

        return escaped.ToString();
    }

    // Control characters move the cursor; those of direction show another text than there is.
    private static bool IsUnsafe(char letter) =>
        char.IsControl(letter) || letter is >= '\u202a' and <= '\u202e' or >= '\u2066' and <= '\u2069' or '\u2028' or '\u2029';
}
