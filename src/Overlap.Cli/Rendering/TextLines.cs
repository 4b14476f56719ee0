using System.Text;

namespace Overlap.Cli.Rendering;

/// <summary>Breaks prose to the width of a terminal.</summary>
internal static class TextLines
{
    /// <summary>Gives the text in lines of at most the width: the first behind the mark, the others under its text.</summary>
    public static string Indent(string text, string mark, int width)
    {
        StringBuilder lines = new(mark);
        int column = mark.Length;
        foreach (string word in text.Split(' '))
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
}
