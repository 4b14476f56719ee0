using Overlap.Distributed.Backends;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Sqlite;

/// <summary>Who in this process waits for results of a file. Told by those who store here, and by a look at the file when others may have.</summary>
internal sealed class SqliteResultWaits
{
    private readonly SqliteStore _store;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<string, List<Entry>> _waits = new(StringComparer.Ordinal);
    private bool _isLooking;
    private bool _mustLookAgain;
    private bool _isFresh = true;   // Nobody waits, or nobody of those who do has read yet.

    private long _seen;             // Owned by the reader's thread. All versions up to it were told to those who wait.

    public SqliteResultWaits(SqliteStore store) => _store = store;

    /// <summary>Begins a wait; disposing it ends it.</summary>
    /// <param name="taskId">The id of the call.</param>
    /// <param name="limits">The limits of who waits, under which it is told what others have stored.</param>
    public Entry Begin(string taskId, ProtocolLimits limits)
    {
        Entry entry = new(this, taskId, limits);
        bool isFirst;
        lock (_gate)
        {
            if (!_waits.TryGetValue(taskId, out List<Entry>? others))
            {
                others = [];
                _waits.Add(taskId, others);
            }

            others.Add(entry);
            isFirst = _waits.Count == 1 && others.Count == 1;
        }

        if (isFirst)
        {
            _store.Watch.Add(LookAtFile);
        }

        return entry;
    }

    /// <summary>Reads what is there for one who has begun to wait; on the reader's lane.</summary>
    public (long Version, byte[] Raw)? ReadFirst(SqliteSession session, string taskId)
    {
        bool isFresh;
        lock (_gate)
        {
            isFresh = _isFresh;
            _isFresh = false;
        }

        if (isFresh)
        {
            // What was stored while nobody waited is no news. Before the read: what comes between is found by both.
            _seen = session.ReadNumber("SELECT seq FROM sqlite_sequence WHERE name='overlap_result'") ?? 0;
        }

        return SqliteResults.Find(session, taskId, _store.Now);
    }

    /// <summary>Tells those who wait for a call. A version that is older than what they were told is not told.</summary>
    public void Tell(ResultDocument document, long version)
    {
        lock (_gate)
        {
            if (_waits.TryGetValue(document.TaskId, out List<Entry>? waits))
            {
                waits.ForEach(wait => wait.Tell(document, version));
            }
        }
    }

    /// <summary>Looks for what other processes have stored.</summary>
    private void LookAtFile()
    {
        lock (_gate)
        {
            _mustLookAgain = _isLooking;
            if (_isLooking)
            {
                return;
            }

            _isLooking = true;
        }

        _ = LookAsync();
    }

    private async Task LookAsync()
    {
        bool isAgain = true;
        while (isAgain)
        {
            try
            {
                foreach ((string taskId, long version, byte[] raw) in await _store.ReadAsync(ReadNews).ConfigureAwait(false))
                {
                    foreach (Entry wait in WaitsFor(taskId))
                    {
                        wait.TellRaw(raw, version);
                    }
                }
            }
            catch (Exception failure) when (failure is SqliteFileException or ObjectDisposedException)
            {
                // The next change brings the next look.
            }

            lock (_gate)
            {
                isAgain = _mustLookAgain;
                _mustLookAgain = false;
                _isLooking = isAgain;
            }
        }
    }

    private Entry[] WaitsFor(string taskId)
    {
        lock (_gate)
        {
            return _waits.TryGetValue(taskId, out List<Entry>? waits) ? [.. waits] : [];
        }
    }

    private List<(string TaskId, long Version, byte[] Raw)> ReadNews(SqliteSession session)
    {
        HashSet<string> waited;
        lock (_gate)
        {
            waited = [.. _waits.Keys];
        }

        List<(string TaskId, long Version, byte[] Raw)> news = [];
        foreach ((long version, string taskId) in SqliteResults.ListSince(session, _seen))
        {
            _seen = version;
            if (waited.Contains(taskId) && SqliteResults.Find(session, taskId, _store.Now) is { } found)
            {
                news.Add((taskId, found.Version, found.Raw));
            }
        }

        return news;
    }

    private void End(Entry entry)
    {
        bool isLast;
        lock (_gate)
        {
            List<Entry> waits = _waits[entry.TaskId];
            waits.Remove(entry);
            if (waits.Count == 0)
            {
                _waits.Remove(entry.TaskId);
            }

            isLast = _waits.Count == 0;
            _isFresh |= isLast;
        }

        if (isLast)
        {
            _store.Watch.Remove(LookAtFile);
        }
    }

    /// <summary>One wait.</summary>
    public sealed class Entry(SqliteResultWaits waits, string taskId, ProtocolLimits limits) : IDisposable
    {
        private readonly ResultWait _wait = new();
        private readonly Lock _gate = new();
        private long _told;      // Guarded by _gate.

        public string TaskId => taskId;

        public void Tell(ResultDocument document, long version)
        {
            lock (_gate)
            {
                if (version > _told)
                {
                    _told = version;
                    _wait.Tell(document);
                }
            }
        }

        /// <summary>Tells it of a document as it is in the file. One that it may not read ends its wait.</summary>
        public void TellRaw(byte[] raw, long version)
        {
            try
            {
                Tell(ResultCodec.Read(raw, limits), version);
            }
            catch (MessageFormatException refusal)
            {
                _wait.Fail(refusal);
            }
        }

        public ValueTask<ResultDocument> WaitAsync(Action<ResultDocument>? progress, CancellationToken cancellationToken) =>
            _wait.WaitAsync(progress, cancellationToken);

        public void Dispose() => waits.End(this);
    }
}
