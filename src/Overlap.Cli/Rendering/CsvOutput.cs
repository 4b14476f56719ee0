using System.Globalization;
using System.Text;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Rendering;

/// <summary>One CSV line per item under a header; the columns are the same for every item.</summary>
/// <remarks>Source: RFC 4180, with a line feed alone at the end of a line, as the tools of this system expect.</remarks>
internal sealed class CsvOutput : DataOutput
{
    private readonly IReadOnlyList<string> _fieldNames;
    private readonly StringBuilder _line = new();
    private int _columns;

    public CsvOutput(OutputPipe output, IReadOnlyList<string> fieldNames)
        : base(output)
    {
        _fieldNames = fieldNames;
        foreach (string name in (string[])["item", "status", "seconds", "attempts", "error", "message", .. fieldNames])
        {
            Add(name);
        }

        EndLine();
    }

    public override void OnEnded(in ItemEnd end)
    {
        Add(end.Result.Item);
        Add(StatusOf(end));
        Add(end.Duration.TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture));
        Add(end.Result.Attempts.ToString(CultureInfo.InvariantCulture));
        Add(end.Result.ErrorKind);
        Add(end.Result.Message);
        foreach (string name in _fieldNames)
        {
            Add(Convert.ToString(ValueOf(end.Result, name), CultureInfo.InvariantCulture));
        }

        EndLine();
    }

    private static object? ValueOf(ItemResult result, string name)
    {
        foreach (ItemField field in result.Fields)
        {
            if (field.Name == name)
            {
                return field.ToObject();
            }
        }

        return null;
    }

    private void Add(string? text)
    {
        if (_columns++ > 0)
        {
            _line.Append(',');
        }

        bool quoted = text.AsSpan().ContainsAny("\",\n\r");
        _line.Append(quoted ? $"\"{text!.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text);
    }

    private void EndLine()
    {
        _line.Append('\n');
        Output.Write(Encoding.UTF8.GetBytes(_line.ToString()));
        _line.Clear();
        _columns = 0;
    }
}
