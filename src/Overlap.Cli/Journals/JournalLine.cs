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
    private const int SignalColumn = 7;
    private const int CommandColumn = 8;
    private const int KeyDigits = 32;

    public static string Write(JournalFormat format, in ItemEnd end, string job, UInt128 key) => format == JournalFormat.JsonLines
        ? WriteJson(end, job, key)
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{end.Sequence}\t{end.Result.Host ?? ":"}\t{Unix(end.StartedAt):0.000}\t{end.Duration.TotalSeconds:0.000}\t{end.Result.BytesSent}\t{end.Result.BytesReceived}\t{ExitOf(end)}\t{end.Result.Signal}\t{Escape(end.Result.Command ?? $"{job} {end.Result.Item}")} #{JournalKey.Format(key)}\n");

    /// <summary>Reads which item a line is about.</summary>
    /// <param name="line">The line without its end.</param>
    /// <param name="key">The key of the item.</param>
    /// <param name="isDone">Whether the line shows it as done; else as failed.</param>
    /// <returns>Whether the line is a whole one of ours.</returns>
    public static bool TryRead(string line, out UInt128 key, out bool isDone)
    {
        (key, isDone) = (default, false);
        return line.StartsWith('{') ? TryReadJson(line, out key, out isDone) : TryReadColumns(line, out key, out isDone);
    }

    private static bool TryReadColumns(string line, out UInt128 key, out bool isDone)
    {
        (key, isDone) = (default, false);
        Span<Range> columns = stackalloc Range[ColumnCount + 1];
        if (line.AsSpan().Split(columns, '\t') != ColumnCount)
        {
            return false;
        }

        isDone = line.AsSpan(columns[ExitColumn]) is "0" && line.AsSpan(columns[SignalColumn]) is "0";
        ReadOnlySpan<char> command = line.AsSpan(columns[CommandColumn]);
        return command.Length > KeyDigits + 2
            && command[^(KeyDigits + 2)..] is [' ', '#', ..]
            && UInt128.TryParse(command[^KeyDigits..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key);
    }

    private static bool TryReadJson(string line, out UInt128 key, out bool isDone)
    {
        (key, isDone) = (default, false);
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            if (!TryGetNumber(root, "exitval", out int exit))
            {
                return false;
            }

            isDone = exit == 0 && (!TryGetNumber(root, "signal", out int signal) || signal == 0);
            return root.TryGetProperty("key", out JsonElement text)
                && text.ValueKind == JsonValueKind.String
                && UInt128.TryParse(text.GetString(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out key);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static bool TryGetNumber(JsonElement root, string name, out int number)
    {
        number = 0;
        return root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out number);
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
            json.WriteNumber("signal", end.Result.Signal);
            json.WriteString("job", job);
            json.WriteString("item", end.Result.Item);
            if (end.Result.Command is { } command)
            {
                json.WriteString("command", command);
            }

            json.WriteNumber("attempts", end.Result.Attempts);
            json.WriteString("error", end.Result.ErrorKind);
            json.WriteString("message", end.Result.Message);
            json.WriteString("key", JournalKey.Format(key));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length) + "\n";
    }

    private static int ExitOf(in ItemEnd end) => end.Result.ExitCode ?? (end.Result.Status == ItemStatus.Failed ? 1 : 0);

    private static decimal Unix(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000m;

    private static string Escape(string text) => text.AsSpan().ContainsAny('\t', '\n', '\r')
        ? text.Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)
        : text;
}
