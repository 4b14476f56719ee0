namespace Overlap.Cli.Jobs.Run.Inputs;

/// <summary>Cuts a record into columns.</summary>
/// <remarks>
/// A column that begins with a double quote ends with one; inside it two of them stand for one, and separators and line ends for themselves.
/// Source: RFC 4180. A carriage return at the end of a record is part of its end.
/// </remarks>
/// <param name="separator">The byte between two columns.</param>
internal sealed class ColumnSplitter(byte separator)
{
    private const byte Quote = (byte)'"';

    public IReadOnlyList<byte[]> Split(ReadOnlySpan<byte> record)
    {
        if (record is [.. ReadOnlySpan<byte> head, (byte)'\r'])
        {
            record = head;
        }

        List<byte[]> columns = [];
        while (true)
        {
            columns.Add(record is [Quote, ..] ? TakeQuoted(ref record) : TakePlain(ref record));
            if (record.IsEmpty)
            {
                return columns;
            }

            // The separator; after a last one comes an empty column.
            record = record[1..];
        }
    }

    private byte[] TakePlain(ref ReadOnlySpan<byte> record)
    {
        int length = record.IndexOf(separator);
        byte[] column = (length < 0 ? record : record[..length]).ToArray();
        record = length < 0 ? [] : record[length..];
        return column;
    }

    private byte[] TakeQuoted(ref ReadOnlySpan<byte> record)
    {
        List<byte> column = [];
        int at = 1;
        while (at < record.Length)
        {
            if (record[at] != Quote)
            {
                column.Add(record[at++]);
            }
            else if (at + 1 < record.Length && record[at + 1] == Quote)
            {
                column.Add(Quote);
                at += 2;
            }
            else
            {
                break;
            }
        }

        // What follows a closing quote belongs to the column as it stands, up to the separator.
        ReadOnlySpan<byte> rest = at < record.Length ? record[(at + 1)..] : [];
        int length = rest.IndexOf(separator);
        column.AddRange(length < 0 ? rest : rest[..length]);
        record = length < 0 ? [] : rest[length..];
        return [.. column];
    }
}
