using System.Collections.Immutable;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Brokers;

/// <summary>How a consumer takes messages.</summary>
public sealed record ConsumerOptions
{
    /// <summary>The queues it takes from, in turn.</summary>
    public required ImmutableArray<string> Queues { get; init; }

    /// <summary>Who consumes, for people to read.</summary>
    public string Name { get; init; } = "";

    /// <summary>The limits that messages are read under.</summary>
    public ProtocolLimits Limits { get; init; } = ProtocolLimits.Default;
}
