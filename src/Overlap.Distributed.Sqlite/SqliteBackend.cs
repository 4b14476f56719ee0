using System.Diagnostics;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Sqlite;

/// <summary>A result backend in a file, which may be that of a <see cref="SqliteBroker"/>.</summary>
/// <remarks>
/// Order: of the calls. Race: SQLite lets one write at a time, so of two documents of one call one is the last. Memory: who waits.
/// Cost: a document that ends a call is on the disk before the storing ends, with one wait for the disk for all of that time; one of a state
/// between waits for no disk. Who waits in this process is told at once; in another it sees the end within 2 to 20 ms.
/// </remarks>
[DebuggerDisplay("{Address,nq}")]
public sealed class SqliteBackend : IResultBackend
{
    private const long CleaningMilliseconds = 60_000;

    private readonly SqliteOptions _options;
    private readonly SqliteStore _store;
    private readonly CancellationTokenSource _disposed = new();
    private long _cleanAt;      // Owned by the writer's thread.
    private int _isDisposed;

    /// <summary>Makes a backend. The file is opened with the first use.</summary>
    /// <param name="options">The file, and how it is used.</param>
    public SqliteBackend(SqliteOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _store = SqliteStore.Enter(options);
    }

    /// <inheritdoc/>
    public string Address => $"sqlite:///{_options.Path}";

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<bool>> StoreAsync(ReadOnlyMemory<ResultDocument> documents, CancellationToken cancellationToken = default)
    {
        Check(cancellationToken);
        ResultDocument[] copied = documents.ToArray();
        Task<long?[]> storing = _store.WriteAsync(
            isDurable: Array.Exists(copied, static document => document.IsReady),
            (session, _) =>
            {
                long?[] versions = Store(session, copied);
                SqliteFaultPoints.StoreWritten.Reach();
                return versions;
            },
            versions => Tell(copied, versions));
        long?[] stored = await AskAsync(storing).WaitAsync(cancellationToken).ConfigureAwait(false);
        SqliteFaultPoints.Stored.Reach();
        return Array.ConvertAll(stored, static version => version is not null);
    }

    /// <inheritdoc/>
    public async ValueTask<ResultDocument?> ReadAsync(string taskId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        Check(cancellationToken);
        (long Version, byte[] Raw)? found = await AskAsync(_store.ReadAsync(
            session => SqliteResults.Find(session, taskId, _store.Now))).ConfigureAwait(false);
        return found is { } row ? ResultCodec.Read(row.Raw, _options.Limits) : null;
    }

    /// <inheritdoc/>
    public async ValueTask<ResultDocument> WaitAsync(string taskId, Action<ResultDocument>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        Check(cancellationToken);
        using CancellationTokenSource ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposed.Token);
        using SqliteResultWaits.Entry wait = _store.Results.Begin(taskId, _options.Limits);
        try
        {
            // After the wait has begun, so that nothing falls between; a version is told once.
            (long Version, byte[] Raw)? found = await AskAsync(_store.ReadAsync(
                session => _store.Results.ReadFirst(session, taskId))).ConfigureAwait(false);
            if (found is { } row)
            {
                wait.Tell(ResultCodec.Read(row.Raw, _options.Limits), row.Version);
            }

            return await wait.WaitAsync(progress, ends.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && _disposed.IsCancellationRequested)
        {
            throw new ObjectDisposedException(nameof(SqliteBackend));
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ForgetAsync(string taskId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        Check(cancellationToken);
        return await AskAsync(_store.WriteAsync(
            isDurable: true,
            (session, _) => session.Execute("DELETE FROM overlap_result WHERE task_id=$1", taskId) > 0)).ConfigureAwait(false);
    }

    /// <summary>Ends the waits with <see cref="ObjectDisposedException"/>, and closes the file when nobody else of this process uses it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _disposed.CancelAsync().ConfigureAwait(false);
        await _store.LeaveAsync().ConfigureAwait(false);
    }

    private static async Task<T> AskAsync<T>(Task<T> answer)
    {
        try
        {
            return await answer.ConfigureAwait(false);
        }
        catch (SqliteFileException failure)
        {
            throw failure.ForBackend();
        }
    }

    private void Check(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);
    }

    private long?[] Store(SqliteSession session, ResultDocument[] documents)
    {
        long now = _store.Now;
        if (now >= _cleanAt)
        {
            _cleanAt = now + CleaningMilliseconds;
            SqliteResults.DropExpired(session, now);
        }

        return Array.ConvertAll(documents, document => SqliteResults.Store(session, document, now, _options.ResultExpiry));
    }

    private void Tell(ResultDocument[] documents, long?[] versions)
    {
        for (int index = 0; index < documents.Length; index++)
        {
            if (versions[index] is { } version)
            {
                _store.Results.Tell(documents[index], version);
            }
        }

        _store.Watch.Expect();
    }
}
