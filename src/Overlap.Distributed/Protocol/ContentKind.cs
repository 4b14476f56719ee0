namespace Overlap.Distributed.Protocol;

/// <summary>How a body is serialised.</summary>
public enum ContentKind
{
    /// <summary>JSON, as Python writes it.</summary>
    Json,

    /// <summary>MessagePack.</summary>
    MessagePack,
}
