using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace Overlap.Distributed.Protocol;

/// <summary>Reads one MessagePack document; see <see cref="MessagePack"/>.</summary>
internal ref struct MessagePackReader
{
    private readonly ReadOnlySpan<byte> _document;
    private readonly int _mostDepth;
    private int _at;
    private int _depth;

    public MessagePackReader(ReadOnlySpan<byte> document, ProtocolLimits limits)
    {
        if (document.Length > limits.MessageBytes)
        {
            throw new MessageFormatException(
                MessageDefect.TooLarge,
                string.Create(CultureInfo.InvariantCulture, $"The MessagePack is of {document.Length} bytes; {limits.MessageBytes} are allowed."));
        }

        _document = document;
        _mostDepth = limits.Depth;
    }

    /// <summary>Reads the document to its end.</summary>
    public WireValue ReadDocument()
    {
        WireValue value = ReadValue();
        return _at == _document.Length ? value : throw Fail(MessageDefect.Malformed, "something follows the document");
    }

    private WireValue ReadValue()
    {
        byte code = Take(1)[0];
        return code switch
        {
            <= 0x7F => (long)code,
            <= 0x8F => ReadMap(code & 0x0F),
            <= 0x9F => ReadArray(code & 0x0F),
            <= 0xBF => ReadText(code & 0x1F),
            0xC0 => default,
            0xC2 => false,
            0xC3 => true,
            0xC4 => Take(ReadCount(1)).ToArray(),
            0xC5 => Take(ReadCount(2)).ToArray(),
            0xC6 => Take(ReadCount(4)).ToArray(),
            0xCA => (double)BinaryPrimitives.ReadSingleBigEndian(Take(4)),
            0xCB => BinaryPrimitives.ReadDoubleBigEndian(Take(8)),
            0xCC => (long)Take(1)[0],
            0xCD => (long)BinaryPrimitives.ReadUInt16BigEndian(Take(2)),
            0xCE => (long)BinaryPrimitives.ReadUInt32BigEndian(Take(4)),
            0xCF => (BigInteger)BinaryPrimitives.ReadUInt64BigEndian(Take(8)),
            0xD0 => (long)(sbyte)Take(1)[0],
            0xD1 => (long)BinaryPrimitives.ReadInt16BigEndian(Take(2)),
            0xD2 => (long)BinaryPrimitives.ReadInt32BigEndian(Take(4)),
            0xD3 => BinaryPrimitives.ReadInt64BigEndian(Take(8)),
            0xD9 => ReadText(ReadCount(1)),
            0xDA => ReadText(ReadCount(2)),
            0xDB => ReadText(ReadCount(4)),
            0xDC => ReadArray(ReadCount(2)),
            0xDD => ReadArray(ReadCount(4)),
            0xDE => ReadMap(ReadCount(2)),
            0xDF => ReadMap(ReadCount(4)),
            >= 0xE0 => (long)(sbyte)code,
            _ => throw Fail(MessageDefect.Malformed, string.Create(CultureInfo.InvariantCulture, $"0x{code:X2} starts no value that is read: extension types are not")),
        };
    }

    // What it counts takes a byte each at least, so that a lie about it reserves no memory.
    private int ReadCount(int size)
    {
        ReadOnlySpan<byte> bytes = Take(size);
        uint count = size switch
        {
            1 => bytes[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(bytes),
            _ => BinaryPrimitives.ReadUInt32BigEndian(bytes),
        };
        return count <= _document.Length - _at ? (int)count : throw Fail(MessageDefect.Malformed, "the document ends before what it announces");
    }

    private string ReadText(int length)
    {
        ReadOnlySpan<byte> utf8 = Take(length);
        return KnownNames.Find(utf8)
            ?? (Utf8.IsValid(utf8) ? Encoding.UTF8.GetString(utf8) : throw Fail(MessageDefect.InvalidUtf8, "a text is not UTF-8"));
    }

    private WireValue ReadArray(int count)
    {
        Enter(count);
        WireValue[] items = count == 0 ? [] : new WireValue[count];
        for (int index = 0; index < count; index++)
        {
            items[index] = ReadValue();
        }

        _depth--;
        return ImmutableCollectionsMarshal.AsImmutableArray(items);
    }

    private WireValue ReadMap(int count)
    {
        Enter(count * 2L);
        KeyValuePair<string, WireValue>[] entries = count == 0 ? [] : new KeyValuePair<string, WireValue>[count];
        HashSet<string>? names = count > 1 ? new(count, StringComparer.Ordinal) : null;
        for (int index = 0; index < count; index++)
        {
            string name = ReadName();
            if (names?.Add(name) == false)
            {
                throw Fail(MessageDefect.DuplicateKey, "a name occurs twice in a map");
            }

            entries[index] = new(name, ReadValue());
        }

        _depth--;
        return count == 0 ? WireMap.Empty : new WireMap(entries, isChecked: true);
    }

    private string ReadName()
    {
        WireValue name = ReadValue();
        return name.Kind switch
        {
            WireKind.Text => name.AsText(),
            WireKind.Integer or WireKind.BigInteger => name.AsBigInteger().ToString(CultureInfo.InvariantCulture),
            _ => throw Fail(MessageDefect.Malformed, $"the name in a map is {name.Kind}, not a text"),
        };
    }

    private void Enter(long parts)
    {
        if (parts > _document.Length - _at)
        {
            throw Fail(MessageDefect.Malformed, "the document ends before what it announces");
        }

        if (++_depth > _mostDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Fail(MessageDefect.TooDeep, string.Create(CultureInfo.InvariantCulture, $"lists and maps are nested deeper than {_mostDepth}"));
        }
    }

    private ReadOnlySpan<byte> Take(int size)
    {
        if (size > _document.Length - _at)
        {
            throw Fail(MessageDefect.Malformed, "the document ends in the middle of a value");
        }

        _at += size;
        return _document.Slice(_at - size, size);
    }

    private readonly MessageFormatException Fail(MessageDefect defect, string what) =>
        new(defect, string.Create(CultureInfo.InvariantCulture, $"At byte {_at} of the MessagePack: {what}."));
}
