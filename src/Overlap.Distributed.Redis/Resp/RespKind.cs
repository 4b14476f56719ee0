namespace Overlap.Distributed.Redis.Resp;

/// <summary>What kind of reply a <see cref="RespValue"/> is. What RESP3 tells apart and nobody here needs told apart, is one kind.</summary>
internal enum RespKind : byte
{
    /// <summary>Nothing.</summary>
    Null,

    /// <summary>A word such as <c>OK</c>.</summary>
    Status,

    /// <summary>A refusal; its first word says which.</summary>
    Error,

    /// <summary>A whole number of 64 bits.</summary>
    Integer,

    /// <summary>Bytes; also numbers too long for 64 bits, and texts that name their format.</summary>
    Bulk,

    /// <summary>A floating-point number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>A list; also a set, and a map as its names and values in turn.</summary>
    Array,

    /// <summary>A list that the server sends unasked.</summary>
    Push,
}
