using Overlap.Processes.Values;

namespace Overlap.Processes.Functions;

/// <summary>Values that name their own type, out of a fixed list: what exceptions carry as data.</summary>
/// <remarks>Shape: a kind, then the value; 0 alone is none.</remarks>
internal static class SimpleValue
{
    private enum Kind : byte
    {
        None,
        Text,
        Truth,
        Character,
        Signed8,
        Unsigned8,
        Signed16,
        Unsigned16,
        Signed32,
        Unsigned32,
        Signed64,
        Unsigned64,
        Single,
        Double,
        Decimal,
        Guid,
        Time,
        Span,
    }

    public static bool IsOne(object? value) => KindOf(value) != Kind.None;

    /// <summary>Writes a value, its text cut to so many bytes; what is no simple value is none.</summary>
    public static void Write(PayloadWriter writer, object? value, int most)
    {
        writer.Write(KindOf(value));
        switch (value)
        {
            case string text:
                PayloadText.Write(writer, text, most);
                break;
            case bool truth:
                writer.Write(truth ? (byte)1 : (byte)0);
                break;
            case char character:
                writer.Write(character);
                break;
            case sbyte number:
                writer.Write(number);
                break;
            case byte number:
                writer.Write(number);
                break;
            case short number:
                writer.Write(number);
                break;
            case ushort number:
                writer.Write(number);
                break;
            case int number:
                writer.Write(number);
                break;
            case uint number:
                writer.Write(number);
                break;
            case long number:
                writer.Write(number);
                break;
            case ulong number:
                writer.Write(number);
                break;
            case float number:
                writer.Write(number);
                break;
            case double number:
                writer.Write(number);
                break;
            case decimal number:
                foreach (int part in decimal.GetBits(number))
                {
                    writer.Write(part);
                }

                break;
            case Guid id:
                writer.Write(id);
                break;
            case DateTime time:
                writer.Write((byte)time.Kind);
                writer.Write(time.Ticks);
                break;
            case TimeSpan span:
                writer.Write(span.Ticks);
                break;
        }
    }

    public static object? Read(ref PayloadReader reader) => reader.Read<Kind>() switch
    {
        Kind.None => null,
        Kind.Text => PayloadText.Read(ref reader),
        Kind.Truth => reader.Read<byte>() != 0,
        Kind.Character => reader.Read<char>(),
        Kind.Signed8 => reader.Read<sbyte>(),
        Kind.Unsigned8 => reader.Read<byte>(),
        Kind.Signed16 => reader.Read<short>(),
        Kind.Unsigned16 => reader.Read<ushort>(),
        Kind.Signed32 => reader.Read<int>(),
        Kind.Unsigned32 => reader.Read<uint>(),
        Kind.Signed64 => reader.Read<long>(),
        Kind.Unsigned64 => reader.Read<ulong>(),
        Kind.Single => reader.Read<float>(),
        Kind.Double => reader.Read<double>(),
        Kind.Decimal => ReadDecimal(ref reader),
        Kind.Guid => reader.Read<Guid>(),
        Kind.Time => ReadTime(ref reader),
        Kind.Span => new TimeSpan(reader.Read<long>()),
        _ => throw PayloadException.Nonsense("value"),
    };

    private static Kind KindOf(object? value) => value switch
    {
        string => Kind.Text,
        bool => Kind.Truth,
        char => Kind.Character,
        sbyte => Kind.Signed8,
        byte => Kind.Unsigned8,
        short => Kind.Signed16,
        ushort => Kind.Unsigned16,
        int => Kind.Signed32,
        uint => Kind.Unsigned32,
        long => Kind.Signed64,
        ulong => Kind.Unsigned64,
        float => Kind.Single,
        double => Kind.Double,
        decimal => Kind.Decimal,
        Guid => Kind.Guid,
        DateTime => Kind.Time,
        TimeSpan => Kind.Span,
        _ => Kind.None,
    };

    private static decimal ReadDecimal(ref PayloadReader reader)
    {
        int[] parts = [reader.Read<int>(), reader.Read<int>(), reader.Read<int>(), reader.Read<int>()];
        try
        {
            return new decimal(parts);
        }
        catch (ArgumentException)
        {
            throw PayloadException.Nonsense("number");
        }
    }

    private static DateTime ReadTime(ref PayloadReader reader)
    {
        byte kind = reader.Read<byte>();
        long ticks = reader.Read<long>();
        return kind <= (byte)DateTimeKind.Local && ticks >= 0 && ticks <= DateTime.MaxValue.Ticks
            ? new DateTime(ticks, (DateTimeKind)kind)
            : throw PayloadException.Nonsense("time");
    }
}
