using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Redis;

/// <summary>What becomes of a hold.</summary>
/// <param name="Hold">The hold.</param>
/// <param name="Kind">What becomes of it.</param>
internal readonly record struct HoldSettlement(RedisHold Hold, SettlementKind Kind)
{
    /// <summary>When it is due again.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>Why it is a dead letter.</summary>
    public DeadLetterCause? Cause { get; init; }

    /// <summary>What is published with it.</summary>
    public IReadOnlyList<RedisRoutes.Push> Pushes { get; init; } = [];
}
