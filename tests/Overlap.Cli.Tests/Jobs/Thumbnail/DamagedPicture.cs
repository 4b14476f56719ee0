using System.Buffers.Binary;

namespace Overlap.Cli.Tests.Jobs.Thumbnail;

/// <summary>Damages files, each time in one place.</summary>
internal static class DamagedPicture
{
    // Whole bytes are flipped everywhere; single bits at every third.
    private const int BitStep = 3;

    /// <summary>How many ways there are to damage a file like that.</summary>
    public static int CountOf(byte[] file, string how) => how switch
    {
        "lengths" => 3 * LengthFields(file).Count,
        "bit" => file.Length / BitStep,
        _ => file.Length,
    };

    /// <summary>Damages a file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="how"><c>cut</c>, <c>flip</c>, <c>bit</c> or <c>lengths</c>.</param>
    /// <param name="which">The place, from 0.</param>
    public static byte[] Of(byte[] file, string how, int which)
    {
        if (how == "cut")
        {
            return file[..which];
        }

        byte[] damaged = [.. file];
        if (how == "lengths")
        {
            (int at, int bytes, bool isBigEndian) = LengthFields(file)[which / 3];
            uint value = (which % 3) switch { 0 => 0u, 1 => 1u, _ => uint.MaxValue };
            Span<byte> field = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(field, value);
            field = field[..bytes];
            if (isBigEndian)
            {
                field.Reverse();
            }

            field.CopyTo(damaged.AsSpan(at));
        }
        else
        {
            damaged[how == "flip" ? which : which * BitStep] ^= (byte)(how == "flip" ? 0xFF : 1 << (which % 8));
        }

        return damaged;
    }

    /// <summary>Finds the fields that tell how long something is, sides of the picture included.</summary>
    private static List<(int At, int Bytes, bool IsBigEndian)> LengthFields(byte[] file)
    {
        List<(int, int, bool)> fields = [];
        if (file[0] == 0xFF)
        {
            for (int at = 2; at + 4 <= file.Length && file[at] == 0xFF && file[at + 1] != 0xD9; at += 2 + BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at + 2)))
            {
                fields.Add((at + 2, 2, true));
                if (file[at + 1] is 0xC0 or 0xC2)
                {
                    fields.AddRange([(at + 5, 2, true), (at + 7, 2, true)]);
                }

                if (file[at + 1] == 0xDA)
                {
                    break;
                }
            }
        }
        else if (file[0] == 0x89)
        {
            fields.AddRange([(16, 4, true), (20, 4, true)]);
            for (int at = 8; at + 12 <= file.Length; at += 12 + BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at)))
            {
                fields.Add((at, 4, true));
            }
        }
        else if (file[0] == 'R')
        {
            fields.Add((4, 4, false));
            for (int at = 12; at + 8 <= file.Length; at += 8 + (BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 4)) + 1 & ~1))
            {
                fields.AddRange([(at + 4, 4, false), (at + 12, 3, false)]);
            }
        }
        else
        {
            // Screen, frame, and the blocks of both.
            int frame = file.AsSpan().IndexOf<byte>([0x2C, 0, 0]);
            fields.AddRange([(6, 2, false), (8, 2, false), (frame + 1, 2, false), (frame + 3, 2, false), (frame + 5, 2, false), (frame + 7, 2, false)]);
            for (int at = frame + 11; at < file.Length && file[at] != 0; at += 1 + file[at])
            {
                fields.Add((at, 1, false));
            }
        }

        return [.. fields.Where(field => field.Item1 + field.Item2 <= file.Length)];
    }
}
