using System.Buffers.Binary;

namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>What a picture's file says of itself, read before any decoder sees a byte of it.</summary>
/// <remarks>
/// The first bytes decide what a file is, never its name; they are the same that the decoder is then given.
/// Errors: a file that is none of the formats or ends before it has told its size has no header, never a guessed one.
/// Source: ITU-T T.81 B.1 (JPEG), W3C PNG 11.2, RFC 9649 (WebP), GIF89a 18 and 20.
/// </remarks>
/// <param name="Format">The format.</param>
/// <param name="Width">Unit: pixels.</param>
/// <param name="Height">Unit: pixels.</param>
/// <param name="HasColorsToConvert">Whether there is a colour profile, or colours that are none of a screen.</param>
internal readonly record struct PictureHeader(PictureFormat Format, long Width, long Height, bool HasColorsToConvert = false)
{
    private const byte EndOfPicture = 0xD9;
    private const byte StartOfScan = 0xDA;

    /// <summary>The pixels of one picture. A PNG may claim more than 2⁶³.</summary>
    public Int128 Pixels => (Int128)Width * Height;

    private static ReadOnlySpan<byte> PngSignature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Tells the format by the first bytes.</summary>
    public static PictureFormat? FormatOf(ReadOnlySpan<byte> file) => file switch
    {
        [0xFF, 0xD8, 0xFF, ..] => PictureFormat.Jpeg,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => PictureFormat.Gif,
        _ when file.StartsWith(PngSignature) => PictureFormat.Png,
        _ when file.Length >= 12 && file.StartsWith("RIFF"u8) && file[8..].StartsWith("WEBP"u8) => PictureFormat.Webp,
        _ => null,
    };

    /// <summary>Reads the header.</summary>
    /// <param name="file">The file, or enough of its beginning.</param>
    /// <returns>The header, or <see langword="null"/> when there is no whole one.</returns>
    public static PictureHeader? TryRead(ReadOnlySpan<byte> file) => FormatOf(file) switch
    {
        PictureFormat.Jpeg => ReadJpeg(file[2..]),
        PictureFormat.Png => ReadPng(file),
        PictureFormat.Webp => ReadWebp(file),
        PictureFormat.Gif => ReadGif(file),
        _ => null,
    };

    /// <summary>Tells whether a file ends before its format does. Of a file that could not be decoded it says why.</summary>
    public static bool IsCutOff(ReadOnlySpan<byte> file, PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => file.LastIndexOf<byte>([0xFF, 0xD9]) < 0,
        PictureFormat.Png => !HasChunk(file, "IEND"u8),
        PictureFormat.Webp => file.Length < 8 + (long)BinaryPrimitives.ReadUInt32LittleEndian(file[4..]),
        _ => file.TrimEnd((byte)0) is not [.., 0x3B],
    };

    /// <summary>Counts the scans of a JPEG: the decoder goes over the whole picture for each of them, and a few bytes are enough for one.</summary>
    public static int CountScans(ReadOnlySpan<byte> file)
    {
        int scans = 0;
        ReadOnlySpan<byte> rest = file[2..];
        while (TryReadSegment(ref rest, out byte marker, out _))
        {
            scans += marker == StartOfScan ? 1 : 0;
        }

        return scans;
    }

    private static PictureHeader? ReadJpeg(ReadOnlySpan<byte> rest)
    {
        PictureHeader? header = null;
        bool hasProfile = false;
        while (TryReadSegment(ref rest, out byte marker, out ReadOnlySpan<byte> segment) && marker != StartOfScan)
        {
            hasProfile |= marker == 0xE2 && segment.StartsWith("ICC_PROFILE"u8);
            bool isFrame = marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);
            if (isFrame && header is null && segment.Length >= 6)
            {
                // Four components are CMYK.
                hasProfile |= segment[5] == 4;
                header = Of(PictureFormat.Jpeg, BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), BinaryPrimitives.ReadUInt16BigEndian(segment[1..]));
            }
        }

        return header is { } found ? found with { HasColorsToConvert = hasProfile } : null;
    }

    /// <summary>Reads up to the end of the next segment of a JPEG; what stands between two is passed over, as decoders do.</summary>
    /// <returns>Whether there was a whole one before the end of the picture.</returns>
    private static bool TryReadSegment(ref ReadOnlySpan<byte> rest, out byte marker, out ReadOnlySpan<byte> segment)
    {
        marker = 0;
        segment = default;
        while (rest.IndexOf((byte)0xFF) is >= 0 and int start && rest.Length >= start + 4)
        {
            marker = rest[start + 1];
            if (marker == EndOfPicture)
            {
                return false;
            }

            // A fill byte, a stuffed byte, a marker without a segment.
            if (marker is 0xFF or 0x00 or 0x01 or (>= 0xD0 and <= 0xD8))
            {
                rest = rest[(start + (marker == 0xFF ? 1 : 2))..];
                continue;
            }

            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[(start + 2)..]);
            if (length < 2 || rest.Length < start + 2 + length)
            {
                return false;
            }

            segment = rest.Slice(start + 4, length - 2);
            rest = rest[(start + 2 + length)..];
            return true;
        }

        return false;
    }

    private static PictureHeader? ReadPng(ReadOnlySpan<byte> file) =>
        file.Length < 24 || !file[12..].StartsWith("IHDR"u8)
            ? null
            : Of(PictureFormat.Png, BinaryPrimitives.ReadUInt32BigEndian(file[16..]), BinaryPrimitives.ReadUInt32BigEndian(file[20..]), HasChunk(file, "iCCP"u8));

    private static PictureHeader? ReadWebp(ReadOnlySpan<byte> file)
    {
        if (file.Length < 30)
        {
            return null;
        }

        ReadOnlySpan<byte> data = file[20..];
        if (file[12..].StartsWith("VP8X"u8))
        {
            return Of(PictureFormat.Webp, 1 + ReadUInt24(data[4..]), 1 + ReadUInt24(data[7..]), (data[0] & 0x20) != 0);
        }

        if (file[12..].StartsWith("VP8L"u8))
        {
            uint bits = BinaryPrimitives.ReadUInt32LittleEndian(data[1..]);
            return data[0] == 0x2F ? Of(PictureFormat.Webp, 1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF)) : null;
        }

        return file[12..].StartsWith("VP8 "u8) && data[3..].StartsWith<byte>([0x9D, 0x01, 0x2A])
            ? Of(PictureFormat.Webp, BinaryPrimitives.ReadUInt16LittleEndian(data[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(data[8..]) & 0x3FFF)
            : null;
    }

    // A frame may stick out of the screen that the file announces, and decoders then enlarge it.
    private static PictureHeader? ReadGif(ReadOnlySpan<byte> file)
    {
        if (file.Length < 13)
        {
            return null;
        }

        long width = BinaryPrimitives.ReadUInt16LittleEndian(file[6..]);
        long height = BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        ReadOnlySpan<byte> rest = Skip(file, 13 + ColorTableLength(file[10]));
        while (rest is [0x21, _, ..])
        {
            // An extension: blocks, each after its length, up to an empty one.
            rest = rest[2..];
            while (rest is [not 0, ..])
            {
                rest = Skip(rest, 1 + rest[0]);
            }

            rest = Skip(rest, 1);
        }

        if (rest.Length < 10 || rest[0] != 0x2C)
        {
            return null;
        }

        long right = BinaryPrimitives.ReadUInt16LittleEndian(rest[1..]) + BinaryPrimitives.ReadUInt16LittleEndian(rest[5..]);
        long bottom = BinaryPrimitives.ReadUInt16LittleEndian(rest[3..]) + BinaryPrimitives.ReadUInt16LittleEndian(rest[7..]);
        return Of(PictureFormat.Gif, Math.Max(width, right), Math.Max(height, bottom));
    }

    private static bool HasChunk(ReadOnlySpan<byte> png, ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> rest = Skip(png, PngSignature.Length);
        while (rest.Length >= 12)
        {
            long length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (rest[4..].StartsWith(name))
            {
                return true;
            }

            rest = 12 + length <= rest.Length ? rest[(12 + (int)length)..] : default;
        }

        return false;
    }

    private static int ColorTableLength(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    private static ReadOnlySpan<byte> Skip(ReadOnlySpan<byte> bytes, int count) => count <= bytes.Length ? bytes[count..] : default;

    private static long ReadUInt24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);

    private static PictureHeader? Of(PictureFormat format, long width, long height, bool hasProfile = false) =>
        width > 0 && height > 0 ? new PictureHeader(format, width, height, hasProfile) : null;
}
