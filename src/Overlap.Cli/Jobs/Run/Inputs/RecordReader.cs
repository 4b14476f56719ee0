using System.Runtime.CompilerServices;

namespace Overlap.Cli.Jobs.Run.Inputs;

/// <summary>Cuts a stream of bytes into records as they come.</summary>
/// <remarks>
/// Memory: one record, and never more than <see cref="LongestRecord"/>: of a longer one the beginning is given, with the problem.
/// A byte order mark at the start of the stream is no part of the first record. Everything else is given as it came.
/// </remarks>
/// <param name="stream">The input; not disposed.</param>
/// <param name="end">The byte that ends a record.</param>
/// <param name="quoted">Whether an end between double quotes is part of the record, as in CSV.</param>
internal sealed class RecordReader(Stream stream, byte end, bool quoted)
{
    /// <summary>The longest record that is read. No argument of a program may be longer than a sixteenth of it. Unit: bytes.</summary>
    public const int LongestRecord = 2 << 20;

    private const int FirstSize = 64 << 10;
    private const int ShownOfTooLong = 200;

    private byte[] _buffer = new byte[FirstSize];
    private int _start;
    private int _used;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Gives the records, the last one also when it has no end.</summary>
    public async IAsyncEnumerable<InputRecord> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Of what may be a mark all is waited for, and of nothing else: a short item from a pipe is given when it comes.
        while (_used < ByteOrderMark.Length && ByteOrderMark.StartsWith(_buffer.AsSpan(0, _used)) && await FillAsync(cancellationToken))
        {
        }

        _start = _buffer.AsSpan(0, _used).StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        bool more = true;
        byte[]? tooLong = null;
        int searched = 0;
        bool isInQuotes = false;
        while (more || _start < _used)
        {
            int length = FindEnd(ref searched, ref isInQuotes);
            if (length < 0 && more)
            {
                if (_used - _start > LongestRecord)
                {
                    // Only its end is wanted any more.
                    tooLong ??= _buffer.AsSpan(_start, ShownOfTooLong).ToArray();
                    _start = _used;
                    searched = 0;
                }

                more = await FillAsync(cancellationToken);
                continue;
            }

            length = length < 0 ? _used - _start : length;
            yield return tooLong is null
                ? new InputRecord(_buffer.AsSpan(_start, length).ToArray(), null)
                : new InputRecord(tooLong, $"the item is longer than {LongestRecord >> 20} MiB; no argument can be");
            _start = Math.Min(_used, _start + length + 1);
            (tooLong, searched, isInQuotes) = (null, 0, false);
        }

        if (tooLong is not null)
        {
            yield return new InputRecord(tooLong, $"the item is longer than {LongestRecord >> 20} MiB; no argument can be");
        }
    }

    private int FindEnd(ref int searched, ref bool isInQuotes)
    {
        ReadOnlySpan<byte> bytes = _buffer.AsSpan(_start, _used - _start);
        while (searched < bytes.Length)
        {
            int found = quoted ? bytes[searched..].IndexOfAny(end, (byte)'"') : bytes[searched..].IndexOf(end);
            if (found < 0)
            {
                searched = bytes.Length;
                return -1;
            }

            int at = searched + found;
            searched = at + 1;
            if (quoted && bytes[at] == '"')
            {
                isInQuotes = !isInQuotes;
            }
            else if (!isInQuotes)
            {
                return at;
            }
        }

        return -1;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _used - _start).CopyTo(_buffer);
            _used -= _start;
            _start = 0;
        }

        if (_used == _buffer.Length)
        {
            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }

        int read;
        if (stream.CanSeek)
        {
            cancellationToken.ThrowIfCancellationRequested();
            read = stream.Read(_buffer.AsSpan(_used));
        }
        else
        {
            // A read of standard input cannot be taken back; it is left behind with its buffer when the run is stopped.
            read = await stream.ReadAsync(_buffer.AsMemory(_used), CancellationToken.None).AsTask().WaitAsync(cancellationToken);
        }

        _used += read;
        return read > 0;
    }
}
