using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Overlap.Distributed.Protocol;

/// <summary>Writes JSON into a borrowed buffer; see <see cref="PythonJson"/>.</summary>
internal ref struct PythonJsonWriter(bool emitsTypeTags, bool emitsNonFinite)
{
    private const int FirstSize = 1024;
    private const int MostNumber = 32;

    // What Python's json leaves as it is: printable ASCII without the quotation mark and the backslash.
    private static readonly SearchValues<char> Safe =
        SearchValues.Create([.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => (char)code).Where(character => character is not ('"' or '\\'))]);

    private BorrowedBytes _bytes = new(FirstSize);

    /// <summary>What is written so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _bytes.Written;

    /// <summary>Copies what is written so far.</summary>
    public readonly byte[] ToArray() => Written.ToArray();

    /// <summary>Gives the buffer back.</summary>
    public void Dispose() => _bytes.Dispose();

    /// <summary>Writes ASCII as it is.</summary>
    public void WriteRaw(ReadOnlySpan<byte> ascii)
    {
        ascii.CopyTo(_bytes.Place(ascii.Length));
    }

    /// <summary>Writes bytes as a text of base64.</summary>
    public void WriteBase64(ReadOnlySpan<byte> bytes)
    {
        Span<byte> room = _bytes.Room(Base64.GetMaxEncodedToUtf8Length(bytes.Length) + 2);
        room[0] = (byte)'"';
        Base64.EncodeToUtf8(bytes, room[1..], out _, out int written);
        room[written + 1] = (byte)'"';
        _bytes.Count(written + 2);
    }

    /// <summary>Writes a text, or <c>null</c>.</summary>
    public void WriteText(string? text)
    {
        if (text is null)
        {
            WriteRaw("null"u8);
            return;
        }

        WriteRaw("\""u8);
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            int safe = rest.IndexOfAnyExcept(Safe);
            ReadOnlySpan<char> plain = safe < 0 ? rest : rest[..safe];
            Ascii.FromUtf16(plain, _bytes.Room(plain.Length), out int written);
            _bytes.Count(written);
            if (safe < 0)
            {
                break;
            }

            WriteEscape(rest[safe]);
            rest = rest[(safe + 1)..];
        }

        WriteRaw("\""u8);
    }

    /// <summary>Writes a whole number.</summary>
    public void WriteInteger(long number)
    {
        number.TryFormat(_bytes.Room(MostNumber), out int written, default, CultureInfo.InvariantCulture);
        _bytes.Count(written);
    }

    /// <summary>Writes a map.</summary>
    public void WriteMap(WireMap map)
    {
        BorrowedBytes.ThrowIfTooDeep();
        WriteRaw("{"u8);
        bool isFirst = true;
        foreach (ref readonly KeyValuePair<string, WireValue> entry in map.AsSpan())
        {
            WriteRaw(isFirst ? default : ", "u8);
            isFirst = false;
            WriteText(entry.Key);
            WriteRaw(": "u8);
            WriteValue(entry.Value);
        }

        WriteRaw("}"u8);
    }

    /// <summary>Writes a list.</summary>
    public void WriteArray(ReadOnlySpan<WireValue> items)
    {
        BorrowedBytes.ThrowIfTooDeep();
        WriteRaw("["u8);
        bool isFirst = true;
        foreach (ref readonly WireValue item in items)
        {
            WriteRaw(isFirst ? default : ", "u8);
            isFirst = false;
            WriteValue(item);
        }

        WriteRaw("]"u8);
    }

    /// <summary>Writes any value.</summary>
    public void WriteValue(WireValue value)
    {
        switch (value.Kind)
        {
            case WireKind.Null:
                WriteRaw("null"u8);
                break;
            case WireKind.Boolean:
                WriteRaw(value.AsBoolean() ? "true"u8 : "false"u8);
                break;
            case WireKind.Integer:
                WriteInteger(value.AsInteger());
                break;
            case WireKind.BigInteger:
                WriteBigInteger(value.AsBigInteger());
                break;
            case WireKind.Number:
                WriteNumber(value.AsNumber());
                break;
            case WireKind.Text:
                WriteText(value.AsText());
                break;
            case WireKind.Array:
                WriteArray(value.AsArray().AsSpan());
                break;
            case WireKind.Map:
                WriteMap(value.AsMap());
                break;
            default:
                WriteSpecial(value);
                break;
        }
    }

    private void WriteSpecial(WireValue value)
    {
        if (!emitsTypeTags)
        {
            WriteText(TypeTags.PlainTextOf(value)
                ?? throw new MessageFormatException(MessageDefect.Malformed, TypeTags.NoForm));
            return;
        }

        (string tag, string text) = TypeTags.Encode(value);
        WriteRaw("{\"__type__\": "u8);
        WriteText(tag);
        WriteRaw(", \"__value__\": "u8);
        WriteRaw(value.Kind == WireKind.Uuid ? "{\"hex\": "u8 : default);
        WriteText(text);
        WriteRaw(value.Kind == WireKind.Uuid ? "}}"u8 : "}"u8);
    }

    private void WriteBigInteger(BigInteger number)
    {
        string digits = number.ToString(CultureInfo.InvariantCulture);
        if (digits.Length > PythonJson.MostDigits + (number.Sign < 0 ? 1 : 0))
        {
            throw new MessageFormatException(
                MessageDefect.NumberOverflow,
                string.Create(CultureInfo.InvariantCulture, $"A whole number is of {digits.Length} digits; {PythonJson.MostDigits} are read by Python."));
        }

        Encoding.ASCII.GetBytes(digits, _bytes.Place(digits.Length));
    }

    private void WriteNumber(double number)
    {
        if (!double.IsFinite(number))
        {
            WriteRaw(!emitsNonFinite ? throw new MessageFormatException(MessageDefect.NumberOverflow, "JSON has no number for NaN or an infinity.")
                : double.IsNaN(number) ? "NaN"u8
                : number > 0 ? "Infinity"u8 : "-Infinity"u8);
            return;
        }

        Span<byte> room = _bytes.Room(MostNumber);
        number.TryFormat(room, out int written, "R", CultureInfo.InvariantCulture);
        _bytes.Count(written);
        if (!room[..written].ContainsAny((byte)'.', (byte)'E'))
        {
            // Without it Python would read a whole number.
            WriteRaw(".0"u8);
        }
    }

    private void WriteEscape(char character)
    {
        switch (character)
        {
            case '"':
                WriteRaw("\\\""u8);
                break;
            case '\\':
                WriteRaw("\\\\"u8);
                break;
            case '\n':
                WriteRaw("\\n"u8);
                break;
            case '\r':
                WriteRaw("\\r"u8);
                break;
            case '\t':
                WriteRaw("\\t"u8);
                break;
            case '\b':
                WriteRaw("\\b"u8);
                break;
            case '\f':
                WriteRaw("\\f"u8);
                break;
            default:
                WriteRaw("\\u"u8);
                ((ushort)character).TryFormat(_bytes.Room(MostNumber), out int written, "x4", CultureInfo.InvariantCulture);
                _bytes.Count(written);
                break;
        }
    }
}
