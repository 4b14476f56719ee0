namespace Overlap.Testing.Exploration;

/// <summary>How the explorer chooses what runs next.</summary>
public enum ExplorationStrategy
{
    /// <summary>A few schedules of each of the others in turn: the one to begin with.</summary>
    Portfolio,

    /// <summary>Every schedule with at most <see cref="ExplorationOptions.Preemptions"/> preemptions, until none is left.</summary>
    Exhaustive,

    /// <summary>A random choice at every step.</summary>
    Random,

    /// <summary>Random priorities that change at a few random steps: finds a bug of depth <c>d</c> with a known probability.</summary>
    /// <remarks>Source: S. Burckhardt, P. Kothari, M. Musuvathi, S. Nagarakatte, "A randomized scheduler with probabilistic guarantees of finding bugs", ASPLOS 2010.</remarks>
    Pct,
}
