using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Overlap.Processes.Values;

/// <summary>Reads what another process wrote. Every length is checked: the other side may have gone mad.</summary>
/// <remarks>Errors: bytes that end too early or say what cannot be are a <see cref="PayloadException"/>, never a wrong value or a large allocation.</remarks>
internal ref struct PayloadReader(ReadOnlySpan<byte> bytes, IValueBorder border)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public IValueBorder Border { get; } = border;

    public readonly int Remaining => _bytes.Length - _at;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Read<T>()
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        if (Remaining < size)
        {
            throw PayloadException.TooShort();
        }

        T value = Unsafe.ReadUnaligned<T>(ref Unsafe.Add(ref MemoryMarshal.GetReference(_bytes), _at));
        _at += size;
        return value;
    }

    /// <summary>Gives the next bytes where they lie: valid as long as the payload.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if ((uint)count > (uint)Remaining)
        {
            throw PayloadException.TooShort();
        }

        ReadOnlySpan<byte> span = _bytes.Slice(_at, count);
        _at += count;
        return span;
    }

    /// <summary>Reads a count written by <see cref="PayloadWriter.WriteCount"/>.</summary>
    public int ReadCount()
    {
        uint value = 0;
        for (int shift = 0; shift < 35; shift += 7)
        {
            byte part = Read<byte>();
            value |= (uint)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value <= int.MaxValue && (shift < 28 || part <= 0x07) ? (int)value : throw PayloadException.Nonsense("count");
            }
        }

        throw PayloadException.Nonsense("count");
    }

    /// <summary>Reads the count of elements that take at least so many bytes each, so that a wrong count cannot make a large array.</summary>
    public int ReadCount(int leastSize)
    {
        int count = ReadCount();
        return (long)count * leastSize <= Remaining ? count : throw PayloadException.TooShort();
    }
}
