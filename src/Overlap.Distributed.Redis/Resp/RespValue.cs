using System.Globalization;
using System.Text;

namespace Overlap.Distributed.Redis.Resp;

/// <summary>One reply of the server, or a part of one.</summary>
internal readonly struct RespValue
{
    private readonly object? _reference;
    private readonly long _bits;

    private RespValue(RespKind kind, object? reference, long bits)
    {
        Kind = kind;
        _reference = reference;
        _bits = bits;
    }

    /// <summary>What kind it is.</summary>
    public RespKind Kind { get; }

    /// <summary>Whether it is nothing.</summary>
    public bool IsNull => Kind == RespKind.Null;

    /// <summary>Whether the server refuses.</summary>
    public bool IsError => Kind == RespKind.Error;

    /// <summary>The parts of a list; of what is none, no parts.</summary>
    public ReadOnlySpan<RespValue> Items => _reference is RespValue[] items ? items.AsSpan(0, (int)_bits) : [];

    public static RespValue OfStatus(string text) => new(RespKind.Status, text, 0);

    public static RespValue OfError(string text) => new(RespKind.Error, text, 0);

    public static RespValue OfInteger(long value) => new(RespKind.Integer, null, value);

    public static RespValue OfBulk(byte[] bytes) => new(RespKind.Bulk, bytes, 0);

    public static RespValue OfNumber(double value) => new(RespKind.Number, null, BitConverter.DoubleToInt64Bits(value));

    public static RespValue OfBoolean(bool value) => new(RespKind.Boolean, null, value ? 1 : 0);

    public static RespValue OfItems(RespKind kind, RespValue[] items, int count) => new(kind, items, count);

    /// <summary>Gives it back unless the server refuses.</summary>
    /// <exception cref="RespErrorException">It is a refusal.</exception>
    public RespValue OrThrow() => Kind == RespKind.Error ? throw new RespErrorException((string)_reference!) : this;

    /// <summary>The whole number, also one that was written as text.</summary>
    /// <exception cref="RespProtocolException">It is none.</exception>
    public long AsInteger() => OrThrow().Kind switch
    {
        RespKind.Integer or RespKind.Boolean => _bits,
        RespKind.Bulk or RespKind.Status when long.TryParse(AsText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) => value,
        _ => throw Unexpected("a whole number"),
    };

    /// <summary>The number, also one that was written as text.</summary>
    /// <exception cref="RespProtocolException">It is none.</exception>
    public double AsNumber() => OrThrow().Kind switch
    {
        RespKind.Number => BitConverter.Int64BitsToDouble(_bits),
        RespKind.Integer => _bits,
        RespKind.Bulk when double.TryParse(AsText(), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) => value,
        _ => throw Unexpected("a number"),
    };

    /// <summary>The bytes. They are not copied.</summary>
    /// <exception cref="RespProtocolException">It has none.</exception>
    public byte[] AsBytes() => OrThrow().Kind == RespKind.Bulk ? (byte[])_reference! : throw Unexpected("bytes");

    /// <summary>The text.</summary>
    /// <exception cref="RespProtocolException">It is none.</exception>
    public string AsText() => Kind switch
    {
        RespKind.Status or RespKind.Error => (string)_reference!,
        RespKind.Bulk => Encoding.UTF8.GetString((byte[])_reference!),
        RespKind.Integer => _bits.ToString(CultureInfo.InvariantCulture),
        _ => throw Unexpected("a text"),
    };

    /// <summary>Whether it is this text.</summary>
    public bool Is(ReadOnlySpan<byte> text) => Kind switch
    {
        RespKind.Bulk => ((byte[])_reference!).AsSpan().SequenceEqual(text),
        RespKind.Status => Encoding.UTF8.GetString(text) == (string)_reference!,
        _ => false,
    };

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        RespKind.Null => "(nothing)",
        RespKind.Status or RespKind.Error or RespKind.Integer or RespKind.Bulk => AsText(),
        RespKind.Number => AsNumber().ToString(CultureInfo.InvariantCulture),
        RespKind.Boolean => _bits != 0 ? "true" : "false",
        _ => $"{Kind} of {Items.Length}",
    };

    private RespProtocolException Unexpected(string what) => new($"The server's reply is {Kind}, not {what}.");
}
