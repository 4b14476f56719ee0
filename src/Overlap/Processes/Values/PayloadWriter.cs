using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Overlap.Processes.Values;

/// <summary>Collects what crosses to another process: a growing stretch of bytes.</summary>
/// <remarks>Shape: little-endian, unaligned. Not thread-safe; used again after <see cref="Clear"/>.</remarks>
/// <param name="border">What values that are not plain bytes need of the connection.</param>
internal sealed class PayloadWriter(IValueBorder border) : IBufferWriter<byte>
{
    private const int FirstSize = 1_024;

    private byte[] _buffer = new byte[FirstSize];
    private int _length;

    public IValueBorder Border { get; set; } = border;

    public int Length => _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Clear() => _length = 0;

    /// <summary>Takes back all that was written after a point.</summary>
    public void Truncate(int length) => _length = length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write<T>(T value)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        if (_buffer.Length - _length < size)
        {
            Grow(size);
        }

        Unsafe.WriteUnaligned(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_buffer), _length), value);
        _length += size;
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>Writes a count in one to five bytes, seven bits each, the low ones first.</summary>
    public void WriteCount(int count)
    {
        uint rest = (uint)count;
        while (rest >= 0x80)
        {
            Write((byte)(rest | 0x80));
            rest >>= 7;
        }

        Write((byte)rest);
    }

    /// <summary>Writes over four bytes that were written before, when what they say is known only later.</summary>
    public void WriteAt(int at, int value) => MemoryMarshal.Write(_buffer.AsSpan(at, sizeof(int)), value);

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsMemory(_length);
    }

    /// <summary>Gives room for at least so many bytes, at least one; <see cref="Advance"/> says how many were used.</summary>
    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(sizeHint);
        return _buffer.AsSpan(_length);
    }

    private void Reserve(int size)
    {
        size = Math.Max(size, 1);
        if (_buffer.Length - _length < size)
        {
            Grow(size);
        }
    }

    private void Grow(int size)
    {
        long wanted = Math.Max((long)_length + size, 2L * _buffer.Length);
        if ((long)_length + size > Array.MaxLength)
        {
            throw new ValueTooLargeException();
        }

        Array.Resize(ref _buffer, (int)Math.Min(wanted, Array.MaxLength));
    }
}
