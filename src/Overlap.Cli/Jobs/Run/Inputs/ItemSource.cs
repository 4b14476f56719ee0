using System.Runtime.CompilerServices;
using System.Text;

namespace Overlap.Cli.Jobs.Run.Inputs;

/// <summary>Gives the items of a run, lazily.</summary>
internal sealed class ItemSource(InputOptions options)
{
    /// <summary>The names of the columns; known when the first item is.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    /// <summary>The number of items, if it is known without reading them.</summary>
    public long? Count => options.Lists.Count == 0 ? null : options.Lists.Aggregate(1L, static (product, list) => product * list.Count);

    /// <summary>Gives the items in order. Empty lines are none; an empty item after <c>:::</c> or before a NUL is one.</summary>
    /// <exception cref="RunException">The file cannot be read.</exception>
    public IAsyncEnumerable<RunItem> ReadAsync(CancellationToken cancellationToken) =>
        options.Lists.Count > 0 ? CombineAsync() : ReadRecordsAsync(cancellationToken);

    private async IAsyncEnumerable<RunItem> CombineAsync()
    {
        await Task.CompletedTask;
        int[] places = new int[options.Lists.Count];
        long sequence = 0;
        if (Count == 0)
        {
            yield break;
        }

        while (true)
        {
            byte[][] columns = [.. options.Lists.Select((list, index) => list[places[index]])];
            yield return new RunItem(++sequence, Join(columns), columns, null);
            int turning = places.Length - 1;
            while (turning >= 0 && ++places[turning] == options.Lists[turning].Count)
            {
                places[turning--] = 0;
            }

            if (turning < 0)
            {
                yield break;
            }
        }
    }

    private async IAsyncEnumerable<RunItem> ReadRecordsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using Stream? file = options.File is { } path ? Open(path) : null;
        RecordReader reader = new(
            file ?? options.StandardInput, options.EndWithNul ? (byte)0 : (byte)'\n', quoted: options.Separator is not null && !options.EndWithNul);
        ColumnSplitter? splitter = options.Separator is { } separator ? new ColumnSplitter(separator) : null;
        long sequence = 0;
        bool isHeader = options.HasHeader;
        await foreach (InputRecord record in reader.ReadAsync(cancellationToken))
        {
            if (!options.EndWithNul && record.Bytes.AsSpan().TrimEnd((byte)'\r').IsEmpty)
            {
                continue;
            }

            IReadOnlyList<byte[]> columns = splitter?.Split(record.Bytes) ?? [record.Bytes];
            if (isHeader)
            {
                Names = [.. columns.Select(Encoding.UTF8.GetString)];
                isHeader = false;
                continue;
            }

            yield return new RunItem(++sequence, record.Bytes, columns, record.Problem);
        }
    }

    private static byte[] Join(byte[][] columns)
    {
        if (columns is [byte[] only])
        {
            return only;
        }

        List<byte> text = [];
        foreach (byte[] column in columns)
        {
            if (text.Count > 0)
            {
                text.Add((byte)' ');
            }

            text.AddRange(column);
        }

        return [.. text];
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw RunException.File("cannot read the list", PrintableText.Of(Encoding.UTF8.GetBytes(path), 200), exception);
        }
    }
}
