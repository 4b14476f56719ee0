using System.Text;

namespace Overlap.Cli.Rendering;

/// <summary>A table in plain text: the first column to the left, numbers to the right, as wide as it must be.</summary>
internal sealed class TextTable(Ink ink, IReadOnlyList<string> headings)
{
    private const string Gap = "   ";

    private readonly List<(IReadOnlyList<string> Cells, bool IsBold)> _rows = [];

    public void Add(IReadOnlyList<string> cells, bool isBold) => _rows.Add((cells, isBold));

    public override string ToString()
    {
        int[] widths = [.. headings.Select((heading, column) => _rows.Select(row => row.Cells[column].Length).Append(heading.Length).Max())];
        StringBuilder text = new();
        text.Append(ink.Dim(Line(headings, widths))).Append('\n');
        foreach ((IReadOnlyList<string> cells, bool isBold) in _rows)
        {
            string line = Line(cells, widths);
            text.Append(isBold ? ink.Bold(line) : line).Append('\n');
        }

        return text.ToString();
    }

    private static string Line(IReadOnlyList<string> cells, int[] widths) => string.Join(
        Gap, cells.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column])));
}
