using System.Diagnostics;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Backends;

/// <summary>A result backend that keeps its documents in this process, for tests: the whole contract, and nothing outlives it.</summary>
/// <remarks>
/// Order: of the calls. Race: one short lock for each call. Memory: all documents until they expire; those that have are dropped when others are
/// stored. Cost: no server, no file.
/// </remarks>
[DebuggerDisplay("{Address,nq}")]
public sealed class InMemoryBackend : IResultBackend
{
    private readonly ResultWaits _waits = new();
    private readonly TimeProvider _clock;
    private readonly TimeSpan _expiry;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<string, (ResultDocument Document, DateTimeOffset Until)> _documents = new(StringComparer.Ordinal);
    private readonly Queue<(string TaskId, DateTimeOffset Until)> _expiring = new();
    private bool _isDisposed;

    /// <summary>Makes a backend without documents, with the settings that hold where nothing else is said.</summary>
    public InMemoryBackend()
        : this(new InMemoryBackendOptions())
    {
    }

    /// <summary>Makes a backend without documents.</summary>
    /// <param name="options">Its clock and its expiry.</param>
    public InMemoryBackend(InMemoryBackendOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _clock = options.TimeProvider;
        _expiry = options.Expiry;
    }

    /// <inheritdoc/>
    public string Address => "memory://";

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<bool>> StoreAsync(ReadOnlyMemory<ResultDocument> documents, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool[] stored = new bool[documents.Length];
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            DateTimeOffset now = _clock.GetUtcNow();
            DropExpiredLocked(now);
            for (int index = 0; index < stored.Length; index++)
            {
                stored[index] = StoreLocked(documents.Span[index], now + _expiry);
            }
        }

        return new ValueTask<IReadOnlyList<bool>>(stored);
    }

    /// <inheritdoc/>
    public ValueTask<ResultDocument?> ReadAsync(string taskId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return new ValueTask<ResultDocument?>(FindLocked(taskId));
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ResultDocument> WaitAsync(string taskId, Action<ResultDocument>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        cancellationToken.ThrowIfCancellationRequested();
        ResultWait wait = Begin(taskId);
        try
        {
            return await wait.WaitAsync(progress, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _waits.End(taskId, wait);
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> ForgetAsync(string taskId, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(taskId);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            DropExpiredLocked(_clock.GetUtcNow());
            return new ValueTask<bool>(_documents.Remove(taskId));
        }
    }

    /// <summary>Drops all documents; waits end with <see cref="ObjectDisposedException"/>.</summary>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _documents.Clear();
        }

        _waits.Close();
        return default;
    }

    private ResultWait Begin(string taskId)
    {
        // In one step with reading, so that what is there and what comes are told in their order, and nothing falls between.
        lock (_gate)
        {
            ResultDocument? document = FindLocked(taskId);
            ResultWait wait = _waits.Begin(taskId);
            if (document is not null)
            {
                wait.Tell(document);
            }

            return wait;
        }
    }

    private ResultDocument? FindLocked(string taskId)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return _documents.TryGetValue(taskId, out (ResultDocument Document, DateTimeOffset Until) kept) && kept.Until > _clock.GetUtcNow()
            ? kept.Document
            : null;
    }

    private bool StoreLocked(ResultDocument document, DateTimeOffset until)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (!document.IsReady && _documents.TryGetValue(document.TaskId, out (ResultDocument Document, DateTimeOffset Until) kept) && kept.Document.IsReady)
        {
            return false;
        }

        _documents[document.TaskId] = (document, until);
        _expiring.Enqueue((document.TaskId, until));

        // Under the gate, so that states are told in the order in which they were stored. No code of a waiter runs by it.
        _waits.Tell(document);
        return true;
    }

    private void DropExpiredLocked(DateTimeOffset now)
    {
        while (_expiring.TryPeek(out (string TaskId, DateTimeOffset Until) oldest) && oldest.Until <= now)
        {
            _expiring.Dequeue();
            if (_documents.TryGetValue(oldest.TaskId, out (ResultDocument Document, DateTimeOffset Until) kept) && kept.Until <= now)
            {
                _documents.Remove(oldest.TaskId);
            }
        }
    }
}
