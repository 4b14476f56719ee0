using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Overlap.Cli.Jobs.Thumbnail;

namespace Overlap.Cli.Tests.Jobs.Thumbnail;

/// <summary>Makes pictures: PNG and GIF by hand, the others by the library that is under test, of a PNG made by hand.</summary>
internal static class Pictures
{
    /// <summary>A PNG whose pixels look different everywhere, the same in every run.</summary>
    /// <param name="width">Unit: pixels.</param>
    /// <param name="height">Unit: pixels.</param>
    /// <param name="colorType">0 grey, 2 colour, 3 palette, 4 grey with alpha, 6 colour with alpha.</param>
    /// <param name="bitDepth">8 or 16.</param>
    /// <param name="extra">Chunks between header and pixels.</param>
    public static byte[] Png(int width, int height, byte colorType = 2, byte bitDepth = 8, params byte[][] extra)
    {
        int samples = colorType switch { 0 or 3 => 1, 4 => 2, 2 => 3, _ => 4 };
        int row = 1 + (width * samples * bitDepth / 8);
        byte[] raw = new byte[row * height];
        for (int y = 0; y < height; y++)
        {
            for (int x = 1; x < row; x++)
            {
                raw[(y * row) + x] = (byte)((x * 5) + (y * 3) + ((x * y * 2_654_435_761) >> 24));
            }
        }

        return PngOf(width, height, colorType, bitDepth, interlace: 0, Deflate(raw), extra);
    }

    /// <summary>A PNG of any parts.</summary>
    public static byte[] PngOf(uint width, uint height, byte colorType, byte bitDepth, byte interlace, byte[] pixels, params byte[][] extra)
    {
        byte[] header = new byte[13];
        BinaryPrimitives.WriteUInt32BigEndian(header, width);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = (bitDepth, colorType, interlace);
        return [0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. Chunk("IHDR", header), .. extra.SelectMany(static chunk => chunk), .. Chunk("IDAT", pixels), .. Chunk("IEND", [])];
    }

    /// <summary>A PNG of any parts.</summary>
    public static byte[] PngOf(int width, int height, byte colorType, byte bitDepth, byte interlace, byte[] pixels, params byte[][] extra) =>
        PngOf((uint)width, (uint)height, colorType, bitDepth, interlace, pixels, extra);

    /// <summary>A chunk of a PNG.</summary>
    public static byte[] Chunk(string name, byte[] data)
    {
        byte[] chunk = new byte[12 + data.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        Encoding.ASCII.GetBytes(name, chunk.AsSpan(4));
        data.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc(chunk.AsSpan(4, 4 + data.Length)));
        return chunk;
    }

    /// <summary>Bytes as a PNG holds them.</summary>
    public static byte[] Deflate(ReadOnlySpan<byte> bytes)
    {
        using MemoryStream packed = new();
        using (ZLibStream stream = new(packed, CompressionLevel.Fastest))
        {
            stream.Write(bytes);
        }

        return packed.ToArray();
    }

    /// <summary>As many zeros as wanted, as a PNG holds them.</summary>
    public static byte[] DeflatedZeros(long count)
    {
        using MemoryStream packed = new();
        using (ZLibStream stream = new(packed, CompressionLevel.Fastest))
        {
            byte[] block = new byte[1 << 20];
            for (; count > 0; count -= block.Length)
            {
                stream.Write(block, 0, (int)Math.Min(count, block.Length));
            }
        }

        return packed.ToArray();
    }

    /// <summary>A JPEG of about the pixels of <see cref="Png"/>.</summary>
    public static byte[] Jpeg(int width, int height, params (string Name, string Value)[] arguments) =>
        Encode(Png(width, height), "jpegsave_buffer", arguments);

    /// <summary>A WebP of about the pixels of <see cref="Png"/>.</summary>
    public static byte[] Webp(int width, int height, byte colorType = 2, params (string Name, string Value)[] arguments) =>
        Encode(Png(width, height, colorType), "webpsave_buffer", arguments);

    /// <summary>A JPEG in the four inks of a printer, without their profile: half a megabyte.</summary>
    public static byte[] CmykJpeg(int width, int height) => Encode(
        Png(width, height),
        new VipsStep("thumbnail_image", ("width", $"{width}"), ("height", $"{height}"), ("import-profile", "srgb"), ("export-profile", "cmyk")),
        "jpegsave_buffer",
        ("strip", "true"));

    /// <summary>A GIF in 128 greys; its pixels are not packed.</summary>
    public static byte[] Gif(int width, int height, int frames = 1)
    {
        List<byte> file = [.. "GIF89a"u8, .. Word(width), .. Word(height), 0xF6, 0, 0];
        for (int i = 0; i < 128; i++)
        {
            file.AddRange([(byte)(i * 2), (byte)(i * 2), (byte)(i * 2)]);
        }

        for (int frame = 0; frame < frames; frame++)
        {
            // A control extension with a tenth of a second, then the frame.
            file.AddRange([0x21, 0xF9, 4, 0, 10, 0, 0, 0, 0x2C, 0, 0, 0, 0, .. Word(width), .. Word(height), 0]);
            byte[] pixels = [.. Enumerable.Range(0, width * height).Select(at => (byte)((at + frame + (at / width * 7)) & 0x7F))];
            file.Add(7);
            foreach (byte[] block in pixels.Chunk(120))
            {
                // Codes of eight bits stay that if the table is cleared before it grows: 128 is "clear".
                file.AddRange([(byte)(block.Length + 1), 128, .. block]);
            }

            file.AddRange([1, 129, 0]);
        }

        return [.. file, 0x3B];
    }

    /// <summary>A JPEG with an EXIF segment that has an orientation.</summary>
    public static byte[] WithOrientation(byte[] jpeg, ushort orientation)
    {
        byte[] exif =
        [
            .. "Exif\0\0MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, (byte)(orientation >> 8), (byte)orientation, 0, 0, 0, 0, 0, 0,
        ];
        return WithSegment(jpeg, 0xE1, exif);
    }

    /// <summary>A JPEG with one more segment at its beginning.</summary>
    public static byte[] WithSegment(byte[] jpeg, byte marker, ReadOnlySpan<byte> data) =>
        [.. jpeg.AsSpan(0, 2), 0xFF, marker, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data, .. jpeg.AsSpan(2)];

    /// <summary>A progressive JPEG whose last scan comes once more, so many times.</summary>
    public static byte[] WithScans(byte[] progressive, int more)
    {
        int scan = progressive.AsSpan().LastIndexOf<byte>([0xFF, 0xDA]);
        int end = progressive.AsSpan().LastIndexOf<byte>([0xFF, 0xD9]);
        byte[] last = progressive[scan..end];
        return [.. progressive.AsSpan(0, end), .. Enumerable.Repeat(last, more).SelectMany(static scan => scan), 0xFF, 0xD9];
    }

    /// <summary>Encodes a PNG anew, in its own size.</summary>
    public static byte[] Encode(byte[] png, string saver, params (string Name, string Value)[] arguments)
    {
        PictureHeader header = PictureHeader.TryRead(png)!.Value;
        return Encode(png, new VipsStep("thumbnail_image", ("width", $"{header.Width}"), ("height", $"{header.Height}")), saver, arguments);
    }

    private static byte[] Encode(byte[] png, VipsStep shrink, string saver, params (string Name, string Value)[] arguments)
    {
        Vips.Require();
        return Vips.Shrink(png, new VipsSteps(new VipsStep("pngload_source"), shrink, new VipsStep(saver, arguments)), CancellationToken.None).Bytes;
    }

    private static byte[] Word(int value) => [(byte)value, (byte)(value >> 8)];

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte each in bytes)
        {
            crc ^= each;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
