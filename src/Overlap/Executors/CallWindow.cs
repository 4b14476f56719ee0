namespace Overlap.Executors;

/// <summary>The calls of one enumeration that are pulled and not yet given to its consumer: fills itself from the source, settles at the end.</summary>
/// <remarks>
/// W1: a call belongs to the window from <see cref="Fill"/> to <see cref="Release"/>; there are never more than the window's size.
/// W2: when <see cref="DisposeAsync"/> has ended, every call has ended, the source is disposed and nothing of the window is left anywhere.
/// Used by one consumer; only the cancellation callback comes from elsewhere.
/// </remarks>
internal sealed class CallWindow<T, TResult> : IAsyncDisposable
{
    private const int LargestBatch = 32;

    private readonly ICallOwner _owner;
    private readonly Callable<T, TResult> _callable;
    private readonly ItemFeed<T> _feed;
    private readonly int _size;
    private readonly Action<MapCall<T, TResult>>? _onEnded;
    private readonly Action? _onCanceled;
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenRegistration _registration;
    private readonly CancellationTokenSource _stop;
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private readonly List<MapCall<T, TResult>> _calls = [];
    private readonly Stack<MapCall<T, TResult>> _free = new();
    private readonly MapCall<T, TResult>[] _batch = new MapCall<T, TResult>[LargestBatch];
    private long _pulled;
    private bool _stopped;

    // The call that the consumer waits for: a cancellation withdraws it if it has not started.
    private MapCall<T, TResult>? _awaited;

    // A wait that went on when the source answered first. A call's wait is started once, and the call is not used again before it has ended.
    private Task? _openWait;

    /// <summary>Opens a window.</summary>
    /// <param name="executor">Runs the calls.</param>
    /// <param name="source">The items.</param>
    /// <param name="callable">The function.</param>
    /// <param name="size">The most calls in the window.</param>
    /// <param name="onEnded">Told of each end, on the thread where it happens; may be <see langword="null"/>.</param>
    /// <param name="onCanceled">Told of a cancellation; by default the awaited call is withdrawn.</param>
    /// <param name="cancellationToken">The consumer's token.</param>
    public CallWindow(
        IExecutor executor,
        ItemSource<T> source,
        Callable<T, TResult> callable,
        int size,
        Action<MapCall<T, TResult>>? onEnded,
        Action? onCanceled,
        CancellationToken cancellationToken)
    {
        _owner = SubmittingOwner.Of(executor);
        _callable = callable;
        _size = size;
        _onEnded = onEnded;
        _onCanceled = onCanceled;
        _cancellationToken = cancellationToken;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _feed = new ItemFeed<T>(source, _stop.Token);
        _registration = cancellationToken.UnsafeRegister(static window => ((CallWindow<T, TResult>)window!).OnCanceled(), this);
    }

    /// <summary>The number of calls in the window.</summary>
    public int InFlight => _calls.Count - _free.Count;

    /// <summary>Whether the wait for a call is still open: it is ended by <see cref="WaitForAsync"/> before the call is released.</summary>
    public bool HasOpenWait => _openWait is not null;

    /// <summary>Whether the source has no more items.</summary>
    public bool IsExhausted => _feed.IsEnded;

    /// <summary>Pulls items while there is room and the source has them at once, and hands them to the executor.</summary>
    /// <param name="inOrder">Gets the new calls; may be <see langword="null"/>.</param>
    /// <param name="resultReady">
    /// Whether the consumer has something to do anyway: then a window that is nearly full is left so, and later filled in one go.
    /// </param>
    public void Fill(Queue<MapCall<T, TResult>>? inOrder, bool resultReady)
    {
        if (resultReady && InFlight > _size - (_size / 4))
        {
            return;
        }

        int batched = 0;
        while (InFlight < _size && _feed.TryPull(out T? item))
        {
            MapCall<T, TResult> call = Take();
            call.Reset(_pulled++, item);
            inOrder?.Enqueue(call);
            _batch[batched++] = call;

            // A batch saves a step for each item, but holds the first back until the last is pulled: it is as large as the workers
            // have other calls to do meanwhile.
            if (batched >= Math.Min(LargestBatch, 1 + ((InFlight - batched) / 4)))
            {
                Admit(batched);
                batched = 0;
            }
        }

        Admit(batched);
    }

    /// <summary>Gives a call that was read back to the window.</summary>
    public void Release(MapCall<T, TResult> call) => _free.Push(call);

    /// <summary>Waits for the end of a call, or for the source's next item where there is room for it.</summary>
    public async ValueTask WaitForAsync(MapCall<T, TResult> call)
    {
        // Suspending the consumer costs more than a short call: look a moment longer before that.
        SpinWait spinner = default;
        while (!call.IsEnded && !spinner.NextSpinWillYield)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
        }

        Volatile.Write(ref _awaited, call);
        if (_cancellationToken.IsCancellationRequested)
        {
            WithdrawAwaited();
        }

        if (_openWait is null && _feed.Pending is null)
        {
            await call.WaitAsync().ConfigureAwait(false);
            return;
        }

        _openWait ??= call.WaitAsync().AsTask();
        bool wantsItem = _feed.Pending is not null && InFlight < _size;
        await (wantsItem ? Task.WhenAny(_openWait, _feed.Pending!) : _openWait).ConfigureAwait(false);
        if (_openWait.IsCompleted)
        {
            _openWait = null;
        }
    }

    /// <summary>Waits for the source alone.</summary>
    public async ValueTask WaitForItemAsync()
    {
        if (_feed.Pending is { } pending)
        {
            await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The source's answer that is still to come, or <see langword="null"/>.</summary>
    public Task? PendingItem => _feed.Pending;

    /// <summary>What the source threw instead of its next item.</summary>
    public Exception? SourceFailure => _feed.Failure;

    /// <summary>Whether <see cref="StopAsync"/> was called.</summary>
    public bool IsStopped => _stopped;

    /// <summary>Cancels the token of what runs, and ends what has not started. The calls' ends are still told.</summary>
    public async ValueTask StopAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        foreach (MapCall<T, TResult> call in InUse())
        {
            if (!call.IsEnded && _owner.TryWithdraw(call))
            {
                call.CompleteCanceled();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await _registration.DisposeAsync().ConfigureAwait(false);
        if (_openWait is not null)
        {
            await _openWait.ConfigureAwait(false);
        }

        foreach (MapCall<T, TResult> call in InUse())
        {
            if (!call.IsEnded)
            {
                await call.WaitAsync().ConfigureAwait(false);
            }
        }

        await _feed.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private List<MapCall<T, TResult>> InUse()
    {
        HashSet<MapCall<T, TResult>> free = [.. _free];
        return _calls.FindAll(call => !free.Contains(call));
    }

    private MapCall<T, TResult> Take()
    {
        if (!_free.TryPop(out MapCall<T, TResult>? call))
        {
            call = new MapCall<T, TResult>(_callable, _context, _onEnded, _stop.Token);
            _calls.Add(call);
        }

        return call;
    }

    private void Admit(int count)
    {
        if (count == 0)
        {
            return;
        }

        ReadOnlySpan<MapCall<T, TResult>> calls = _batch.AsSpan(0, count);
        int admitted = _owner.Admit(ReadOnlySpan<Call>.CastUp(calls), out Exception? refusal);
        for (int i = admitted; i < count; i++)
        {
            // A refusal is the failure of that item, at its place.
            _batch[i].CompleteRefused(refusal!);
        }
    }

    private void OnCanceled()
    {
        if (_onCanceled is null)
        {
            WithdrawAwaited();
        }
        else
        {
            _onCanceled();
        }
    }

    private void WithdrawAwaited()
    {
        MapCall<T, TResult>? call = Volatile.Read(ref _awaited);
        if (call is not null && _owner.TryWithdraw(call))
        {
            call.CompleteCanceled();
        }
    }
}
