namespace Overlap.Distributed.Brokers;

/// <summary>What becomes of a delivery.</summary>
/// <param name="Delivery">The delivery.</param>
/// <param name="Kind">What becomes of it.</param>
public readonly record struct Settlement(Delivery Delivery, SettlementKind Kind)
{
    /// <summary>A message published with it, in one step where the broker can: the next try, or the same message for later.</summary>
    public Publication? Successor { get; init; }

    /// <summary>When the message is to be delivered again, of <see cref="SettlementKind.Defer"/>.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>Why, of <see cref="SettlementKind.DeadLetter"/>.</summary>
    public DeadLetterCause? Cause { get; init; }
}
