namespace Overlap.Cli.Jobs.Fetch;

/// <summary>All the times that one item is held to, in one token: idle, attempt, item, and the end of the run. For one item at a time.</summary>
/// <remarks>One source and one timer for everything, used again for the next item: a linked source per limit would cost more than the request.</remarks>
internal sealed class ItemClock : IDisposable
{
    private readonly TransferOptions _options;
    private CancellationTokenSource _source;
    private CancellationTokenRegistration _run;
    private CancellationToken _runToken;
    private long _itemStartedAt;
    private long _attemptStartedAt;
    private Limit _limit;
    private bool _armed;

    public ItemClock(TransferOptions options)
    {
        _options = options;
        _source = NewSource();
    }

    /// <summary>Cancelled when the first of the limits has passed, or the run ends.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether the run was cancelled, not a limit passed.</summary>
    public bool IsRunCancelled => _runToken.IsCancellationRequested;

    /// <summary>Whether the item's own time is over.</summary>
    public bool IsItemOver => _options.MaxTime is { } maxTime && _options.TimeProvider.GetElapsedTime(_itemStartedAt) >= maxTime;

    /// <summary>Begins an item.</summary>
    public void Start(CancellationToken runToken)
    {
        _runToken = runToken;
        _itemStartedAt = _attemptStartedAt = _options.TimeProvider.GetTimestamp();
        _run = Connect();
    }

    /// <summary>Ends the item.</summary>
    /// <returns>Whether the clock can be used for another.</returns>
    public bool TryReset()
    {
        _run.Dispose();
        return _source.TryReset();
    }

    /// <summary>Begins an attempt: what passed before does not count against it.</summary>
    public void StartAttempt()
    {
        _attemptStartedAt = _options.TimeProvider.GetTimestamp();
        if (_source.IsCancellationRequested && !_runToken.IsCancellationRequested)
        {
            _run.Dispose();
            _source.Dispose();
            _source = NewSource();
            _run = Connect();
        }
    }

    /// <summary>Allows the server another idle time, within the limits of attempt and item.</summary>
    public void Arm()
    {
        TimeSpan least = _options.IdleTimeout;
        _limit = Limit.Idle;
        if (_options.AttemptTimeout is { } attempt)
        {
            Shorten(ref least, attempt - _options.TimeProvider.GetElapsedTime(_attemptStartedAt), Limit.Attempt);
        }

        if (_options.MaxTime is not null)
        {
            Shorten(ref least, Remaining(), Limit.Item);
        }

        _source.CancelAfter(least);
        _armed = true;
    }

    /// <summary>Only the item's own time counts now: we wait because we chose to.</summary>
    public void ArmForWait()
    {
        if (_options.MaxTime is not null)
        {
            TimeSpan least = Remaining();
            _limit = Limit.Item;
            _source.CancelAfter(least > TimeSpan.Zero ? least : TimeSpan.Zero);
            _armed = true;
        }
        else if (_armed)
        {
            _source.CancelAfter(Timeout.InfiniteTimeSpan);
            _armed = false;
        }
    }

    /// <summary>The time left for the item.</summary>
    public TimeSpan Remaining() => _options.MaxTime is { } maxTime
        ? maxTime - _options.TimeProvider.GetElapsedTime(_itemStartedAt)
        : TimeSpan.MaxValue;

    /// <summary>The failure that a limit's passing means.</summary>
    public FetchFailure ToFailure() => new(
        FailureKind.Timeout,
        _limit switch
        {
            Limit.Attempt => $"the attempt took longer than {Text(_options.AttemptTimeout!.Value)}",
            Limit.Item => $"the item took longer than {Text(_options.MaxTime!.Value)}",
            _ => $"no progress for {Text(_options.IdleTimeout)}",
        },
        CanRetry: _limit != Limit.Item);

    /// <inheritdoc/>
    public void Dispose()
    {
        _run.Dispose();
        _source.Dispose();
    }

    private void Shorten(ref TimeSpan least, TimeSpan left, Limit limit)
    {
        if (left < least)
        {
            least = left > TimeSpan.Zero ? left : TimeSpan.Zero;
            _limit = limit;
        }
    }

    private static string Text(TimeSpan time) => $"{time.TotalSeconds:0.###} s";

    private CancellationTokenSource NewSource() => new(Timeout.InfiniteTimeSpan, _options.TimeProvider);

    private CancellationTokenRegistration Connect() =>
        _runToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), _source);

    private enum Limit
    {
        Idle,
        Attempt,
        Item,
    }
}
