using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Overlap.Distributed.Protocol;

/// <summary>Values that JSON has no form for, in the tagged form of kombu 5.3 and later.</summary>
/// <remarks>
/// Shape: a map of exactly two, <c>{"__type__": "decimal", "__value__": "1.10"}</c>.
/// Errors: another tag is <see cref="MessageDefect.UnknownTag"/>, a value that its tag does not allow <see cref="MessageDefect.Malformed"/>,
/// a decimal that would lose digits <see cref="MessageDefect.NumberOverflow"/>.
/// Source: kombu's <c>utils/json.py</c>, by what it puts on the wire.
/// </remarks>
internal static class TypeTags
{
    public const string TypeName = "__type__";
    public const string ValueName = "__value__";

    /// <summary>What is said of bytes where there are no tags.</summary>
    public const string NoForm = "Bytes have no form in JSON without type tags.";

    private const int DecimalDigits = 28;

    private const NumberStyles DecimalStyle = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>Whether the entries of a map are a tagged value.</summary>
    public static bool IsTag(ReadOnlySpan<KeyValuePair<string, WireValue>> entries) =>
        entries.Length == 2
        && ((entries[0].Key == TypeName && entries[1].Key == ValueName) || (entries[0].Key == ValueName && entries[1].Key == TypeName));

    /// <summary>Gives the value that a tag stands for.</summary>
    public static WireValue Decode(ReadOnlySpan<KeyValuePair<string, WireValue>> entries)
    {
        int first = entries[0].Key == TypeName ? 0 : 1;
        WireValue tag = entries[first].Value;
        WireValue value = entries[1 - first].Value;
        return (tag.Kind == WireKind.Text ? tag.AsText() : null) switch
        {
            "datetime" => WireDates.TryRead(TextOf(value), out WireDateTime dateTime) ? dateTime : throw Wrong(value, "date with a time"),
            "date" => WireDates.TryReadDate(TextOf(value), out DateOnly date) ? date : throw Wrong(value, "date"),
            "time" => WireDates.TryReadTime(TextOf(value), out TimeOnly time) ? time : throw Wrong(value, "time of day"),
            "decimal" => DecodeDecimal(TextOf(value)),
            "uuid" => value.Kind == WireKind.Map && value.AsMap()["hex"] is { Kind: WireKind.Text } hex && Guid.TryParse(hex.AsText(), out Guid uuid)
                ? uuid
                : throw Wrong(value, "UUID"),
            "bytes" => Utf8Of(TextOf(value)),
            "base64" => DecodeBase64(TextOf(value)),
            _ => throw new MessageFormatException(MessageDefect.UnknownTag, $"the tag {Shown(tag)} is not known"),
        };
    }

    /// <summary>Gives the text that stands for a value where tags are not understood; <see langword="null"/> for bytes and for what needs none.</summary>
    public static string? PlainTextOf(WireValue value) => value.Kind switch
    {
        WireKind.DateTime => WithZ(WireDates.Write(value.AsDateTime())),
        WireKind.Date => value.AsDate().ToString("yyyy-MM-dd'T00:00:00'", CultureInfo.InvariantCulture),
        WireKind.Time => WireDates.Write(value.AsTime()),
        WireKind.Decimal => value.AsDecimal().ToString(CultureInfo.InvariantCulture),
        WireKind.Uuid => value.AsUuid().ToString("D"),
        _ => null,
    };

    /// <summary>Gives the tag of a value and the text beneath it; a UUID's is the one under <c>hex</c>.</summary>
    public static (string Tag, string Text) Encode(WireValue value) => value.Kind switch
    {
        WireKind.DateTime => ("datetime", WireDates.Write(value.AsDateTime())),
        WireKind.Date => ("date", value.AsDate().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
        WireKind.Time => ("time", WireDates.Write(value.AsTime())),
        WireKind.Decimal => ("decimal", value.AsDecimal().ToString(CultureInfo.InvariantCulture)),
        WireKind.Uuid => ("uuid", value.AsUuid().ToString("N")),
        WireKind.Bytes when Utf8.IsValid(value.AsBytes()) => ("bytes", Encoding.UTF8.GetString(value.AsBytes())),
        WireKind.Bytes => ("base64", Convert.ToBase64String(value.AsBytes())),
        _ => throw new InvalidOperationException($"A value of the kind {value.Kind} has no tag."),
    };

    /// <summary>Gives a value in which whatever would need a tag is the plain text that stands for it.</summary>
    /// <exception cref="MessageFormatException">It holds bytes, for which nothing stands.</exception>
    public static WireValue Flatten(WireValue value)
    {
        if (!NeedsTag(value))
        {
            return value;
        }

        return value.Kind switch
        {
            WireKind.Array => value.AsArray().Select(Flatten).ToImmutableArray(),
            WireKind.Map => new WireMap(value.AsMap().Select(entry => KeyValuePair.Create(entry.Key, Flatten(entry.Value)))),
            _ => PlainTextOf(value) ?? throw new MessageFormatException(MessageDefect.Malformed, NoForm),
        };
    }

    private static bool NeedsTag(WireValue value) => value.Kind switch
    {
        WireKind.Array => value.AsArray().Any(NeedsTag),
        WireKind.Map => value.AsMap().Any(entry => NeedsTag(entry.Value)),
        _ => value.Kind is WireKind.Bytes or WireKind.DateTime or WireKind.Date or WireKind.Time or WireKind.Decimal or WireKind.Uuid,
    };

    private static string WithZ(string text) => text.EndsWith("+00:00", StringComparison.Ordinal) ? text[..^6] + "Z" : text;

    // More digits than a decimal has would be rounded away without a word.
    private static WireValue DecodeDecimal(string text)
    {
        if (!double.TryParse(text, DecimalStyle, CultureInfo.InvariantCulture, out double approximately) || double.IsNaN(approximately))
        {
            throw Wrong(text, "decimal number");
        }

        int exponentAt = text.AsSpan().IndexOfAny('e', 'E');
        int exponent = 0;
        if (!decimal.TryParse(text, DecimalStyle, CultureInfo.InvariantCulture, out decimal number)
            || (exponentAt >= 0 && !int.TryParse(text.AsSpan(exponentAt + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)))
        {
            throw new MessageFormatException(MessageDefect.NumberOverflow, $"{Shown(text)} is too large for a decimal");
        }

        ReadOnlySpan<char> digits = (exponentAt < 0 ? text : text.AsSpan(0, exponentAt)).TrimStart("+-");
        int point = digits.IndexOf('.');
        int decimals = point < 0 ? 0 : digits.Length - point - 1;
        int significant = digits.TrimStart("0.").Length - (point >= 0 && digits[..point].ContainsAnyExcept('0') ? 1 : 0);
        return (long)decimals - exponent <= DecimalDigits && significant <= DecimalDigits
            ? number
            : throw new MessageFormatException(MessageDefect.NumberOverflow, $"{Shown(text)} has more digits than a decimal holds");
    }

    private static WireValue DecodeBase64(string text)
    {
        byte[] bytes = new byte[text.Length / 4 * 3 + 3];
        return Convert.TryFromBase64String(text, bytes, out int written) ? bytes[..written] : throw Wrong(text, "base64");
    }

    private static byte[] Utf8Of(string text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        return Utf8.FromUtf16(text, bytes, out _, out int written, replaceInvalidSequences: false) == System.Buffers.OperationStatus.Done
            ? bytes[..written]
            : throw Wrong(text, "text that has bytes");
    }

    private static string TextOf(WireValue value) => value.Kind == WireKind.Text ? value.AsText() : throw Wrong(value, "text under a tag");

    private static MessageFormatException Wrong(WireValue value, string wanted) =>
        new(MessageDefect.Malformed, $"{Shown(value)} is no {wanted}");

    private static string Shown(WireValue value)
    {
        string text = PythonRepr.Of(value);
        return text.Length <= 64 ? text : text[..61] + "...";
    }
}
