namespace Overlap.Distributed.Protocol;

/// <summary>A message as a broker carries it: headers, properties, and a body in some content type that nobody has looked into.</summary>
public sealed record WireMessage
{
    /// <summary>The application headers; of a task message its metadata.</summary>
    public WireMap Headers { get; init; } = WireMap.Empty;

    /// <summary>What the transport knows of the message.</summary>
    public MessageProperties Properties { get; init; } = new();

    /// <summary>How the body was serialised, as <c>application/json</c>; <see langword="null"/>: not said.</summary>
    public string? ContentType { get; init; }

    /// <summary>The body's encoding, <c>utf-8</c> or <c>binary</c>; <see langword="null"/>: not said.</summary>
    public string? ContentEncoding { get; init; }

    /// <summary>The body: serialised, then compressed if a header says so.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }
}
