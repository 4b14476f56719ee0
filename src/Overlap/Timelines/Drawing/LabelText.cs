using System.Globalization;
using System.Text;

namespace Overlap.Timelines.Drawing;

/// <summary>Makes labels fit to print. They are hostile input: addresses and file names that a stranger chose.</summary>
internal static class LabelText
{
    private const int MaxLength = 120;

    /// <summary>Gives text without half characters, which no encoding can carry.</summary>
    public static string Whole(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]))
            {
                return string.Concat(text.EnumerateRunes().Select(static rune => rune.ToString()));
            }
        }

        return text;
    }

    /// <summary>Gives one line that moves no cursor and turns no text around, shortened in the middle: names differ at their ends.</summary>
    public static string Line(string text, int maxLength = MaxLength)
    {
        if (text.Length > 4 * maxLength)
        {
            text = string.Concat(text.AsSpan(0, 2 * maxLength), text.AsSpan(text.Length - (2 * maxLength)));
        }

        List<string> runes = [.. text.EnumerateRunes().Select(Visible)];
        if (runes.Count <= maxLength)
        {
            return string.Concat(runes);
        }

        int head = (maxLength - 1) / 2;
        int tail = maxLength - 1 - head;
        return string.Concat([.. runes[..head], "…", .. runes[^tail..]]);
    }

    /// <summary>Gives one line for an XML or HTML text or a quoted attribute.</summary>
    public static string Markup(string text, int maxLength = MaxLength)
    {
        StringBuilder safe = new();
        foreach (char c in Line(text, maxLength))
        {
            _ = c switch
            {
                '<' => safe.Append("&lt;"),
                '>' => safe.Append("&gt;"),
                '&' => safe.Append("&amp;"),
                '"' => safe.Append("&quot;"),
                '\'' => safe.Append("&#39;"),
                '\uFFFE' or '\uFFFF' => safe.Append('\uFFFD'),
                _ => safe.Append(c),
            };
        }

        return safe.ToString();
    }

    private static string Visible(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned => "\uFFFD",
        _ => rune.ToString(),
    };
}
