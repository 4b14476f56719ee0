using System.Diagnostics;
using System.Threading.RateLimiting;
using Overlap.Waiting;

namespace Overlap.Adaptation;

/// <summary>Limits how much of something runs at the same time to what it bears, and finds that number by itself.</summary>
/// <remarks>
/// A <see cref="RateLimiter"/> like <see cref="ConcurrencyLimiter"/>, but the number of permits adapts itself: it climbs while throughput rises
/// by more than the noise, and gives way to overload and failures. Leases that are disposed without a word count as work that succeeded.
/// </remarks>
[DebuggerDisplay("AdaptiveLimiter, {_keeper.Running} of {_keeper.Limit} permits, {_waiters.Count} waiting")]
public sealed class AdaptiveLimiter : RateLimiter
{
    private const int MostByDefault = 1_024;

    private static readonly AdaptiveLease QueueFull = new("The queue is full.");
    private static readonly AdaptiveLease AllTaken = new("All permits are taken.");
    private static readonly AdaptiveLease GoneWithIt = new("The limiter was disposed.");

    private readonly AdaptiveLimiterOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly int _most;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly LimitKeeper _keeper;
    private IntrusiveQueue<Waiter> _waiters;
    private int _waitingPermits;
    private long _given;
    private long _refused;
    private long _idleSince;
    private bool _isArmed;
    private bool _isDisposed;

    /// <summary>Makes a limiter.</summary>
    /// <param name="options">The settings; the default ones if there are none.</param>
    public AdaptiveLimiter(AdaptiveLimiterOptions? options = null)
        : this(options, options?.OtherMemory is { } others ? () => MachineReader.Read(others()) : MachineReader.Read)
    {
    }

    internal AdaptiveLimiter(AdaptiveLimiterOptions? options, Func<MachineReading>? read)
    {
        _options = options ?? new AdaptiveLimiterOptions();
        _time = _options.Adaptive.TimeProvider;
        LimitBounds bounds = LimitBounds.Of(_options.Adaptive, MostByDefault);
        _most = bounds.Most;
        _keeper = new LimitKeeper(bounds, _time, read, _options.Recorder is null ? null : _options.Recorder.NoteLimit);
        _idleSince = _time.GetTimestamp();
        _timer = _time.CreateTimer(static limiter => ((AdaptiveLimiter)limiter!).OnTime(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <inheritdoc/>
    public override TimeSpan? IdleDuration
    {
        get
        {
            using Lock.Scope held = _gate.EnterScope();
            return _keeper.Running > 0 || _waiters.Count > 0 ? null : _time.GetElapsedTime(_idleSince);
        }
    }

    /// <inheritdoc/>
    public override RateLimiterStatistics GetStatistics()
    {
        using Lock.Scope held = _gate.EnterScope();
        return new RateLimiterStatistics
        {
            CurrentAvailablePermits = Math.Max(0, _keeper.Limit - _keeper.Running),
            CurrentQueuedCount = _waitingPermits,
            TotalFailedLeases = _refused,
            TotalSuccessfulLeases = _given,
        };
    }

    /// <summary>Tells how many permits there are now, and why.</summary>
    public LimitStatus GetStatus()
    {
        using Lock.Scope held = _gate.EnterScope();
        return _keeper.Status;
    }

    /// <summary>Waits for a permit and takes it.</summary>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over a free permit.</param>
    /// <returns>A lease; disposing it returns the permit, once. It is not acquired if the queue was full or the limiter was disposed meanwhile.</returns>
    /// <remarks>
    /// Order: first come, first served; a newcomer never overtakes a waiter.
    /// Race: if a return and a cancellation meet, exactly one wins and no permit is lost.
    /// Memory: what the last owner wrote before returning is visible to the next owner.
    /// Cost: a lease, and one node per waiter. A gate is taken at both ends, and the clock is read.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; no permit is held.</exception>
    /// <exception cref="ObjectDisposedException">The limiter was disposed before.</exception>
    public async ValueTask<AdaptiveLease> EnterAsync(CancellationToken cancellationToken = default) =>
        (AdaptiveLease)await AcquireAsync(1, cancellationToken).ConfigureAwait(false);

    /// <summary>Gives permits back.</summary>
    internal void Return(int permits, CallEnding ending)
    {
        using Lock.Scope held = _gate.EnterScope();
        for (int i = 0; i < permits; i++)
        {
            _keeper.End(ending);
        }

        LetInLocked();
        if (_keeper.Running == 0)
        {
            _idleSince = _time.GetTimestamp();
        }
    }

    /// <summary>Notes that the other side refused.</summary>
    internal void Refuse(TimeSpan? retryAfter)
    {
        using Lock.Scope held = _gate.EnterScope();
        _keeper.Refuse(retryAfter);
        LetInLocked();
    }

    /// <inheritdoc/>
    protected override RateLimitLease AttemptAcquireCore(int permitCount)
    {
        Check(permitCount);
        using Lock.Scope held = _gate.EnterScope();
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_waiters.Count == 0 && MayTakeLocked(permitCount))
        {
            return TakeLocked(permitCount);
        }

        _refused++;
        return AllTaken;
    }

    /// <inheritdoc/>
    protected override ValueTask<RateLimitLease> AcquireAsyncCore(int permitCount, CancellationToken cancellationToken)
    {
        Check(permitCount);
        Waiter waiter;
        using (_gate.EnterScope())
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_waiters.Count == 0 && MayTakeLocked(permitCount))
            {
                return new ValueTask<RateLimitLease>(TakeLocked(permitCount));
            }

            if (permitCount > _options.QueueLimit - _waitingPermits)
            {
                _refused++;
                return new ValueTask<RateLimitLease>(QueueFull);
            }

            waiter = new Waiter(permitCount);
            _waiters.Enqueue(waiter);
            _waitingPermits += permitCount;
            NoteWaitersLocked();
        }

        return new ValueTask<RateLimitLease>(WaitAsync(waiter, cancellationToken));
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        using (_gate.EnterScope())
        {
            _isDisposed = true;
            while (_waiters.TryDequeue(out Waiter? waiter))
            {
                _refused++;
                waiter.Future.SetResult(GoneWithIt);
            }

            _waitingPermits = 0;
            _timer.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    protected override ValueTask DisposeAsyncCore()
    {
        Dispose(disposing: true);
        return base.DisposeAsyncCore();
    }

    private async Task<RateLimitLease> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                (AdaptiveLimiter limiter, Waiter waiter) = ((AdaptiveLimiter, Waiter))state!;
                limiter.GiveUp(waiter, token);
            },
            (this, waiter));
        return await waiter.Future.Task.ConfigureAwait(false);
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellationToken)
    {
        using Lock.Scope held = _gate.EnterScope();
        if (_waiters.TryRemove(waiter))
        {
            _waitingPermits -= waiter.Permits;
            _refused++;
            waiter.Future.SetCanceled(cancellationToken);

            // Behind one who wanted many, one who wants few may have waited for nothing else.
            LetInLocked();
        }
    }

    private void Check(int permitCount)
    {
        if (permitCount > _most)
        {
            throw new ArgumentOutOfRangeException(nameof(permitCount), permitCount, $"At most {_most} permits can ever be there.");
        }
    }

    // Who wants more than there are now gets them when nobody else has any: the number could stay where it is for good.
    private bool MayTakeLocked(int permits) =>
        _keeper.MayStart && (_keeper.Running == 0 || permits <= _keeper.Limit - _keeper.Running);

    private AdaptiveLease TakeLocked(int permits)
    {
        for (int i = 0; i < permits; i++)
        {
            _keeper.Start();
        }

        _given++;
        return new AdaptiveLease(this, permits);
    }

    private void LetInLocked()
    {
        while (_waiters.First is { } first && MayTakeLocked(first.Permits))
        {
            _ = _waiters.TryDequeue(out _);
            _waitingPermits -= first.Permits;
            first.Future.SetResult(TakeLocked(first.Permits));
        }

        NoteWaitersLocked();
    }

    private void NoteWaitersLocked()
    {
        _keeper.Wait(_waiters.Count > 0);
        if (_waiters.Count > 0 && !_isArmed && !_isDisposed && _keeper.WakeAfter is { } wait)
        {
            _isArmed = true;
            _ = _timer.Change(wait, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTime()
    {
        using Lock.Scope held = _gate.EnterScope();
        _isArmed = false;
        LetInLocked();
    }

    private sealed class Waiter(int permits) : IntrusiveQueue<Waiter>.Node
    {
        public int Permits { get; } = permits;

        // Under the gate no continuation runs.
        public TaskCompletionSource<RateLimitLease> Future { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
