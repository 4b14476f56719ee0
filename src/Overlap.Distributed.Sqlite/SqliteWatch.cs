namespace Overlap.Distributed.Sqlite;

/// <summary>Notices what other processes do to the file, as long as somebody here waits for that.</summary>
/// <remarks>
/// SQLite tells nobody; it has a counter that changes. It is looked at every 2 ms while something happens, and less and less often, down to every
/// 20 ms, while nothing does. A look takes some microseconds, and none is taken while nobody waits. Always on the system's clock: other
/// processes know no other.
/// </remarks>
internal sealed class SqliteWatch
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(20);

    private readonly SqliteLane _writer;
    private readonly Lock _gate = new();
    private readonly ITimer _timer;

    // Guarded by _gate.
    private readonly HashSet<Action> _watchers = [];
    private TimeSpan _interval = Shortest;
    private bool _isLooking;
    private bool _isStopped;
    private long? _seen;

    public SqliteWatch(SqliteLane writer)
    {
        _writer = writer;
        _timer = TimeProvider.System.CreateTimer(
            static self => ((SqliteWatch)self!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Calls somebody after each change of another process, and now and then without one.</summary>
    /// <param name="changed">Called on the lane's thread: it wakes somebody, no more.</param>
    public void Add(Action changed)
    {
        lock (_gate)
        {
            if (_watchers.Add(changed))
            {
                _interval = Shortest;
                SetTimerLocked();
            }
        }
    }

    /// <summary>Calls it no more.</summary>
    public void Remove(Action changed)
    {
        lock (_gate)
        {
            _watchers.Remove(changed);
        }
    }

    /// <summary>Looks often for a while: something was written here, and somebody may answer.</summary>
    public void Expect()
    {
        lock (_gate)
        {
            if (_interval > Shortest)
            {
                _interval = Shortest;
                SetTimerLocked();
            }
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _isStopped = true;
        }

        _timer.Dispose();
    }

    private void Look()
    {
        lock (_gate)
        {
            if (_isLooking || _isStopped || _watchers.Count == 0)
            {
                return;
            }

            _isLooking = true;
        }

        // On the writer's connection, whose own changes do not count.
        _writer.Post(new LookWork(this) { Access = SqliteAccess.Read });
    }

    private void Looked(long? version)
    {
        Action[] changed;
        lock (_gate)
        {
            bool isChanged = version is not null && version != _seen;
            _seen = version ?? _seen;
            _interval = isChanged ? Shortest : TimeSpan.FromTicks(Math.Min(Longest.Ticks, _interval.Ticks * 5 / 4));
            changed = isChanged ? [.. _watchers] : [];
            _isLooking = false;
            SetTimerLocked();
        }

        foreach (Action watcher in changed)
        {
            watcher();
        }
    }

    private void SetTimerLocked()
    {
        if (!_isLooking && !_isStopped && _watchers.Count > 0)
        {
            _timer.Change(_interval, Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class LookWork(SqliteWatch watch) : SqliteWork
    {
        private long _version;

        public override void Run(SqliteSession session) => _version = session.ReadDataVersion();

        public override void Complete() => watch.Looked(_version);

        // The file may be there again later; those who wait find out by what they do themselves.
        public override void Fail(Exception exception) => watch.Looked(version: null);
    }
}
