namespace Overlap.Actors;

/// <summary>The exception of an ask that could never be answered: who is asked waits, by way of the chain, for the one that asks.</summary>
public sealed class AskCycleException : InvalidOperationException
{
    internal AskCycleException(IReadOnlyList<string> chain)
        : base($"An ask waits for itself: {string.Join(" asks ", chain)}. Each handles a message and waits for the next.") => Chain = chain;

    /// <summary>The paths, from the one that asked to itself.</summary>
    public IReadOnlyList<string> Chain { get; }
}
