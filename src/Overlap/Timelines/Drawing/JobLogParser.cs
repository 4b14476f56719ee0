using System.Globalization;
using System.Text.Json;

namespace Overlap.Timelines.Drawing;

/// <summary>Reads the lines of a journal of commands, trusting none of them.</summary>
internal sealed class JobLogParser
{
    // The year 9999: beyond, a date cannot be told.
    private const decimal MaxStart = 253_402_300_799;
    private const decimal MaxSeconds = 1_000_000_000;
    private const int KeyLength = 34;

    private static readonly string[] Usual = ["Seq", "Host", "Starttime", "JobRuntime", "Send", "Receive", "Exitval", "Signal", "Command"];

    // Where each column is; -1 where the journal has none. Those before Exitval must be there.
    private readonly int[] _places = new int[Usual.Length];
    private int _columns;

    public bool HasSeenHeader { get; private set; }

    /// <summary>Reads a line.</summary>
    /// <returns>What it says; <see langword="null"/> for a header or an empty line.</returns>
    /// <exception cref="TimelineFormatException">It is no line of a journal.</exception>
    public JobLogEntry? Parse(string line, long number)
    {
        if (line.Length == 0)
        {
            return null;
        }

        if (line[0] == '{')
        {
            HasSeenHeader = true;
            return ParseJson(line, number);
        }

        // Journals put one behind the other have a header in the middle.
        if (line.StartsWith("Seq\t", StringComparison.Ordinal) || !HasSeenHeader)
        {
            return ParseFirst(line, number);
        }

        return ParseColumns(line, number);
    }

    private JobLogEntry? ParseFirst(string line, long number)
    {
        string[] names = line.Split('\t');
        if (long.TryParse(names[0], NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            // A journal whose header was cut off has the usual columns.
            Learn(Usual, number);
            return ParseColumns(line, number);
        }

        Learn(names, number);
        return null;
    }

    private void Learn(string[] names, long number)
    {
        for (int i = 0; i < Usual.Length; i++)
        {
            _places[i] = Array.IndexOf(names, Usual[i]);
            if (_places[i] < 0 && Usual[i] is not ("Host" or "Send" or "Receive"))
            {
                throw Fail(number, names.Length == 1 ? "is not the header of a joblog, which is columns with tabs between them" : $"has no column {Usual[i]}");
            }
        }

        _columns = names.Length;
        HasSeenHeader = true;
    }

    private JobLogEntry ParseColumns(string line, long number)
    {
        // A command may hold tabs itself: it is the last column, and takes the rest.
        string[] columns = line.Split('\t', _columns);
        if (columns.Length < _columns)
        {
            throw Fail(number, $"has {columns.Length} columns of {_columns}");
        }

        return new JobLogEntry(
            number,
            Whole(columns, 0, 0, long.MaxValue, number),
            _places[1] < 0 ? ":" : columns[_places[1]],
            Seconds(columns, 2, MaxStart, number),
            Seconds(columns, 3, MaxSeconds, number),
            Whole(columns, 6, int.MinValue, int.MaxValue, number) != 0 | Whole(columns, 7, int.MinValue, int.MaxValue, number) != 0,
            WithoutKey(columns[_places[8]]));
    }

    private long Whole(string[] columns, int column, long low, long high, long number) =>
        long.TryParse(columns[_places[column]], NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) && value >= low && value <= high
            ? value
            : throw Fail(number, $"{Usual[column]} is \"{LabelText.Line(columns[_places[column]], 20)}\", not a whole number");

    private decimal Seconds(string[] columns, int column, decimal most, long number) =>
        decimal.TryParse(columns[_places[column]], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out decimal value)
            && value >= 0 && value <= most
            ? value
            : throw Fail(number, $"{Usual[column]} is \"{LabelText.Line(columns[_places[column]], 20)}\", not a number of seconds from 0 to {most}");

    private static JobLogEntry ParseJson(string line, long number)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            string label = root.TryGetProperty("command", out JsonElement command) && command.ValueKind == JsonValueKind.String ? command.GetString()!
                : root.TryGetProperty("item", out JsonElement item) && item.ValueKind == JsonValueKind.String ? item.GetString()! : "";
            return new JobLogEntry(
                number,
                (long)Number(root, "seq", long.MaxValue, number),
                root.TryGetProperty("host", out JsonElement host) && host.ValueKind == JsonValueKind.String ? host.GetString()! : ":",
                Number(root, "starttime", MaxStart, number),
                Number(root, "jobRuntime", MaxSeconds, number),
                Number(root, "exitval", int.MaxValue, number, int.MinValue) != 0 | Number(root, "signal", int.MaxValue, number, int.MinValue) != 0,
                label);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The second is what the parser throws for text that is no text: half a surrogate pair.
            throw new TimelineFormatException($"line {number}", "is not JSON", exception);
        }
    }

    private static decimal Number(JsonElement root, string name, decimal most, long number, decimal least = 0) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out decimal seconds)
            && seconds >= least && seconds <= most
            ? seconds
            : throw Fail(number, $"{name} is missing, or not a number from {least} to {most}");

    // Ours ends in " #" and the item's key, which tells a reader nothing. A command of several lines has NUL for their ends in GNU parallel's.
    private static string WithoutKey(string command)
    {
        bool hasKey = command.Length > KeyLength && command[^KeyLength..] is [' ', '#', .. string digits] && digits.All(char.IsAsciiHexDigitLower);
        return (hasKey ? command[..^KeyLength] : command).Replace('\0', '\n');
    }

    private static TimelineFormatException Fail(long number, string what) => new($"line {number}", what);
}
