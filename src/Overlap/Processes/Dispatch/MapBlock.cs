using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;

namespace Overlap.Processes.Dispatch;

/// <summary>Some items of a map that were pulled together, as they are sent, and their results.</summary>
internal sealed class MapBlock<T, TResult>
{
    private readonly ValueCodec<T> _codec;

    // Items of a fixed size are sent as they lie; of others the bytes are kept, and where each begins.
    private readonly byte[]? _encoded;
    private readonly int[]? _starts;
    private readonly CallBorder? _border;
    private readonly int _count;
    private int _pieces = 1;
    private int _splits;

    /// <summary>Takes over items.</summary>
    /// <param name="function">The function that is mapped.</param>
    /// <param name="items">The items; the block's own from here on.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="results">Where their results go; the block's own as long as it lives.</param>
    /// <param name="crossings">What of the items crosses beside plain bytes.</param>
    public MapBlock(PoolFunction<T, TResult> function, T[] items, int count, TResult[] results, Crossings crossings)
    {
        _codec = function.Arguments;
        Items = items;
        Results = results;
        _count = count;
        if (_codec.FixedSize > 0)
        {
            return;
        }

        CallBorder border = new(crossings);
        PayloadWriter writer = PoolWriter.Rent(border);
        _starts = new int[count + 1];
        try
        {
            for (int i = 0; i < count; i++)
            {
                _starts[i] = writer.Length;
                _codec.Write(writer, items[i]);
            }
        }
        catch
        {
            border.End();
            throw;
        }

        _starts[count] = writer.Length;
        if (count == 1 && writer.Length > SegmentLayout.LargestFrame - 64)
        {
            _encoded = PoolWriter.MoveToBlob(writer, border);
            _starts[1] = _encoded.Length;
            IsInBlob = true;
        }
        else
        {
            _encoded = writer.Written.ToArray();
        }

        _border = border.IsUsed ? border : null;
    }

    public T[] Items { get; }

    public TResult[] Results { get; }

    public bool IsInBlob { get; }

    /// <summary>The bytes that the items take.</summary>
    public int Length => _encoded?.Length ?? _count * _codec.FixedSize;

    public void Encode(PayloadWriter writer, int first, int count)
    {
        if (_encoded is not null)
        {
            writer.WriteBytes(_encoded.AsSpan(_starts![first], _starts[first + count] - _starts[first]));
        }
        else
        {
            ref byte start = ref Unsafe.As<T, byte>(ref Items[first]);
            writer.WriteBytes(MemoryMarshal.CreateReadOnlySpan(ref start, count * _codec.FixedSize));
        }
    }

    /// <summary>Whether it went as one piece: then nobody else looks at its arrays once that has ended.</summary>
    public bool IsWhole => Volatile.Read(ref _splits) == 0;

    public void AddPiece()
    {
        Volatile.Write(ref _splits, 1);
        Interlocked.Increment(ref _pieces);
    }

    /// <summary>One of the pieces is done; with the last the block lends nothing any more.</summary>
    public void ReleasePiece()
    {
        if (Interlocked.Decrement(ref _pieces) == 0)
        {
            _border?.End();
        }
    }
}
