namespace Overlap.Adaptation;

/// <summary>What an adaptive limit is doing.</summary>
public enum LimitPhase
{
    /// <summary>It rises as long as throughput does.</summary>
    Climbing,

    /// <summary>It stays, and watches whether the load changes.</summary>
    Settled,

    /// <summary>It compares another number with its own, in turns.</summary>
    Trying,

    /// <summary>The other side, memory or failures made it give way; it comes back slowly.</summary>
    BackingOff,
}
