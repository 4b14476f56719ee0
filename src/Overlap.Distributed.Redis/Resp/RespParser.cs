using System.Buffers.Text;
using System.Text;

namespace Overlap.Distributed.Redis.Resp;

/// <summary>Reads replies out of bytes as they come. What is half there is kept, and never read twice.</summary>
/// <remarks>
/// Shape: RESP2 and RESP3; the streamed forms, which no server sends, are refused, and attributes are read and dropped.
/// Errors: only <see cref="RespProtocolException"/>; after one the parser is of no more use. A length that was claimed is not allocated before
/// the bytes are there, so that a reply never occupies more than twice what was received, and never more than the limit.
/// Source: the RESP3 specification.
/// </remarks>
internal sealed class RespParser(RespLimits limits)
{
    // What a part costs beside its bytes, roughly.
    private const int PartBytes = 24;
    private const int FirstBulkBytes = 64 * 1024;
    private const int FirstParts = 256;

    private readonly Stack<Frame> _open = new();
    private long _left = limits.FrameBytes;
    private byte[]? _bulk;
    private byte _bulkKind;
    private long _bulkLength;
    private int _bulkFilled;

    /// <summary>Reads on.</summary>
    /// <param name="input">What came and is not used up.</param>
    /// <param name="consumed">How much of it is used up now.</param>
    /// <param name="value">The reply, once it is whole.</param>
    /// <returns>Whether a reply is whole; if not, more must come.</returns>
    public bool TryRead(ReadOnlySpan<byte> input, out int consumed, out RespValue value)
    {
        consumed = 0;
        while (true)
        {
            bool isRead = TryReadPart(input[consumed..], out int used, out RespValue part, out bool isPart);
            consumed += used;
            if (!isRead)
            {
                value = default;
                return false;
            }

            if (isPart && TryPlace(part, out value))
            {
                _left = limits.FrameBytes;
                return true;
            }
        }
    }

    private bool TryReadPart(ReadOnlySpan<byte> input, out int used, out RespValue part, out bool isPart)
    {
        used = 0;
        part = default;
        isPart = true;
        if (_bulk is not null)
        {
            return TryReadBulk(input, ref used, out part);
        }

        if (input.IsEmpty)
        {
            return false;
        }

        ThrowIfUnknown(input[0]);
        int end = input.IndexOf((byte)'\n');
        if (end < 0 ? input.Length > limits.LineBytes : end > limits.LineBytes)
        {
            throw new RespProtocolException($"A line of the server is longer than {limits.LineBytes} bytes.");
        }

        if (end < 0)
        {
            return false;
        }

        if (input[end - 1] != (byte)'\r')
        {
            throw new RespProtocolException("A line of the server does not end as lines do.");
        }

        ReadOnlySpan<byte> line = input[1..(end - 1)];
        used = end + 1;
        Charge(PartBytes);
        switch (input[0])
        {
            case (byte)'$' or (byte)'=' or (byte)'!':
                long length = LengthOf(line, mayBeNull: input[0] == (byte)'$');
                if (length < 0)
                {
                    return true;
                }

                Charge(length);
                _bulkLength = length;
                _bulkFilled = 0;
                _bulk = new byte[(int)Math.Min(length, FirstBulkBytes)];
                _bulkKind = input[0];
                return TryReadBulk(input[used..], ref used, out part);
            case (byte)'*' or (byte)'~' or (byte)'>':
                return TryOpen(input[0] == (byte)'>' ? RespKind.Push : RespKind.Array, line, partsEach: 1, mayBeNull: input[0] == (byte)'*', out part, out isPart);
            case (byte)'%':
                return TryOpen(RespKind.Array, line, partsEach: 2, mayBeNull: false, out part, out isPart);
            case (byte)'|':
                return TryOpen(RespKind.Null, line, partsEach: 2, mayBeNull: false, out part, out isPart);
            default:
                part = Simple(input[0], line);
                return true;
        }
    }

    private bool TryReadBulk(ReadOnlySpan<byte> input, ref int used, out RespValue part)
    {
        part = default;
        int wanted = (int)Math.Min(_bulkLength - _bulkFilled, input.Length);
        if (_bulkFilled + wanted > _bulk!.Length)
        {
            Array.Resize(ref _bulk, (int)Math.Min(_bulkLength, Math.Max(_bulk.Length * 2L, _bulkFilled + wanted)));
        }

        input[..wanted].CopyTo(_bulk.AsSpan(_bulkFilled));
        _bulkFilled += wanted;
        // The line's end is read with the last bytes or not at all.
        if (_bulkFilled < _bulkLength || input.Length < wanted + 2)
        {
            used += wanted;
            return false;
        }

        if (input[wanted] != (byte)'\r' || input[wanted + 1] != (byte)'\n')
        {
            throw new RespProtocolException("Bytes of the server are longer than they claim to be.");
        }

        used += wanted + 2;
        byte[] bytes = _bulk;
        _bulk = null;
        part = _bulkKind switch
        {
            (byte)'!' => RespValue.OfError(Encoding.UTF8.GetString(bytes)),
            // Three letters that name the format, and a colon.
            (byte)'=' when bytes.Length >= 4 => RespValue.OfBulk(bytes[4..]),
            _ => RespValue.OfBulk(bytes),
        };
        return true;
    }

    private bool TryOpen(RespKind kind, ReadOnlySpan<byte> line, int partsEach, bool mayBeNull, out RespValue part, out bool isPart)
    {
        part = default;
        isPart = true;
        long count = LengthOf(line, mayBeNull);
        if (count < 0)
        {
            return true;
        }

        if (count > limits.FrameBytes / PartBytes / partsEach)
        {
            throw TooLarge();
        }

        count *= partsEach;
        if (count == 0 && kind != RespKind.Null)
        {
            part = RespValue.OfItems(kind, [], 0);
            return true;
        }

        isPart = false;
        if (count == 0)
        {
            return true;
        }

        if (_open.Count >= limits.Depth)
        {
            throw new RespProtocolException($"A reply of the server is nested deeper than {limits.Depth}.");
        }

        _open.Push(new Frame(kind, (int)count) { Items = new RespValue[(int)Math.Min(count, FirstParts)] });
        return true;
    }

    // Puts a part where it belongs, and closes what is full by it. True: the outermost is full.
    private bool TryPlace(RespValue part, out RespValue value)
    {
        while (_open.TryPeek(out Frame? frame))
        {
            frame.Add(part);
            if (frame.Filled < frame.Count)
            {
                value = default;
                return false;
            }

            _open.Pop();
            if (frame.Kind == RespKind.Null)
            {
                // An attribute: what it is about comes next.
                value = default;
                return false;
            }

            part = RespValue.OfItems(frame.Kind, frame.Items, frame.Filled);
        }

        value = part;
        return true;
    }

    private static RespValue Simple(byte kind, ReadOnlySpan<byte> line) => kind switch
    {
        (byte)'+' => line.SequenceEqual("OK"u8) ? RespValue.OfStatus("OK") : line.SequenceEqual("QUEUED"u8) ? RespValue.OfStatus("QUEUED") : RespValue.OfStatus(Encoding.UTF8.GetString(line)),
        (byte)'-' => RespValue.OfError(Encoding.UTF8.GetString(line)),
        (byte)':' => RespValue.OfInteger(IntegerOf(line)),
        (byte)'#' when line is [(byte)'t' or (byte)'f'] => RespValue.OfBoolean(line[0] == (byte)'t'),
        (byte)',' => RespValue.OfNumber(NumberOf(line)),
        (byte)'(' => RespValue.OfBulk(line.ToArray()),
        (byte)'_' when line.IsEmpty => default,
        _ => throw new RespProtocolException("A reply of the server is malformed."),
    };

    private static double NumberOf(ReadOnlySpan<byte> line) =>
        line.SequenceEqual("inf"u8) ? double.PositiveInfinity
        : line.SequenceEqual("-inf"u8) ? double.NegativeInfinity
        : line.SequenceEqual("nan"u8) ? double.NaN
        : Utf8Parser.TryParse(line, out double value, out int used) && used == line.Length ? value
        : throw new RespProtocolException("A number of the server is malformed.");

    private static long IntegerOf(ReadOnlySpan<byte> line) =>
        Utf8Parser.TryParse(line, out long value, out int used) && used == line.Length
            ? value
            : throw new RespProtocolException("A number of the server is malformed.");

    private static long LengthOf(ReadOnlySpan<byte> line, bool mayBeNull)
    {
        long length = IntegerOf(line);
        return length >= 0 || (length == -1 && mayBeNull) ? length : throw new RespProtocolException("A length of the server is negative.");
    }

    private static void ThrowIfUnknown(byte kind)
    {
        if (!"+-:$*_#,(!=%~>|"u8.Contains(kind))
        {
            throw new RespProtocolException($"The server sent the byte 0x{kind:x2} where a reply begins.");
        }
    }

    private void Charge(long bytes)
    {
        if (bytes > _left)
        {
            throw TooLarge();
        }

        _left -= bytes;
    }

    private RespProtocolException TooLarge() => new($"A reply of the server is larger than {limits.FrameBytes} bytes.");

    private sealed class Frame(RespKind kind, int count)
    {
        public RespKind Kind { get; } = kind;

        public int Count { get; } = count;

        public int Filled { get; private set; }

        public required RespValue[] Items { get; set; }

        public void Add(RespValue part)
        {
            if (Filled == Items.Length)
            {
                RespValue[] items = Items;
                Array.Resize(ref items, (int)Math.Min(Count, items.Length * 2L));
                Items = items;
            }

            Items[Filled++] = part;
        }
    }
}
