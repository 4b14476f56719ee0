using Overlap.Waiting;

namespace Overlap.Actors;

/// <summary>The deadlines of all asks of a system, on one timer.</summary>
/// <remarks>
/// The timer is set to the first deadline and, when it fires, to the first one left. An answered ask leaves its row and does not touch the timer, so
/// that it fires once in a deadline's length, not once for each ask.
/// Cost: a reading of the clock and a short gate to begin an ask, a short gate to end it.
/// </remarks>
internal sealed class AskDeadlines
{
    private readonly TimeProvider _clock;
    private readonly ITimer _timer;
    private SpinGate _gate;

    // Guarded by _gate.
    private readonly Dictionary<TimeSpan, AskRow> _rows = [];
    private AskRow? _lastRow;
    private long _firesAt = long.MaxValue;

    public AskDeadlines(TimeProvider clock)
    {
        _clock = clock;
        _timer = clock.CreateTimer(static self => ((AskDeadlines)self!).Expire(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public int Count
    {
        get
        {
            _gate.Enter();
            int count = 0;
            foreach (AskRow row in _rows.Values)
            {
                count += row.Asks.Count;
            }

            _gate.Exit();
            return count;
        }
    }

    public void Add(PendingAsk ask, TimeSpan within)
    {
        bool isFirst = false;
        long now = _clock.GetTimestamp();
        _gate.Enter();
        AskRow row = _lastRow is { } last && last.Within == within ? last : RowLocked(within);

        // Two clock readings may come here in the other order; the row stays sorted.
        ask.DueAt = Math.Max(now + row.Ticks, row.Asks.Last?.DueAt ?? long.MinValue);
        ask.Row = row;
        row.Asks.Enqueue(ask);
        ask.Target!.PendingAsks++;
        if (ask.DueAt < _firesAt)
        {
            _firesAt = ask.DueAt;
            isFirst = true;
        }

        _gate.Exit();
        if (isFirst)
        {
            Set(within);
        }
    }

    /// <summary>Takes an ask out, to be ended by the caller (K1).</summary>
    public bool TryTake(PendingAsk ask, long ticket)
    {
        _gate.Enter();
        bool isMine = ask.Ticket == ticket && ask.IsQueued;
        if (isMine)
        {
            RemoveLocked(ask);
        }

        _gate.Exit();
        return isMine;
    }

    /// <summary>Tells an ask that has not ended the number of its message.</summary>
    public void SetPosition(PendingAsk ask, long ticket, long position)
    {
        _gate.Enter();
        if (ask.Ticket == ticket)
        {
            ask.Position = position;
        }

        _gate.Exit();
    }

    /// <summary>Takes out the ask whose message was dropped for a newer one, if it was an ask's; to be ended by the caller (K1).</summary>
    /// <remarks>The messages of an actor come in in the order of its asks, so that the oldest stands far in front: it is looked for from there.</remarks>
    public PendingAsk? TakeDropped(ActorCell target, long position)
    {
        if (target.PendingAsks == 0)
        {
            return null;
        }

        PendingAsk? dropped = null;
        _gate.Enter();
        foreach (AskRow row in _rows.Values)
        {
            for (PendingAsk? ask = row.Asks.First; ask is not null && dropped is null; ask = ask.Next)
            {
                dropped = ask.Target == target && ask.Position == position ? ask : null;
            }
        }

        if (dropped is not null)
        {
            RemoveLocked(dropped);
        }

        _gate.Exit();
        return dropped;
    }

    /// <summary>Ends the asks whose messages an actor did not come to.</summary>
    /// <param name="target">The actor.</param>
    public void FailUndelivered(ActorCell target)
    {
        if (target.PendingAsks == 0)
        {
            return;
        }

        List<PendingAsk>? undelivered = null;
        _gate.Enter();
        foreach (AskRow row in _rows.Values)
        {
            PendingAsk? next;
            for (PendingAsk? ask = row.Asks.First; ask is not null; ask = next)
            {
                next = ask.Next;

                // Without a position it is not in, and is refused by whoever would put it in.
                if (ask.Target == target && ask.Position != long.MaxValue && target.HasWaiting(ask.Position))
                {
                    RemoveLocked(ask);
                    (undelivered ??= []).Add(ask);
                }
            }
        }

        _gate.Exit();
        foreach (PendingAsk ask in undelivered ?? [])
        {
            ask.Fail(new ActorStoppedException(target.Path));
        }
    }

    private static void RemoveLocked(PendingAsk ask)
    {
        _ = ask.Row!.Asks.TryRemove(ask);
        ask.Ticket++;
        ask.Target!.PendingAsks--;
    }

    private AskRow RowLocked(TimeSpan within)
    {
        if (!_rows.TryGetValue(within, out AskRow? row))
        {
            // A program that computes each deadline anew must not collect rows for ever.
            if (_rows.Count >= 64)
            {
                foreach (AskRow idle in _rows.Values.Where(static idle => idle.Asks.Count == 0).ToList())
                {
                    _ = _rows.Remove(idle.Within);
                }
            }

            double ticks = Math.Min(within.TotalSeconds * _clock.TimestampFrequency, long.MaxValue / 4d);
            row = new AskRow(within, Math.Max(1, (long)ticks));
            _rows.Add(within, row);
        }

        _lastRow = row;
        return row;
    }

    private void Expire()
    {
        while (true)
        {
            PendingAsk? expired = null;
            TimeSpan within = default;
            long now = _clock.GetTimestamp();
            long next = long.MaxValue;
            _gate.Enter();
            foreach (AskRow row in _rows.Values)
            {
                if (row.Asks.First is not { } first)
                {
                    continue;
                }

                if (first.DueAt <= now)
                {
                    RemoveLocked(first);
                    expired = first;
                    within = row.Within;
                    break;
                }

                next = Math.Min(next, first.DueAt);
            }

            if (expired is null)
            {
                _firesAt = next;
            }

            _gate.Exit();
            if (expired is null)
            {
                if (next != long.MaxValue)
                {
                    Set(_clock.GetElapsedTime(now, next));
                }

                return;
            }

            expired.Expire(within);
        }
    }

    // Rounded up to the timers' own unit: one that fires early would find nothing due and be set again and again.
    private void Set(TimeSpan after)
    {
        double milliseconds = Math.Clamp(Math.Ceiling(after.TotalMilliseconds), 1, uint.MaxValue - 1);
        _ = _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }
}
