using System.Text;

namespace Overlap.Cli.Rendering;

/// <summary>Breaks prose to the width of a terminal.</summary>
internal static class TextLines
{
    private static readonly string[] Units = ["%", "µs", "ms", "s", "min", "h"];

    /// <summary>Gives the text in lines of at most the width: the first behind the mark, the others under its text. A number stays with its unit.</summary>
    public static string Indent(string text, string mark, int width)
    {
        StringBuilder lines = new(mark);
        int column = mark.Length;
        foreach (string word in WordsOf(text))
        {
            if (column > mark.Length && column + 1 + word.Length > width)
            {
                lines.Append('\n').Append(' ', mark.Length);
                column = mark.Length;
            }
            else if (column > mark.Length)
            {
                lines.Append(' ');
                column++;
            }

            lines.Append(word);
            column += word.Length;
        }

        return lines.Append('\n').ToString();
    }

    private static IEnumerable<string> WordsOf(string text)
    {
        string? number = null;
        foreach (string word in text.Split(' '))
        {
            if (number is not null)
            {
                bool isUnit = Units.Contains(word.TrimEnd(')', ',', '.', ':', ';'));
                yield return isUnit ? $"{number} {word}" : number;
                number = null;
                if (isUnit)
                {
                    continue;
                }
            }

            if (word.Length > 0 && char.IsAsciiDigit(word[^1]))
            {
                number = word;
            }
            else
            {
                yield return word;
            }
        }

        if (number is not null)
        {
            yield return number;
        }
    }
}
