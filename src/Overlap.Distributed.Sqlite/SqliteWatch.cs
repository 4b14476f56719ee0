namespace Overlap.Distributed.Sqlite;

/// <summary>Notices what other processes do to the file, as long as somebody here waits for that.</summary>
/// <remarks>
/// SQLite tells nobody; it has a counter that changes. The writer's thread looks at it every 2 ms while something happens, and less and less
/// often, down to every 20 ms, while nothing does. A look takes some microseconds, and none is taken while nobody waits. Always on the system's
/// clock: other processes know no other.
/// </remarks>
internal sealed class SqliteWatch
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly HashSet<Action> _watchers = [];
    private TimeSpan _interval = Shortest;
    private long _looked = TimeProvider.System.GetTimestamp();
    private long? _seen;

    private Action? _nudge;   // Written once, before the first watcher comes.

    /// <summary>Whether it is time to look.</summary>
    public bool IsDue => UntilDue == TimeSpan.Zero;

    /// <summary>How long until it is time to look; infinite while nobody waits.</summary>
    public TimeSpan UntilDue
    {
        get
        {
            lock (_gate)
            {
                if (_watchers.Count == 0)
                {
                    return Timeout.InfiniteTimeSpan;
                }

                TimeSpan left = _interval - TimeProvider.System.GetElapsedTime(_looked);

                // Waits are of whole milliseconds: less than one is none.
                return left < TimeSpan.FromMilliseconds(1) ? TimeSpan.Zero : left;
            }
        }
    }

    /// <summary>Gives it the thread that looks.</summary>
    /// <param name="nudge">Lets the thread ask for the time of the next look again.</param>
    public void Attach(Action nudge) => _nudge = nudge;

    /// <summary>Calls somebody after each change of another process, and now and then without one.</summary>
    /// <param name="changed">Called on the lane's thread: it wakes somebody, no more.</param>
    public void Add(Action changed)
    {
        lock (_gate)
        {
            _watchers.Add(changed);
            _interval = Shortest;
        }

        _nudge?.Invoke();
    }

    /// <summary>Calls it no more.</summary>
    public void Remove(Action changed)
    {
        lock (_gate)
        {
            _watchers.Remove(changed);
        }
    }

    /// <summary>Looks often for a while: something was written here, and somebody may answer. On the thread that looks.</summary>
    public void Expect()
    {
        lock (_gate)
        {
            _interval = Shortest;
        }
    }

    /// <summary>Forgets the counter, so that the next look wakes those who wait.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _seen = null;
        }
    }

    /// <summary>Wakes those who wait if the counter has changed.</summary>
    /// <param name="version">The counter; <see langword="null"/>: it could not be read.</param>
    public void Looked(long? version)
    {
        Action[] changed;
        lock (_gate)
        {
            bool isChanged = version is not null && version != _seen;
            _seen = version ?? _seen;
            _looked = TimeProvider.System.GetTimestamp();
            _interval = isChanged ? Shortest : TimeSpan.FromTicks(Math.Min(Longest.Ticks, _interval.Ticks * 5 / 4));
            changed = isChanged ? [.. _watchers] : [];
        }

        foreach (Action watcher in changed)
        {
            watcher();
        }
    }
}
