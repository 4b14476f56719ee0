using System.Globalization;
using System.Text;

namespace Overlap.Distributed.Protocol;

/// <summary>Writes values for people to read, in the manner of Python's <c>repr</c>, as Celery's monitors show them.</summary>
internal static class PythonRepr
{
    private const int MostCharacters = 1024;

    /// <summary>Writes one value.</summary>
    public static string Of(WireValue value)
    {
        StringBuilder text = new();
        Append(text, value);
        return Cut(text);
    }

    /// <summary>Writes positional arguments as a tuple: <c>(2, 2)</c>, and <c>(2,)</c> of one.</summary>
    public static string OfArguments(ReadOnlySpan<WireValue> arguments)
    {
        StringBuilder text = new("(");
        AppendItems(text, arguments);
        text.Append(arguments.Length == 1 ? ",)" : ")");
        return Cut(text);
    }

    private static string Cut(StringBuilder text) =>
        text.Length <= MostCharacters ? text.ToString() : text.ToString(0, MostCharacters - 3) + "...";

    private static void Append(StringBuilder text, WireValue value)
    {
        if (text.Length > MostCharacters)
        {
            return;
        }

        switch (value.Kind)
        {
            case WireKind.Null:
                text.Append("None");
                break;
            case WireKind.Boolean:
                text.Append(value.AsBoolean() ? "True" : "False");
                break;
            case WireKind.Integer or WireKind.BigInteger:
                text.Append(value.AsBigInteger().ToString(CultureInfo.InvariantCulture));
                break;
            case WireKind.Number:
                AppendNumber(text, value.AsNumber());
                break;
            case WireKind.Text:
                AppendQuoted(text, value.AsText());
                break;
            case WireKind.Bytes:
                text.Append("b'").Append(Convert.ToHexString(value.AsBytes().AsSpan(0, Math.Min(value.AsBytes().Length, MostCharacters)))).Append('\'');
                break;
            case WireKind.Array:
                text.Append('[');
                AppendItems(text, value.AsArray().AsSpan());
                text.Append(']');
                break;
            case WireKind.Map:
                AppendMap(text, value.AsMap());
                break;
            case WireKind.DateTime:
                AppendQuoted(text, WireDates.Write(value.AsDateTime()));
                break;
            case WireKind.Date:
                AppendQuoted(text, value.AsDate().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
                break;
            case WireKind.Time:
                AppendQuoted(text, value.AsTime().ToString("HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture));
                break;
            case WireKind.Decimal:
                text.Append("Decimal('").Append(value.AsDecimal().ToString(CultureInfo.InvariantCulture)).Append("')");
                break;
            case WireKind.Uuid:
                text.Append("UUID('").Append(value.AsUuid().ToString("D")).Append("')");
                break;
        }
    }

    private static void AppendItems(StringBuilder text, ReadOnlySpan<WireValue> items)
    {
        for (int index = 0; index < items.Length && text.Length <= MostCharacters; index++)
        {
            text.Append(index == 0 ? "" : ", ");
            Append(text, items[index]);
        }
    }

    private static void AppendMap(StringBuilder text, WireMap map)
    {
        text.Append('{');
        for (int index = 0; index < map.Count && text.Length <= MostCharacters; index++)
        {
            text.Append(index == 0 ? "" : ", ");
            AppendQuoted(text, map[index].Key);
            text.Append(": ");
            Append(text, map[index].Value);
        }

        text.Append('}');
    }

    private static void AppendNumber(StringBuilder text, double number)
    {
        string written = double.IsNaN(number) ? "nan"
            : double.IsInfinity(number) ? (number > 0 ? "inf" : "-inf")
            : number.ToString("R", CultureInfo.InvariantCulture);
        text.Append(written);
        if (double.IsFinite(number) && !written.AsSpan().ContainsAny('.', 'E'))
        {
            text.Append(".0");
        }
    }

    private static void AppendQuoted(StringBuilder text, string value)
    {
        char quote = value.Contains('\'') && !value.Contains('"') ? '"' : '\'';
        text.Append(quote);
        for (int index = 0; index < value.Length && text.Length <= MostCharacters; index++)
        {
            char character = value[index];
            bool isPair = char.IsHighSurrogate(character) && index + 1 < value.Length && char.IsLowSurrogate(value[index + 1]);
            _ = character switch
            {
                '\\' => text.Append(@"\\"),
                '\n' => text.Append(@"\n"),
                '\r' => text.Append(@"\r"),
                '\t' => text.Append(@"\t"),
                _ when character == quote => text.Append('\\').Append(character),
                _ when isPair => text.Append(character).Append(value[++index]),
                _ when char.IsSurrogate(character) => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ when char.IsControl(character) => text.Append(CultureInfo.InvariantCulture, $"\\x{(int)character:x2}"),
                _ => text.Append(character),
            };
        }

        text.Append(quote);
    }
}
