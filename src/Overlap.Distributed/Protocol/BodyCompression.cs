using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;

namespace Overlap.Distributed.Protocol;

/// <summary>The one compression that is read and written: zlib, which Celery calls gzip.</summary>
/// <remarks>
/// Shape: RFC 1950, starting <c>78</c>; the header <c>compression</c> says <c>application/x-gzip</c>, or one of its other names.
/// Errors: another compression, or what does not inflate, is <see cref="MessageDefect.CompressionRefused"/>; beyond the limit, <see cref="MessageDefect.TooLarge"/>.
/// </remarks>
internal static class BodyCompression
{
    /// <summary>What the header says of a compressed body.</summary>
    public const string HeaderValue = "application/x-gzip";

    private const int FirstSize = 16 * 1024;

    /// <summary>Whether a header means zlib.</summary>
    public static bool IsZlib(string name) => name is HeaderValue or "gzip" or "zlib";

    /// <summary>Compresses a body.</summary>
    public static byte[] Deflate(ReadOnlySpan<byte> body)
    {
        using MemoryStream output = new();
        using (ZLibStream zlib = new(output, CompressionLevel.Fastest, leaveOpen: true))
        {
            zlib.Write(body);
        }

        return output.ToArray();
    }

    /// <summary>Inflates a body, and stops as soon as it is too large.</summary>
    public static byte[] Inflate(ReadOnlyMemory<byte> body, int mostBytes)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FirstSize);
        int length = 0;
        try
        {
            using MemoryStream input = MemoryMarshal.TryGetArray(body, out ArraySegment<byte> segment)
                ? new(segment.Array!, segment.Offset, segment.Count, writable: false)
                : new(body.ToArray());
            using ZLibStream zlib = new(input, CompressionMode.Decompress);
            while (zlib.Read(buffer, length, buffer.Length - length) is int read and > 0)
            {
                length += read;
                if (length > mostBytes)
                {
                    throw new MessageFormatException(
                        MessageDefect.TooLarge,
                        string.Create(CultureInfo.InvariantCulture, $"The body inflates to more than {mostBytes} bytes."));
                }

                if (length == buffer.Length)
                {
                    byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(length * 2L, Array.MaxLength));
                    buffer.CopyTo(larger, 0);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }

            // A stream that is cut off ends without a word; its checksum is then not where it should be.
            return HasChecksum(body.Span, buffer.AsSpan(0, length))
                ? buffer.AsSpan(0, length).ToArray()
                : throw new MessageFormatException(MessageDefect.CompressionRefused, "The compressed body is cut off, or something follows it.");
        }
        catch (InvalidDataException wrong)
        {
            throw new MessageFormatException(
                MessageDefect.CompressionRefused,
                "The body is said to be compressed by zlib, and does not inflate.", wrong);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Adler-32, which ends the stream. As many bytes are summed at once as cannot overflow.
    private static bool HasChecksum(ReadOnlySpan<byte> body, ReadOnlySpan<byte> inflated)
    {
        const uint Modulus = 65521;
        const int MostAtOnce = 5552;
        uint low = 1;
        uint high = 0;
        while (!inflated.IsEmpty)
        {
            ReadOnlySpan<byte> some = inflated[..Math.Min(inflated.Length, MostAtOnce)];
            foreach (byte next in some)
            {
                low += next;
                high += low;
            }

            low %= Modulus;
            high %= Modulus;
            inflated = inflated[some.Length..];
        }

        return body.Length >= sizeof(uint) && BinaryPrimitives.ReadUInt32BigEndian(body[^sizeof(uint)..]) == ((high << 16) | low);
    }
}
