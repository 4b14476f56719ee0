using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Overlap.Distributed.Protocol;

/// <summary>A value as it travels: data, never an object of a type that the other side has named.</summary>
/// <remarks>Two are equal when their kinds and values are; of maps the order counts too. NaN equals NaN.</remarks>
public readonly struct WireValue : IEquatable<WireValue>
{
    // Text, bytes, the array beneath a list, which is not boxed, map, and what does not fit into _bits.
    private readonly object? _reference;
    private readonly long _bits;

    private WireValue(WireKind kind, object? reference, long bits = 0)
    {
        Kind = kind;
        _reference = reference;
        _bits = bits;
    }

    /// <summary>Nothing; the default value.</summary>
    public static WireValue Null => default;

    /// <summary>What kind it is.</summary>
    public WireKind Kind { get; }

    /// <summary>Whether it is nothing.</summary>
    public bool IsNull => Kind == WireKind.Null;

    /// <summary>Makes a truth value.</summary>
    public static implicit operator WireValue(bool value) => new(WireKind.Boolean, null, value ? 1 : 0);

    /// <summary>Makes a whole number.</summary>
    public static implicit operator WireValue(int value) => new(WireKind.Integer, null, value);

    /// <summary>Makes a whole number.</summary>
    public static implicit operator WireValue(long value) => new(WireKind.Integer, null, value);

    /// <summary>Makes a floating-point number.</summary>
    public static implicit operator WireValue(double value) => new(WireKind.Number, null, BitConverter.DoubleToInt64Bits(value));

    /// <summary>Makes a text, or nothing of <see langword="null"/>.</summary>
    public static implicit operator WireValue(string? value) => value is null ? default : new(WireKind.Text, value);

    /// <summary>Makes bytes. They are not copied.</summary>
    public static implicit operator WireValue(byte[]? value) => value is null ? default : new(WireKind.Bytes, value);

    /// <summary>Makes a list.</summary>
    public static implicit operator WireValue(ImmutableArray<WireValue> value) =>
        new(WireKind.Array, ImmutableCollectionsMarshal.AsArray(value) ?? []);

    /// <summary>Makes a map, or nothing of <see langword="null"/>.</summary>
    public static implicit operator WireValue(WireMap? value) => value is null ? default : new(WireKind.Map, value);

    /// <summary>Makes a decimal number.</summary>
    public static implicit operator WireValue(decimal value) => new(WireKind.Decimal, value);

    /// <summary>Makes a UUID.</summary>
    public static implicit operator WireValue(Guid value) => new(WireKind.Uuid, value);

    /// <summary>Makes a date.</summary>
    public static implicit operator WireValue(DateOnly value) => new(WireKind.Date, null, value.DayNumber);

    /// <summary>Makes a time of day.</summary>
    public static implicit operator WireValue(TimeOnly value) => new(WireKind.Time, null, value.Ticks);

    /// <summary>Makes a whole number of any length; one of 64 bits is an <see cref="WireKind.Integer"/>.</summary>
    public static implicit operator WireValue(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? new(WireKind.Integer, null, (long)value) : new(WireKind.BigInteger, value);

    /// <summary>Makes a date with a time of day.</summary>
    public static implicit operator WireValue(WireDateTime value) => new(WireKind.DateTime, value);

    /// <summary>Makes a date with a time of day, its offset kept.</summary>
    public static implicit operator WireValue(DateTimeOffset value) => (WireDateTime)value;

    /// <summary>Gives the truth value.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind.</exception>
    public bool AsBoolean() => Expect(WireKind.Boolean)._bits != 0;

    /// <summary>Gives the whole number of 64 bits.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind.</exception>
    public long AsInteger() => Expect(WireKind.Integer)._bits;

    /// <summary>Gives the whole number, however long.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind.</exception>
    public BigInteger AsBigInteger() => Kind == WireKind.Integer ? _bits : (BigInteger)Expect(WireKind.BigInteger)._reference!;

    /// <summary>Gives the floating-point number.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind.</exception>
    public double AsNumber() => BitConverter.Int64BitsToDouble(Expect(WireKind.Number)._bits);

    /// <summary>Gives the text.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind.</exception>
    public string AsText() => (string)Expect(WireKind.Text)._reference!;

    /// <summary>Gives the bytes. They are not copied.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind.</exception>
    public byte[] AsBytes() => (byte[])Expect(WireKind.Bytes)._reference!;

    /// <summary>Gives the list.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind.</exception>
    public ImmutableArray<WireValue> AsArray() => ImmutableCollectionsMarshal.AsImmutableArray((WireValue[])Expect(WireKind.Array)._reference!);

    /// <summary>Gives the map.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind.</exception>
    public WireMap AsMap() => (WireMap)Expect(WireKind.Map)._reference!;

    /// <summary>Gives the decimal number.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind.</exception>
    public decimal AsDecimal() => (decimal)Expect(WireKind.Decimal)._reference!;

    /// <summary>Gives the UUID.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind.</exception>
    public Guid AsUuid() => (Guid)Expect(WireKind.Uuid)._reference!;

    /// <summary>Gives the date.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind.</exception>
    public DateOnly AsDate() => DateOnly.FromDayNumber((int)Expect(WireKind.Date)._bits);

    /// <summary>Gives the time of day.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind.</exception>
    public TimeOnly AsTime() => new(Expect(WireKind.Time)._bits);

    /// <summary>Gives the date with its time of day.</summary>
    /// <exception cref="InvalidOperationException">It is of another kind.</exception>
    public WireDateTime AsDateTime() => (WireDateTime)Expect(WireKind.DateTime)._reference!;

    /// <inheritdoc/>
    public bool Equals(WireValue other) => Kind == other.Kind && Kind switch
    {
        WireKind.Null => true,
        WireKind.Number => AsNumber().Equals(other.AsNumber()),
        WireKind.Bytes => AsBytes().AsSpan().SequenceEqual(other.AsBytes()),
        WireKind.Array => AsArray().AsSpan().SequenceEqual(other.AsArray().AsSpan()),
        _ => _bits == other._bits && Equals(_reference, other._reference),
    };

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is WireValue other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Kind switch
    {
        WireKind.Bytes => HashCode.Combine(Kind, AsBytes().Length),
        WireKind.Array => HashCode.Combine(Kind, AsArray().Length),
        WireKind.Number => HashCode.Combine(Kind, AsNumber()),
        _ => HashCode.Combine(Kind, _bits, _reference),
    };

    /// <summary>Whether two values are equal.</summary>
    public static bool operator ==(WireValue left, WireValue right) => left.Equals(right);

    /// <summary>Whether two values differ.</summary>
    public static bool operator !=(WireValue left, WireValue right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => PythonRepr.Of(this);

    private WireValue Expect(WireKind kind) => Kind == kind
        ? this
        : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The value is {Kind}, not {kind}."));
}
