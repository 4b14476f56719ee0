namespace Overlap.Distributed.Protocol;

/// <summary>The names that every message bears, so that reading one does not make each of them anew.</summary>
/// <remarks>A name that is not among them is made; one that shares a place with another is, too. Nothing is ever added.</remarks>
internal static class KnownNames
{
    private const int Places = 256;
    private const int Longest = 32;

    private static readonly Entry[] Table = MakeTable();

    /// <summary>Gives the name that ASCII bytes spell; <see langword="null"/>: not a known one.</summary>
    public static string? Find(ReadOnlySpan<byte> ascii)
    {
        if (ascii.Length is 0 or > Longest)
        {
            return null;
        }

        ref readonly Entry entry = ref Table[PlaceOf(ascii)];
        return ascii.SequenceEqual(entry.Ascii) ? entry.Name : null;
    }

    // The factors were searched for: with these, each name has a place of its own.
    private static int PlaceOf(ReadOnlySpan<byte> ascii) =>
        ((ascii.Length * 63) ^ (ascii[0] * 15) ^ (ascii[^1] * 17) ^ (ascii[ascii.Length / 2] * 5)) & (Places - 1);

    private static Entry[] MakeTable()
    {
        string[] names =
        [
            "lang", "task", "id", "root_id", "parent_id", "group", "group_index", "shadow", "eta", "expires", "retries", "timelimit",
            "argsrepr", "kwargsrepr", "origin", "ignore_result", "replaced_task_nesting", "stamped_headers", "stamps", "compression",
            "redelivered", "body", "content-encoding", "content-type", "headers", "properties", "correlation_id", "reply_to",
            "delivery_mode", "delivery_info", "exchange", "routing_key", "priority", "body_encoding", "delivery_tag", "expiration",
            "callbacks", "errbacks", "chain", "chord", "args", "kwargs", "options", "subtask_type", "immutable", "task_id", "group_id",
            "link", "link_error", "status", "result", "traceback", "children", "date_done", "exc_type", "exc_message", "exc_module",
            "name", "worker", "queue", "hostname", "pid", "__type__", "__value__", "hex", "tasks", "header", "utc", "taskset",
        ];
        Entry[] table = new Entry[Places];
        foreach (string name in names)
        {
            byte[] ascii = System.Text.Encoding.ASCII.GetBytes(name);
            table[PlaceOf(ascii)] = new Entry(name, ascii);
        }

        return table;
    }

    private readonly record struct Entry(string? Name, byte[]? Ascii);
}
