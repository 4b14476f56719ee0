using System.Collections.Immutable;

namespace Overlap.Distributed.Protocol;

/// <summary>A command to workers, sent to all who listen.</summary>
internal sealed record ControlRequest
{
    /// <summary>What is to be done, as <c>revoke</c>.</summary>
    public required string Method { get; init; }

    /// <summary>With what.</summary>
    public WireMap Arguments { get; init; } = WireMap.Empty;

    /// <summary>The workers that are meant, by name; empty: those that the pattern fits, or all.</summary>
    public ImmutableArray<string> Destination { get; init; } = [];

    /// <summary>A pattern of workers' names; <see langword="null"/>: none.</summary>
    public string? Pattern { get; init; }

    /// <summary>How the pattern is meant: <c>glob</c> or <c>pcre</c>.</summary>
    public string? Matcher { get; init; }

    /// <summary>What the answer is known by; <see langword="null"/>: no answer is wanted.</summary>
    public string? Ticket { get; init; }

    /// <summary>Where the answer goes; <see langword="null"/>: no answer is wanted.</summary>
    public string? ReplyExchange { get; init; }

    /// <summary>The routing key of the answer.</summary>
    public string? ReplyRoutingKey { get; init; }

    /// <summary>The sender's logical clock; 0: it has none.</summary>
    public long Clock { get; init; }

    /// <summary>When it is not to be followed any more.</summary>
    public DateTimeOffset? Expires { get; init; }
}
