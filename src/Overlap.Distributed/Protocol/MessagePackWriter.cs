using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Unicode;

namespace Overlap.Distributed.Protocol;

/// <summary>Writes MessagePack into a borrowed buffer, each value in its shortest form; see <see cref="MessagePack"/>.</summary>
internal ref struct MessagePackWriter
{
    private BorrowedBytes _bytes = new(512);

    public MessagePackWriter()
    {
    }

    /// <summary>Copies what is written so far.</summary>
    public readonly byte[] ToArray() => _bytes.Written.ToArray();

    /// <summary>Gives the buffer back.</summary>
    public void Dispose() => _bytes.Dispose();

    /// <summary>Writes any value.</summary>
    public void WriteValue(WireValue value)
    {
        switch (value.Kind)
        {
            case WireKind.Null:
                WriteCode(0xC0);
                break;
            case WireKind.Boolean:
                WriteCode(value.AsBoolean() ? (byte)0xC3 : (byte)0xC2);
                break;
            case WireKind.Integer:
                WriteInteger(value.AsInteger());
                break;
            case WireKind.BigInteger:
                WriteUnsigned(value.AsBigInteger());
                break;
            case WireKind.Number:
                WriteCode(0xCB);
                BinaryPrimitives.WriteDoubleBigEndian(_bytes.Place(8), value.AsNumber());
                break;
            case WireKind.Text:
                WriteText(value.AsText());
                break;
            case WireKind.Bytes:
                WriteLength(value.AsBytes().Length, 0, 0, 0xC4, 0xC5, 0xC6);
                value.AsBytes().CopyTo(_bytes.Place(value.AsBytes().Length));
                break;
            case WireKind.Array:
                WriteArray(value.AsArray().AsSpan());
                break;
            case WireKind.Map:
                WriteMap(value.AsMap());
                break;
            default:
                WriteText(TypeTags.PlainTextOf(value)!);
                break;
        }
    }

    private void WriteArray(ReadOnlySpan<WireValue> items)
    {
        BorrowedBytes.ThrowIfTooDeep();
        WriteLength(items.Length, 0x90, 16, 0, 0xDC, 0xDD);
        foreach (ref readonly WireValue item in items)
        {
            WriteValue(item);
        }
    }

    private void WriteMap(WireMap map)
    {
        BorrowedBytes.ThrowIfTooDeep();
        WriteLength(map.Count, 0x80, 16, 0, 0xDE, 0xDF);
        foreach (ref readonly KeyValuePair<string, WireValue> entry in map.AsSpan())
        {
            WriteText(entry.Key);
            WriteValue(entry.Value);
        }
    }

    private void WriteText(string text)
    {
        byte[] utf8 = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        try
        {
            if (Utf8.FromUtf16(text, utf8, out _, out int written, replaceInvalidSequences: false) != OperationStatus.Done)
            {
                throw new MessageFormatException(
                    MessageDefect.InvalidUtf8,
                    "A text holds half of a surrogate pair, for which MessagePack has no form.");
            }

            WriteLength(written, 0xA0, 32, 0xD9, 0xDA, 0xDB);
            utf8.AsSpan(0, written).CopyTo(_bytes.Place(written));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(utf8);
        }
    }

    private void WriteInteger(long number)
    {
        switch (number)
        {
            case >= -32 and <= 127:
                WriteCode((byte)number);
                break;
            case >= sbyte.MinValue and < 0:
                WriteCode(0xD0);
                WriteCode((byte)number);
                break;
            case >= short.MinValue and < 0:
                WriteCode(0xD1);
                BinaryPrimitives.WriteInt16BigEndian(_bytes.Place(2), (short)number);
                break;
            case >= int.MinValue and < 0:
                WriteCode(0xD2);
                BinaryPrimitives.WriteInt32BigEndian(_bytes.Place(4), (int)number);
                break;
            case < 0:
                WriteCode(0xD3);
                BinaryPrimitives.WriteInt64BigEndian(_bytes.Place(8), number);
                break;
            case <= byte.MaxValue:
                WriteCode(0xCC);
                WriteCode((byte)number);
                break;
            case <= ushort.MaxValue:
                WriteCode(0xCD);
                BinaryPrimitives.WriteUInt16BigEndian(_bytes.Place(2), (ushort)number);
                break;
            case <= uint.MaxValue:
                WriteCode(0xCE);
                BinaryPrimitives.WriteUInt32BigEndian(_bytes.Place(4), (uint)number);
                break;
            default:
                WriteCode(0xCF);
                BinaryPrimitives.WriteUInt64BigEndian(_bytes.Place(8), (ulong)number);
                break;
        }
    }

    private void WriteUnsigned(BigInteger number)
    {
        if (number.Sign < 0 || number > ulong.MaxValue)
        {
            throw new MessageFormatException(
                MessageDefect.NumberOverflow,
                string.Create(CultureInfo.InvariantCulture, $"A whole number takes {number.GetBitLength()} bits; MessagePack has 64."));
        }

        WriteCode(0xCF);
        BinaryPrimitives.WriteUInt64BigEndian(_bytes.Place(8), (ulong)number);
    }

    // A short form within one byte if there is one, or a byte, two or four behind a code; a code of 0: there is no such form.
    private void WriteLength(int length, byte shortCode, int shortBelow, byte code8, byte code16, byte code32)
    {
        if (length < shortBelow)
        {
            WriteCode((byte)(shortCode | length));
        }
        else if (length <= byte.MaxValue && code8 != 0)
        {
            WriteCode(code8);
            WriteCode((byte)length);
        }
        else if (length <= ushort.MaxValue)
        {
            WriteCode(code16);
            BinaryPrimitives.WriteUInt16BigEndian(_bytes.Place(2), (ushort)length);
        }
        else
        {
            WriteCode(code32);
            BinaryPrimitives.WriteUInt32BigEndian(_bytes.Place(4), (uint)length);
        }
    }

    private void WriteCode(byte code) => _bytes.Place(1)[0] = code;
}
