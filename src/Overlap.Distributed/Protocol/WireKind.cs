#pragma warning disable CA1720 // The kinds bear the names that the formats give their types.

namespace Overlap.Distributed.Protocol;

/// <summary>What kind of value a <see cref="WireValue"/> is.</summary>
public enum WireKind
{
    /// <summary>Nothing.</summary>
    Null,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A whole number of 64 bits.</summary>
    Integer,

    /// <summary>A whole number that does not fit into 64 bits.</summary>
    BigInteger,

    /// <summary>A floating-point number of 64 bits, NaN and the infinities among them.</summary>
    Number,

    /// <summary>A text; it may hold lone surrogates.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Bytes,

    /// <summary>A list of values.</summary>
    Array,

    /// <summary>Values by name, in order.</summary>
    Map,

    /// <summary>A date with a time of day; with an offset, or without one.</summary>
    DateTime,

    /// <summary>A date.</summary>
    Date,

    /// <summary>A time of day.</summary>
    Time,

    /// <summary>A decimal number, its scale kept.</summary>
    Decimal,

    /// <summary>A UUID.</summary>
    Uuid,
}
