using Overlap.Waiting;

namespace Overlap.Actors;

/// <summary>The asks with one length of deadline: who asked first is due first, so the row needs no sorting.</summary>
internal sealed class AskRow(TimeSpan within, long ticks)
{
    /// <summary>Guarded by the gate of the deadlines.</summary>
    public IntrusiveQueue<PendingAsk> Asks;

    public TimeSpan Within { get; } = within;

    /// <summary>The length in ticks of the clock.</summary>
    public long Ticks { get; } = ticks;
}
