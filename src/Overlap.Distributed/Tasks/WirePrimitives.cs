using System.Globalization;
using System.Numerics;
using System.Reflection;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tasks;

/// <summary>The types that are converted without a serialiser. Looked up once for each type, then called directly.</summary>
internal static class WirePrimitives
{
    private static readonly Dictionary<Type, Delegate> Readers = new()
    {
        [typeof(WireValue)] = new Func<WireValue, WireValue>(static value => value),
        [typeof(WireMap)] = new Func<WireValue, WireMap>(static value => value.Kind == WireKind.Map ? value.AsMap() : throw Misfit(value, "map")),
        [typeof(object)] = new Func<WireValue, object?>(ReadObject),
        [typeof(bool)] = new Func<WireValue, bool>(static value => value.Kind == WireKind.Boolean ? value.AsBoolean() : throw Misfit(value, "bool")),
        [typeof(sbyte)] = new Func<WireValue, sbyte>(static value => checked((sbyte)ReadInteger(value, "sbyte"))),
        [typeof(byte)] = new Func<WireValue, byte>(static value => checked((byte)ReadInteger(value, "byte"))),
        [typeof(short)] = new Func<WireValue, short>(static value => checked((short)ReadInteger(value, "short"))),
        [typeof(ushort)] = new Func<WireValue, ushort>(static value => checked((ushort)ReadInteger(value, "ushort"))),
        [typeof(int)] = new Func<WireValue, int>(static value => checked((int)ReadInteger(value, "int"))),
        [typeof(uint)] = new Func<WireValue, uint>(static value => checked((uint)ReadInteger(value, "uint"))),
        [typeof(long)] = new Func<WireValue, long>(static value => ReadInteger(value, "long")),
        [typeof(ulong)] = new Func<WireValue, ulong>(static value => (ulong)ReadBigInteger(value)),
        [typeof(BigInteger)] = new Func<WireValue, BigInteger>(ReadBigInteger),
        [typeof(double)] = new Func<WireValue, double>(ReadNumber),
        [typeof(float)] = new Func<WireValue, float>(static value => (float)ReadNumber(value)),
        [typeof(decimal)] = new Func<WireValue, decimal>(ReadDecimal),
        [typeof(string)] = new Func<WireValue, string?>(static value => value.IsNull ? null : value.Kind == WireKind.Text ? value.AsText() : throw Misfit(value, "string")),
        [typeof(byte[])] = new Func<WireValue, byte[]?>(ReadBytes),
        [typeof(Guid)] = new Func<WireValue, Guid>(static value => value.Kind == WireKind.Uuid ? value.AsUuid() : Guid.Parse(TextOf(value, "Guid"))),
        [typeof(DateTimeOffset)] = new Func<WireValue, DateTimeOffset>(static value => ReadDateTime(value).ToDateTimeOffset()),
        [typeof(DateTime)] = new Func<WireValue, DateTime>(static value => ReadDateTime(value).ToDateTimeOffset().UtcDateTime),
        [typeof(DateOnly)] = new Func<WireValue, DateOnly>(ReadDate),
        [typeof(TimeOnly)] = new Func<WireValue, TimeOnly>(static value => value.Kind == WireKind.Time ? value.AsTime()
            : WireDates.TryReadTime(TextOf(value, "TimeOnly"), out TimeOnly time) ? time : throw Misfit(value, "TimeOnly")),
        [typeof(TimeSpan)] = new Func<WireValue, TimeSpan>(static value => TimeSpan.FromSeconds(ReadNumber(value))),
    };

    private static readonly Dictionary<Type, Delegate> Writers = new()
    {
        [typeof(WireValue)] = new Func<WireValue, WireValue>(static value => value),
        [typeof(WireMap)] = new Func<WireMap, WireValue>(static value => value),
        [typeof(bool)] = new Func<bool, WireValue>(static value => value),
        [typeof(sbyte)] = new Func<sbyte, WireValue>(static value => (int)value),
        [typeof(byte)] = new Func<byte, WireValue>(static value => (int)value),
        [typeof(short)] = new Func<short, WireValue>(static value => (int)value),
        [typeof(ushort)] = new Func<ushort, WireValue>(static value => (int)value),
        [typeof(int)] = new Func<int, WireValue>(static value => value),
        [typeof(uint)] = new Func<uint, WireValue>(static value => (long)value),
        [typeof(long)] = new Func<long, WireValue>(static value => value),
        [typeof(ulong)] = new Func<ulong, WireValue>(static value => (BigInteger)value),
        [typeof(BigInteger)] = new Func<BigInteger, WireValue>(static value => value),
        [typeof(double)] = new Func<double, WireValue>(static value => value),
        [typeof(float)] = new Func<float, WireValue>(static value => (double)value),
        [typeof(decimal)] = new Func<decimal, WireValue>(static value => value),
        [typeof(string)] = new Func<string, WireValue>(static value => value),
        [typeof(byte[])] = new Func<byte[], WireValue>(static value => value),
        [typeof(Guid)] = new Func<Guid, WireValue>(static value => value),
        [typeof(DateTimeOffset)] = new Func<DateTimeOffset, WireValue>(static value => (WireDateTime)value),
        [typeof(DateTime)] = new Func<DateTime, WireValue>(static value => new WireDateTime(value, value.Kind == DateTimeKind.Unspecified ? null : new DateTimeOffset(value).Offset)),
        [typeof(DateOnly)] = new Func<DateOnly, WireValue>(static value => value),
        [typeof(TimeOnly)] = new Func<TimeOnly, WireValue>(static value => value),
        [typeof(TimeSpan)] = new Func<TimeSpan, WireValue>(static value => value.TotalSeconds),
    };

    /// <summary>Says what a value is, as a Python programmer would, and shows it.</summary>
    public static string Describe(WireValue value)
    {
        string text = PythonRepr.Of(value);
        return $"{NameOf(value.Kind)} {(text.Length <= 64 ? text : text[..61] + "...")}";
    }

    private static string NameOf(WireKind kind) => kind switch
    {
        WireKind.Null => "NoneType",
        WireKind.Boolean => "bool",
        WireKind.Integer or WireKind.BigInteger => "int",
        WireKind.Number => "float",
        WireKind.Text => "str",
        WireKind.Bytes => "bytes",
        WireKind.Array => "list",
        WireKind.Map => "dict",
        _ => kind.ToString(),
    };

    private static WireConversionException Misfit(WireValue value, string type) => new($"{Describe(value)} is no {type}");

    private static string TextOf(WireValue value, string type) => value.Kind == WireKind.Text ? value.AsText() : throw Misfit(value, type);

    // A float without a fraction is a whole number to a Python programmer's mind, and JSON writers of other languages write 2 for 2.0.
    private static long ReadInteger(WireValue value, string type) => value.Kind switch
    {
        WireKind.Integer => value.AsInteger(),
        WireKind.Number when Math.Floor(value.AsNumber()) == value.AsNumber() && Math.Abs(value.AsNumber()) < 1L << 53 => (long)value.AsNumber(),
        _ => throw Misfit(value, type),
    };

    private static BigInteger ReadBigInteger(WireValue value) =>
        value.Kind is WireKind.Integer or WireKind.BigInteger ? value.AsBigInteger() : ReadInteger(value, "integer");

    private static double ReadNumber(WireValue value) => value.Kind switch
    {
        WireKind.Number => value.AsNumber(),
        WireKind.Integer or WireKind.BigInteger => (double)value.AsBigInteger(),
        WireKind.Decimal => (double)value.AsDecimal(),
        _ => throw Misfit(value, "number"),
    };

    private static decimal ReadDecimal(WireValue value) => value.Kind switch
    {
        WireKind.Decimal => value.AsDecimal(),
        WireKind.Integer or WireKind.BigInteger => (decimal)value.AsBigInteger(),
        WireKind.Number => (decimal)value.AsNumber(),
        _ => decimal.Parse(TextOf(value, "decimal"), NumberStyles.Number, CultureInfo.InvariantCulture),
    };

    private static byte[]? ReadBytes(WireValue value) => value.Kind switch
    {
        WireKind.Null => null,
        WireKind.Bytes => value.AsBytes(),
        _ => Convert.FromBase64String(TextOf(value, "byte[]")),
    };

    private static WireDateTime ReadDateTime(WireValue value) => value.Kind switch
    {
        WireKind.DateTime => value.AsDateTime(),
        WireKind.Date => new WireDateTime(value.AsDate().ToDateTime(TimeOnly.MinValue), null),
        _ when WireDates.TryRead(TextOf(value, "date"), out WireDateTime date) => date,
        _ => throw Misfit(value, "date"),
    };

    private static DateOnly ReadDate(WireValue value) => value.Kind switch
    {
        WireKind.Date => value.AsDate(),
        WireKind.Text when WireDates.TryReadDate(value.AsText(), out DateOnly date) => date,
        _ => DateOnly.FromDateTime(ReadDateTime(value).Local),
    };

    private static object? ReadObject(WireValue value) => value.Kind switch
    {
        WireKind.Null => null,
        WireKind.Boolean => value.AsBoolean(),
        WireKind.Integer => value.AsInteger(),
        WireKind.BigInteger => value.AsBigInteger(),
        WireKind.Number => value.AsNumber(),
        WireKind.Text => value.AsText(),
        WireKind.Bytes => value.AsBytes(),
        WireKind.Decimal => value.AsDecimal(),
        WireKind.Uuid => value.AsUuid(),
        WireKind.DateTime => value.AsDateTime().ToDateTimeOffset(),
        WireKind.Date => value.AsDate(),
        WireKind.Time => value.AsTime(),
        WireKind.Array => value.AsArray().Select(ReadObject).ToList(),
        _ => value.AsMap().ToDictionary(static entry => entry.Key, static entry => ReadObject(entry.Value)),
    };

    private static T? ReadNullable<T>(WireValue value)
        where T : struct => value.IsNull ? null : ReaderOf<T>.Read!(value);

    private static WireValue WriteNullable<T>(T? value)
        where T : struct => value is { } given ? WriterOf<T>.Write!(given) : default;

    private static Delegate? Find(Dictionary<Type, Delegate> direct, Type type, string nullable, Type made)
    {
        if (direct.TryGetValue(type, out Delegate? found))
        {
            return found;
        }

        return Nullable.GetUnderlyingType(type) is { } inner && direct.ContainsKey(inner)
            ? typeof(WirePrimitives).GetMethod(nullable, BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(inner).CreateDelegate(made)
            : null;
    }

    /// <summary>How a type is read; <see langword="null"/>: by the serialiser.</summary>
    internal static class ReaderOf<T>
    {
        public static readonly Func<WireValue, T>? Read = (Func<WireValue, T>?)Find(Readers, typeof(T), nameof(ReadNullable), typeof(Func<WireValue, T>));
    }

    /// <summary>How a type is written; <see langword="null"/>: by the serialiser.</summary>
    internal static class WriterOf<T>
    {
        public static readonly Func<T, WireValue>? Write = (Func<T, WireValue>?)Find(Writers, typeof(T), nameof(WriteNullable), typeof(Func<T, WireValue>));
    }
}
