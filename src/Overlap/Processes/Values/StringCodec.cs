using System.Runtime.InteropServices;

namespace Overlap.Processes.Values;

/// <summary>Text.</summary>
/// <remarks>
/// Shape: one more than the count of UTF-16 units (0: <see langword="null"/>), then the units as they lie in memory. UTF-8 would be half the bytes
/// for English, but costs a pass over the text on either side, and cannot say half a surrogate pair.
/// </remarks>
internal sealed class StringCodec : ValueCodec<string?>
{
    public override bool IsImmutable => true;

    public override void Write(PayloadWriter writer, string? value)
    {
        if (value is null)
        {
            writer.Write((byte)0);
            return;
        }

        writer.WriteCount(value.Length + 1);
        writer.WriteBytes(MemoryMarshal.AsBytes(value.AsSpan()));
    }

    public override string? Read(ref PayloadReader reader)
    {
        int count = reader.ReadCount() - 1;
        if (count <= 0)
        {
            return count < 0 ? null : "";
        }

        // Asked here, since twice the count may be more than an int holds.
        return count <= reader.Remaining / sizeof(char)
            ? new string(MemoryMarshal.Cast<byte, char>(reader.ReadBytes(count * sizeof(char))))
            : throw PayloadException.TooShort();
    }
}
