using System.Globalization;
using System.Numerics;
using System.Text;

namespace Overlap.Distributed.Protocol;

/// <content>Numbers: whole ones of any length, and those of floating point.</content>
internal ref partial struct PythonJsonReader
{
    // As many digits always fit into 64 bits.
    private const int EasyDigits = 18;

    private WireValue ReadNumber()
    {
        int start = _at;
        bool isNegative = TryTake((byte)'-');
        if (isNegative && _at < _json.Length && _json[_at] == 'I')
        {
            Expect("Infinity"u8);
            return double.NegativeInfinity;
        }

        int digits = _at;
        long easy = 0;
        while (_at < _json.Length && _json[_at] is >= (byte)'0' and <= (byte)'9')
        {
            // It overflows when there are too many digits, and is then not looked at.
            easy = unchecked(easy * 10 + (_json[_at++] - '0'));
        }

        int count = _at - digits;
        if (count == 0 || (count > 1 && _json[digits] == '0'))
        {
            throw Fail(MessageDefect.Malformed, count == 0 ? "a number has no digits" : "a number starts with a zero too many");
        }

        if (TrySkipFraction() | TrySkipExponent())
        {
            return ReadFloating(start);
        }

        return count <= EasyDigits ? (isNegative ? -easy : easy) : ReadLong(start, count);
    }

    private bool TrySkipFraction()
    {
        if (!TryTake((byte)'.'))
        {
            return false;
        }

        SkipDigits("no digit follows the point of a number");
        return true;
    }

    private bool TrySkipExponent()
    {
        if (!TryTake((byte)'e') && !TryTake((byte)'E'))
        {
            return false;
        }

        _ = TryTake((byte)'+') || TryTake((byte)'-');
        SkipDigits("the exponent of a number has no digits");
        return true;
    }

    private void SkipDigits(string otherwise)
    {
        int start = _at;
        while (_at < _json.Length && _json[_at] is >= (byte)'0' and <= (byte)'9')
        {
            _at++;
        }

        if (_at == start)
        {
            throw Fail(MessageDefect.Malformed, otherwise);
        }
    }

    private readonly WireValue ReadFloating(int start)
    {
        double number = double.Parse(_json[start.._at], NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(number) ? number : throw Fail(MessageDefect.NumberOverflow, "a number is too large for floating point");
    }

    private readonly WireValue ReadLong(int start, int count)
    {
        ReadOnlySpan<byte> digits = _json[start.._at];
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            return number;
        }

        return count <= PythonJson.MostDigits
            ? BigInteger.Parse(Encoding.ASCII.GetString(digits), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture)
            : throw Fail(MessageDefect.NumberOverflow, string.Create(CultureInfo.InvariantCulture, $"a whole number is of {count} digits; {PythonJson.MostDigits} are allowed"));
    }
}
