using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Overlap.Cli.Journals;

/// <summary>What tells one piece of work from another in a journal: the same in every run, wherever the item stands in the list.</summary>
/// <remarks>
/// Shape: the first half of the SHA-256 of job template, a separator that no text holds, and item key: a million keys take sixteen megabytes,
/// and two different ones never meet in practice.
/// </remarks>
internal static class JournalKey
{
    public static UInt128 Of(string template, string key)
    {
        byte[] text = Encoding.UTF8.GetBytes($"{template}\0{key}");
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(text, hash);
        return BinaryPrimitives.ReadUInt128BigEndian(hash);
    }

    /// <summary>Writes a key the way journals hold it.</summary>
    public static string Format(UInt128 key) => key.ToString("x32");
}
