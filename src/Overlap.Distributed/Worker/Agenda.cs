namespace Overlap.Distributed.Worker;

/// <summary>Items that wait for their time, and a timer for the next of them.</summary>
/// <remarks>Order: by date, and of one date as they came. Race: an item is given out once. Cost: one timer for all.</remarks>
internal sealed class Agenda : IDisposable
{
    // A timer takes no more than 49 days; it looks again then.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(1);

    private readonly TimeProvider _clock;
    private readonly Action<WorkItem> _due;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly PriorityQueue<WorkItem, (DateTimeOffset Date, long Place)> _items = new();
    private long _lastPlace;
    private bool _isClosed;

    /// <summary>Makes an empty one.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="due">Given each item when its time has come, on the timer's thread.</param>
    public Agenda(TimeProvider clock, Action<WorkItem> due)
    {
        _clock = clock;
        _due = due;
        _timer = clock.CreateTimer(static self => ((Agenda)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many wait.</summary>
    public int Count
    {
        get
        {
            _gate.Enter();
            int count = _items.Count;
            _gate.Exit();
            return count;
        }
    }

    /// <summary>Adds an item.</summary>
    /// <returns>Whether it was taken: not once the agenda is closed.</returns>
    public bool TryAdd(WorkItem item, DateTimeOffset date)
    {
        _gate.Enter();
        try
        {
            if (_isClosed)
            {
                return false;
            }

            _items.Enqueue(item, (date, ++_lastPlace));
            SetTimerLocked();
            return true;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>The items that wait, with their dates.</summary>
    public IReadOnlyList<(WorkItem Item, DateTimeOffset Date)> List()
    {
        _gate.Enter();
        try
        {
            return [.. _items.UnorderedItems.OrderBy(static entry => entry.Priority).Select(static entry => (entry.Element, entry.Priority.Date))];
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Takes no more; what waits is not given out any more.</summary>
    public void Dispose()
    {
        _gate.Enter();
        _isClosed = true;
        _items.Clear();
        _gate.Exit();
        _timer.Dispose();
    }

    private void Look()
    {
        List<WorkItem> due = [];
        _gate.Enter();
        DateTimeOffset now = _clock.GetUtcNow();
        while (_items.TryPeek(out WorkItem? item, out (DateTimeOffset Date, long Place) at) && at.Date <= now)
        {
            _items.Dequeue();
            due.Add(item);
        }

        SetTimerLocked();
        _gate.Exit();
        due.ForEach(_due);
    }

    private void SetTimerLocked()
    {
        if (!_isClosed && _items.TryPeek(out _, out (DateTimeOffset Date, long Place) next))
        {
            TimeSpan wait = next.Date - _clock.GetUtcNow();
            // Rounded up: a timer counts whole milliseconds, and one that fires too early would be set again and again.
            wait = TimeSpan.FromMilliseconds(Math.Ceiling(Math.Clamp(wait.TotalMilliseconds, 1, LongestWait.TotalMilliseconds)));
            _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }
}
