namespace Overlap.Actors;

/// <content>For whom the handler of this actor waits; whoever closes a circle hears of it.</content>
internal abstract partial class ActorCell
{
    private List<PendingAsk>? _waitsFor;    // Guarded by _gate: the asks that a handler of this actor awaits.

    /// <summary>The asks of this actor that have not ended. Written under the gate of the deadlines; none is left out that was put into the mailbox.</summary>
    public int PendingAsks { get; set; }

    public abstract int QueueLength { get; }

    /// <summary>Whether it gives its messages to others.</summary>
    public abstract bool IsRouter { get; }

    /// <summary>The number of the message that is handled, or was last.</summary>
    public abstract long TakenSoFar { get; }

    /// <summary>Whether the message of a number waits in the mailbox.</summary>
    public abstract bool HasWaiting(long position);

    /// <summary>Tells about which message the handler waits, and since when.</summary>
    public abstract bool TryGetWait(out object? message, out long since);

    /// <summary>Notes that the handler awaits an ask. Of two that close a circle at once, at least one sees it: each notes first and looks then.</summary>
    /// <returns>The circle, if the ask closes one.</returns>
    public IReadOnlyList<string>? BeginWait(PendingAsk ask)
    {
        _gate.Enter();
        (_waitsFor ??= []).Add(ask);
        _gate.Exit();
        List<ActorCell> path = [this];
        return ask.Target is { } target && IsOwed(ask, target) && LeadsBack(target, path) ? [.. path.Select(static cell => cell.Path), Path] : null;
    }

    public void EndWait(PendingAsk ask)
    {
        _gate.Enter();
        _ = _waitsFor?.Remove(ask);
        _gate.Exit();
    }

    // A message that was handled without an answer may be answered by anybody: passed on, or kept for later. That is no circle yet.
    private static bool IsOwed(PendingAsk ask, ActorCell target) => ask.IsQueued && (ask.Position == target.TakenSoFar || target.HasWaiting(ask.Position));

    private bool LeadsBack(ActorCell from, List<ActorCell> path)
    {
        if (from == this)
        {
            return true;
        }

        if (path.Contains(from))
        {
            return false;
        }

        path.Add(from);
        from._gate.Enter();
        PendingAsk[] asks = from._waitsFor is { Count: > 0 } waitsFor ? [.. waitsFor] : [];
        from._gate.Exit();
        foreach (PendingAsk ask in asks)
        {
            if (ask.Target is { } target && IsOwed(ask, target) && LeadsBack(target, path))
            {
                return true;
            }
        }

        path.RemoveAt(path.Count - 1);
        return false;
    }
}
