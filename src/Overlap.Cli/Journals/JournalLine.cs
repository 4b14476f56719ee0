using System.Globalization;
using System.Text;
using System.Text.Json;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Journals;

/// <summary>Writes and reads the lines of a journal.</summary>
/// <remarks>
/// Shape: <c>Seq Host Starttime JobRuntime Send Receive Exitval Signal Command</c>, tab-separated; the command is the verb, the item, and
/// <c>#</c> with the key's 32 hexadecimal digits. The same facts under camelCase names in JSON.
/// Units: seconds since 1970 and seconds, both with three decimals; bytes.
/// Errors: a line that is not whole, or not of this form, says nothing: its item is done again.
/// Source: GNU parallel, option <c>--joblog</c>; the key is ours, so that an edited list resumes rightly and no secret is written.
/// </remarks>
internal static class JournalLine
{
    public const string Header = "Seq\tHost\tStarttime\tJobRuntime\tSend\tReceive\tExitval\tSignal\tCommand\n";

    private const int ColumnCount = 9;
    private const int ExitColumn = 6;
    private const int CommandColumn = 8;
    private const int KeyDigits = 32;

    public static string Write(JournalFormat format, in ItemEnd end, string job, UInt128 key) => format == JournalFormat.JsonLines
        ? WriteJson(end, job, key)
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{end.Sequence}\t{end.Result.Host ?? ":"}\t{Unix(end.StartedAt):0.000}\t{end.Duration.TotalSeconds:0.000}\t{end.Result.BytesSent}\t{end.Result.BytesReceived}\t{ExitOf(end)}\t0\t{job} {Escape(end.Result.Item)} #{JournalKey.Format(key)}\n");

    /// <summary>Reads which item a line shows as done.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="key">The key of the item.</param>
    /// <returns>Whether the line shows an item as done.</returns>
    public static bool TryReadDone(string line, out UInt128 key)
    {
        key = default;
        return line.StartsWith('{') ? TryReadDoneJson(line, out key) : TryReadDoneColumns(line, out key);
    }

    private static bool TryReadDoneColumns(string line, out UInt128 key)
    {
        key = default;
        string[] columns = line.Split('\t');
        if (columns.Length != ColumnCount || columns[ExitColumn] != "0")
        {
            return false;
        }

        ReadOnlySpan<char> command = columns[CommandColumn];
        return command.Length > KeyDigits + 2
            && command[^(KeyDigits + 2)..] is [' ', '#', ..]
            && UInt128.TryParse(command[^KeyDigits..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key);
    }

    private static bool TryReadDoneJson(string line, out UInt128 key)
    {
        key = default;
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            return document.RootElement.TryGetProperty("exitval", out JsonElement exit)
                && exit.ValueKind == JsonValueKind.Number && exit.TryGetInt32(out int value) && value == 0
                && document.RootElement.TryGetProperty("key", out JsonElement text)
                && text.ValueKind == JsonValueKind.String
                && UInt128.TryParse(text.GetString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string WriteJson(in ItemEnd end, string job, UInt128 key)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("seq", end.Sequence);
            json.WriteString("host", end.Result.Host);
            json.WriteNumber("starttime", Math.Round(Unix(end.StartedAt), 3));
            json.WriteNumber("jobRuntime", Math.Round(end.Duration.TotalSeconds, 6));
            json.WriteNumber("send", end.Result.BytesSent);
            json.WriteNumber("receive", end.Result.BytesReceived);
            json.WriteNumber("exitval", ExitOf(end));
            json.WriteNumber("signal", 0);
            json.WriteString("job", job);
            json.WriteString("item", end.Result.Item);
            json.WriteNumber("attempts", end.Result.Attempts);
            json.WriteString("error", end.Result.ErrorKind);
            json.WriteString("message", end.Result.Message);
            json.WriteString("key", JournalKey.Format(key));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length) + "\n";
    }

    private static int ExitOf(in ItemEnd end) => end.Result.Status == ItemStatus.Failed ? 1 : 0;

    private static decimal Unix(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000m;

    private static string Escape(string text) => text.AsSpan().ContainsAny('\t', '\n', '\r')
        ? text.Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)
        : text;
}
