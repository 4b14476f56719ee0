using System.Buffers;
using System.Runtime.CompilerServices;

namespace Overlap.Distributed.Protocol;

/// <summary>Bytes that grow in a borrowed array: what the writers write into.</summary>
internal ref struct BorrowedBytes(int firstSize)
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(firstSize);
    private int _length;

    /// <summary>What is written so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _bytes.AsSpan(0, _length);

    /// <summary>Gives room for so many bytes or more; those that are written there count when it is told of them.</summary>
    public Span<byte> Room(int size)
    {
        if (_bytes.Length - _length < size)
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(checked(_length + size), _bytes.Length * 2));
            Written.CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_bytes);
            _bytes = larger;
        }

        return _bytes.AsSpan(_length);
    }

    /// <summary>Tells it of bytes that were written into the room.</summary>
    public void Count(int size) => _length += size;

    /// <summary>Gives the place of exactly so many bytes, which count as written.</summary>
    public Span<byte> Place(int size)
    {
        Span<byte> place = Room(size)[..size];
        _length += size;
        return place;
    }

    /// <summary>Gives the array back.</summary>
    public void Dispose()
    {
        byte[] bytes = _bytes;
        _bytes = [];
        _length = 0;
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Refuses to write deeper than the stack is.</summary>
    /// <exception cref="MessageFormatException">Lists and maps are nested too deep.</exception>
    public static void ThrowIfTooDeep()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new MessageFormatException(MessageDefect.TooDeep, "Lists and maps are nested too deep to be written.");
        }
    }
}
