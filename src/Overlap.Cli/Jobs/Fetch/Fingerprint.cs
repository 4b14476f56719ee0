using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Overlap.Cli.Jobs.Fetch;

/// <summary>128 bits that stand for a text: what the list remembers of a URL or a name, and what stable file names are made of.</summary>
/// <remarks>Source: SipHash-2-4 with 128 bits of output (Aumasson and Bernstein, 2012), over the UTF-16 code units.</remarks>
internal readonly struct Fingerprint
{
    private readonly ulong _key0;
    private readonly ulong _key1;

    private Fingerprint(ulong key0, ulong key1)
    {
        _key0 = key0;
        _key1 = key1;
    }

    /// <summary>The same in every run, for what is written down. Whoever writes the list can find collisions; they must not matter.</summary>
    public static Fingerprint Stable { get; } = new(0x6f7665726c617020, 0x66696e6765727072);

    /// <summary>Makes one with a secret key: nobody can write a list whose URLs collide.</summary>
    public static Fingerprint CreateSecret()
    {
        // A new Guid is 122 bits from the system's generator, without loading a cryptography library at every start.
        Span<byte> key = stackalloc byte[16];
        Guid.NewGuid().TryWriteBytes(key);
        return new Fingerprint(BinaryPrimitives.ReadUInt64LittleEndian(key), BinaryPrimitives.ReadUInt64LittleEndian(key[8..]));
    }

    /// <summary>Computes the fingerprint of a text.</summary>
    public (ulong High, ulong Low) Of(ReadOnlySpan<char> text)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(text);
        ulong v0 = _key0 ^ 0x736f6d6570736575;
        ulong v1 = _key1 ^ 0x646f72616e646f6d ^ 0xee;
        ulong v2 = _key0 ^ 0x6c7967656e657261;
        ulong v3 = _key1 ^ 0x7465646279746573;
        ulong length = (ulong)bytes.Length << 56;
        while (bytes.Length >= 8)
        {
            Absorb(BinaryPrimitives.ReadUInt64LittleEndian(bytes), ref v0, ref v1, ref v2, ref v3);
            bytes = bytes[8..];
        }

        ulong last = length;
        for (int i = 0; i < bytes.Length; i++)
        {
            last |= (ulong)bytes[i] << (8 * i);
        }

        Absorb(last, ref v0, ref v1, ref v2, ref v3);
        v2 ^= 0xee;
        Rounds(4, ref v0, ref v1, ref v2, ref v3);
        ulong high = v0 ^ v1 ^ v2 ^ v3;
        v1 ^= 0xdd;
        Rounds(4, ref v0, ref v1, ref v2, ref v3);
        return (high, v0 ^ v1 ^ v2 ^ v3);
    }

    private static void Absorb(ulong word, ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v3 ^= word;
        Rounds(2, ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    private static void Rounds(int count, ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        for (int i = 0; i < count; i++)
        {
            v0 += v1;
            v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
            v0 = BitOperations.RotateLeft(v0, 32);
            v2 += v3;
            v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
            v0 += v3;
            v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
            v2 += v1;
            v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
            v2 = BitOperations.RotateLeft(v2, 32);
        }
    }
}
