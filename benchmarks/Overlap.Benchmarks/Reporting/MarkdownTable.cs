using System.Text;

namespace Overlap.Benchmarks.Reporting;

/// <summary>A table that reads well both as plain text and rendered: the first column left, the others right.</summary>
internal sealed class MarkdownTable(params string[] header)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] row) => _rows.Add(row);

    public override string ToString()
    {
        int[] widths = [.. header.Index().Select(pair => Math.Max(3, _rows.Select(row => row[pair.Index].Length).Append(pair.Item.Length).Max()))];
        StringBuilder text = new();
        Append(text, header, widths);
        text.Append('|').AppendJoin('|', widths.Select(static (width, column) =>
            column == 0 ? new string('-', width + 2) : new string('-', width + 1) + ":")).Append("|\n");
        foreach (string[] row in _rows)
        {
            Append(text, row, widths);
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, string[] row, int[] widths) =>
        text.Append("| ").AppendJoin(" | ", row.Select((cell, column) =>
            column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).Append(" |\n");
}
