using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Overlap.Distributed.Protocol;

/// <content>Texts: their escapes, and whether they are UTF-8.</content>
internal ref partial struct PythonJsonReader
{
    // What ends the easy part of a text: its end, an escape, what must not stand there, what is not ASCII.
    private static readonly SearchValues<byte> Hard = SearchValues.Create(MakeHard(isBeyondAscii: true));

    // The same without what is not ASCII.
    private static readonly SearchValues<byte> Ends = SearchValues.Create(MakeHard(isBeyondAscii: false));

    private static byte[] MakeHard(bool isBeyondAscii) =>
        [.. Enumerable.Range(0, 256).Where(code => code < 0x20 || code is '"' or '\\' || (isBeyondAscii && code > 0x7F)).Select(code => (byte)code)];

    /// <summary>Reads a text behind its first quotation mark.</summary>
    private string ReadText(bool isName)
    {
        ReadOnlySpan<byte> rest = _json[_at..];
        int length = rest.IndexOfAny(Hard);
        if (length < 0 || rest[length] != '"')
        {
            return ReadHardText();
        }

        _at += length + 1;
        ReadOnlySpan<byte> ascii = rest[..length];
        return (isName ? KnownNames.Find(ascii) : null) ?? Encoding.ASCII.GetString(ascii);
    }

    private string ReadHardText()
    {
        ReadOnlySpan<byte> inner = TakeInner(out _);
        int from = _at - 1 - inner.Length;

        // No byte becomes more than one UTF-16 unit.
        char[] units = ArrayPool<char>.Shared.Rent(inner.Length);
        try
        {
            int count = 0;
            int at = 0;
            while (at < inner.Length)
            {
                if (inner[at] == '\\')
                {
                    units[count++] = Unescape(inner, ref at, from);
                    continue;
                }

                int run = inner[at..].IndexOf((byte)'\\');
                ReadOnlySpan<byte> plain = run < 0 ? inner[at..] : inner.Slice(at, run);
                OperationStatus status = Utf8.ToUtf16(plain, units.AsSpan(count), out int read, out int written, replaceInvalidSequences: false);
                if (status != OperationStatus.Done)
                {
                    _at = from + at + read;
                    throw Fail(MessageDefect.InvalidUtf8, "a text is not UTF-8");
                }

                at += read;
                count += written;
            }

            return new string(units, 0, count);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(units);
        }
    }

    /// <summary>Reads a text behind its first quotation mark as UTF-8: a piece of the document, or a copy if it has escapes.</summary>
    private ReadOnlySpan<byte> ReadUtf8()
    {
        int start = _at;
        ReadOnlySpan<byte> inner = TakeInner(out bool hasEscapes);
        if (!hasEscapes)
        {
            return Utf8.IsValid(inner) ? inner : throw Fail(MessageDefect.InvalidUtf8, "a text is not UTF-8");
        }

        _at = start;
        string text = ReadHardText();
        byte[] utf8 = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        return Utf8.FromUtf16(text, utf8, out _, out int written, replaceInvalidSequences: false) == OperationStatus.Done
            ? utf8.AsSpan(0, written)
            : throw Fail(MessageDefect.InvalidUtf8, "a text holds half of a surrogate pair");
    }

    // Gives what is between the quotation marks, and stands behind the second.
    private ReadOnlySpan<byte> TakeInner(out bool hasEscapes)
    {
        int start = _at;
        hasEscapes = false;
        while (true)
        {
            int length = _json[_at..].IndexOfAny(Ends);
            if (length < 0)
            {
                throw Fail(MessageDefect.Malformed, "the text that starts here has no end");
            }

            _at += length;
            switch (_json[_at])
            {
                case (byte)'"':
                    return _json[start.._at++];
                case (byte)'\\' when _at + 1 < _json.Length:
                    hasEscapes = true;
                    _at += 2;
                    break;
                case (byte)'\\':
                    throw Fail(MessageDefect.Malformed, "the document ends in an escape");
                default:
                    throw Fail(MessageDefect.Malformed, string.Create(CultureInfo.InvariantCulture, $"a text holds the control character 0x{_json[_at]:X2}, unescaped"));
            }
        }
    }

    private char Unescape(ReadOnlySpan<byte> inner, ref int at, int from)
    {
        // TakeInner has seen that a byte follows.
        byte kind = inner[at + 1];
        at += 2;
        switch (kind)
        {
            case (byte)'"' or (byte)'\\' or (byte)'/':
                return (char)kind;
            case (byte)'b':
                return '\b';
            case (byte)'f':
                return '\f';
            case (byte)'n':
                return '\n';
            case (byte)'r':
                return '\r';
            case (byte)'t':
                return '\t';
            case (byte)'u' when at + 4 <= inner.Length
                && Utf8Parser.TryParse(inner.Slice(at, 4), out ushort unit, out int read, 'x') && read == 4:
                at += 4;
                return (char)unit;
            default:
                _at = from + at - 2;
                throw Fail(MessageDefect.Malformed, "an escape is none that JSON knows");
        }
    }
}
