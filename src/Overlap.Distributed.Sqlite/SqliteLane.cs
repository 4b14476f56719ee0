using Microsoft.Data.Sqlite;
using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Sqlite;

/// <summary>A thread with a connection of its own, which does what is posted in its order, and all that waits in one transaction.</summary>
/// <remarks>
/// Order: as posted. Race: anybody posts. Memory: what is posted and not done.
/// Cost: one wait for the disk for all that came while the last one was under way, which is what makes many small writes fast.
/// A thread, for SQLite has no asynchronous calls: a write blocks until the disk is done.
/// </remarks>
internal sealed class SqliteLane
{
    // Of one transaction: enough to make the disk's wait small against the work, and small enough that nobody waits long.
    private const int MostWorks = 1_000;
    private const long MostBytes = 8 * 1024 * 1024;

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SqliteOptions _options;
    private readonly SqliteWatch? _watch;

    // Guarded by _gate, which is a monitor, for its thread waits there for work or for the next look, whichever comes first.
    private readonly object _gate = new();
    private readonly Queue<SqliteWork> _works = new();
    private bool _isStopped;

    // Owned by the thread.
    private readonly List<SqliteWork> _batch = [];
    private SqliteSession? _session;

    /// <summary>Starts the thread. The file is opened with the first work.</summary>
    /// <param name="options">The file.</param>
    /// <param name="name">The thread's name.</param>
    /// <param name="watch">What looks at the file between the works; <see langword="null"/>: nothing.</param>
    public SqliteLane(SqliteOptions options, string name, SqliteWatch? watch)
    {
        _options = options;
        _watch = watch;
        watch?.Attach(Nudge);
        new Thread(Run) { IsBackground = true, Name = name }.Start();
    }

    /// <summary>Posts work; once the lane has stopped it fails at once.</summary>
    public void Post(SqliteWork work)
    {
        lock (_gate)
        {
            if (!_isStopped)
            {
                _works.Enqueue(work);
                Monitor.Pulse(_gate);
                return;
            }
        }

        work.Fail(new ObjectDisposedException(nameof(SqliteLane), $"The queue file {_options.Path} is closed."));
    }

    /// <summary>Does what was posted, then closes the connection and ends the thread.</summary>
    public Task StopAsync()
    {
        lock (_gate)
        {
            _isStopped = true;
            Monitor.Pulse(_gate);
        }

        return _ended.Task;
    }

    private void Nudge()
    {
        lock (_gate)
        {
            Monitor.Pulse(_gate);
        }
    }

    private void Run()
    {
        while (TryTakeBatch())
        {
            if (_batch.Count > 0)
            {
                RunBatch();
                _batch.Clear();
            }

            if (_watch?.IsDue == true)
            {
                Look(_watch);
            }
        }

        try
        {
            _session?.Dispose();
            _ended.TrySetResult();
        }
        catch (Exception failure)
        {
            _ended.TrySetException(failure);
        }
    }

    /// <summary>Waits for work or for the time of a look, and takes what there is for one transaction.</summary>
    /// <returns>Whether to go on.</returns>
    private bool TryTakeBatch()
    {
        lock (_gate)
        {
            while (_works.Count == 0)
            {
                if (_isStopped)
                {
                    return false;
                }

                TimeSpan wait = _watch?.UntilDue ?? Timeout.InfiniteTimeSpan;
                if (wait == TimeSpan.Zero)
                {
                    return true;
                }

                Monitor.Wait(_gate, wait);
            }

            long bytes = 0;
            while (_batch.Count < MostWorks && bytes < MostBytes && _works.TryDequeue(out SqliteWork? next))
            {
                _batch.Add(next);
                bytes += next.Size;
            }

            return true;
        }
    }

    private void Look(SqliteWatch watch)
    {
        long? version = null;
        try
        {
            version = OpenSession().ReadDataVersion();
        }
        catch (Exception)
        {
            // The file may be there again later. Those who wait find out by what they do themselves.
        }

        watch.Looked(version);
    }

    private void RunBatch()
    {
        try
        {
            OpenSession();
        }
        catch (Exception failure)
        {
            // Not kept: the next work tries again.
            FailAll(_batch, failure, isUncertain: false);
            return;
        }

        // Reads see what was done before them, and run outside the transaction so that they hold nobody up.
        List<SqliteWork> writes = [];
        foreach (SqliteWork work in _batch)
        {
            if (work.Access == SqliteAccess.Read)
            {
                RunAlone(work);
            }
            else
            {
                writes.Add(work);
            }
        }

        if (writes.Count > 0 && !TryWrite(writes, isAlone: writes.Count == 1))
        {
            // One of them has spoilt it for all. Each alone: only that one fails.
            writes.ForEach(work => TryWrite([work], isAlone: true));
        }
    }

    private void RunAlone(SqliteWork work)
    {
        try
        {
            work.Run(OpenSession());
        }
        catch (Exception failure)
        {
            FailAll([work], failure, isUncertain: false);
            return;
        }

        End(work);
    }

    /// <summary>Does all in one transaction, or none.</summary>
    /// <returns>Whether all were told how it ended; if not, nothing was done, and each is to be tried alone.</returns>
    private bool TryWrite(List<SqliteWork> works, bool isAlone)
    {
        bool isCommitting = false;
        bool isDurable = works.Exists(static work => work.Access == SqliteAccess.WriteDurably);
        try
        {
            SqliteSession session = OpenSession();
            session.Begin(isDurable);
            foreach (SqliteWork work in works)
            {
                RunOrRefuse(work, session);
            }

            isCommitting = true;
            session.Commit();
        }
        catch (Exception failure)
        {
            // I5: an error of SQLite undoes the whole transaction, so that no work is half done.
            RollBack();
            if (!isAlone && !isCommitting && !SqliteFileException.IsBusy(failure))
            {
                return false;
            }

            FailAll(works, failure, isCommitting);
            return true;
        }

        works.ForEach(End);
        return true;
    }

    private static void RunOrRefuse(SqliteWork work, SqliteSession session)
    {
        work.Refusal = null;
        try
        {
            work.Run(session);
        }
        catch (BrokerException refusal)
        {
            work.Refusal = refusal;
        }
    }

    private SqliteSession OpenSession() => _session ??= OpenAnew();

    private SqliteSession OpenAnew()
    {
        SqliteSession session = new(SqliteSchema.Open(_options));

        // The counter of a new connection says nothing about that of the old one.
        _watch?.Forget();
        return session;
    }

    private void RollBack()
    {
        try
        {
            _session?.RollBack();
        }
        catch (Exception)
        {
            // A connection that does not even roll back is of no use. Closing it does; the next work opens another.
            _session?.Dispose();
            _session = null;
        }
    }

    private void FailAll(List<SqliteWork> works, Exception failure, bool isUncertain)
    {
        Exception told = failure is SqliteException or SqliteFileException or IOException or UnauthorizedAccessException
            ? SqliteFileException.Of(failure, _options.Path, isUncertain)
            : failure;
        works.ForEach(work => work.Fail(told));
    }

    private static void End(SqliteWork work)
    {
        if (work.Refusal is { } refusal)
        {
            work.Fail(refusal);
        }
        else
        {
            work.Complete();
        }
    }
}
