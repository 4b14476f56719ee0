namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Reads items while telling whether the next one is there already. For one reader.</summary>
internal sealed class LookAheadReader : IAsyncDisposable
{
    private readonly CancellationTokenSource _abandoned;
    private readonly IAsyncEnumerator<FetchItem> _items;
    private Task<bool>? _pending;

    public LookAheadReader(IAsyncEnumerable<FetchItem> source, CancellationToken cancellationToken)
    {
        _abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _items = source.GetAsyncEnumerator(_abandoned.Token);
    }

    /// <summary>Whether the source has not ended yet, as far as is known.</summary>
    public bool HasMore { get; private set; } = true;

    /// <summary>Whether <see cref="ReadAsync"/> would give its answer at once. Starts the next read when none runs.</summary>
    public bool IsReady
    {
        get
        {
            if (_pending is null)
            {
                ValueTask<bool> next = _items.MoveNextAsync();
                _pending = !next.IsCompletedSuccessfully ? next.AsTask() : next.Result ? True : False;
            }

            return _pending.IsCompleted;
        }
    }

    private static Task<bool> True { get; } = Task.FromResult(true);

    private static Task<bool> False { get; } = Task.FromResult(false);

    /// <summary>Gives the next item, or <see langword="null"/> at the end.</summary>
    public async ValueTask<FetchItem?> ReadAsync()
    {
        _ = IsReady;
        Task<bool> pending = _pending!;
        HasMore = await pending;
        _pending = null;
        return HasMore ? _items.Current : null;
    }

    /// <summary>Takes back a read that waits, so that the source can be disposed.</summary>
    public async ValueTask DisposeAsync()
    {
        await _abandoned.CancelAsync();
        if (_pending is not null)
        {
            await _pending.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }

        await _items.DisposeAsync();
        _abandoned.Dispose();
    }
}
