namespace Overlap.Distributed.Brokers;

/// <summary>What becomes of a delivery.</summary>
public enum SettlementKind
{
    /// <summary>It is done with; the broker forgets it.</summary>
    Acknowledge,

    /// <summary>It goes back to the front of its queue.</summary>
    Return,

    /// <summary>It goes to the back of its queue.</summary>
    Requeue,

    /// <summary>It is put aside, to be delivered when it is due.</summary>
    Defer,

    /// <summary>It is kept as a dead letter.</summary>
    DeadLetter,
}
