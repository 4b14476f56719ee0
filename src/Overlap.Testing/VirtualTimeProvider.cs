using System.Diagnostics;

namespace Overlap.Testing;

/// <summary>A clock that stands still until a test moves it.</summary>
/// <remarks>
/// Order: timers fire in the order of their due time; those due at the same time fire in the order in which they were set.
/// While a callback runs, the clock shows the time at which its timer was due.
/// Race: callbacks run one after the other on the thread that moves the clock, and never under a lock of the provider, so a callback may
/// set, change and dispose timers and even move the clock itself. Every member may be called from any thread.
/// Memory: what was written before a timer was set is visible to its callback.
/// Cost: a timer that is set stays alive until it fired or is disposed, also when nobody else refers to it.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed class VirtualTimeProvider : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly SortedSet<VirtualTimer> _pending = new(VirtualTimer.ByDueTime);   // Guarded by _gate.
    private readonly long _startTicks;
    private readonly TimeSpan? _autoJumpAfter;
    private readonly ITimer? _quiet;
    private TaskCompletionSource _timerSet = NewSignal();                               // Guarded by _gate.
    private long _sequence;                                                             // Guarded by _gate.
    private long _nowTicks;                                                             // Written under _gate, read anywhere.

    /// <summary>Makes a clock that starts at midnight of 1 January 2000, UTC.</summary>
    public VirtualTimeProvider()
        : this(new VirtualTimeOptions())
    {
    }

    /// <summary>Makes a clock.</summary>
    /// <param name="options">Where it starts and whether it moves by itself.</param>
    public VirtualTimeProvider(VirtualTimeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _startTicks = options.Start.UtcTicks;
        _nowTicks = _startTicks;
        _autoJumpAfter = options.AutoJumpAfter;
        _quiet = _autoJumpAfter is null
            ? null
            : System.CreateTimer(
                static self => ((VirtualTimeProvider)self!).AdvanceToNextTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The virtual time that has passed since the clock was made.</summary>
    public TimeSpan Elapsed => new(Volatile.Read(ref _nowTicks) - _startTicks);

    /// <summary>The timers that wait, the next one first.</summary>
    public IReadOnlyList<PendingTimer> PendingTimers
    {
        get
        {
            lock (_gate)
            {
                return [.. _pending.Select(static timer => timer.ToPending())];
            }
        }
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>UTC: a test must not depend on where it runs.</summary>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    private string DebuggerText => $"{GetUtcNow():O}, {_pending.Count} timers";

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(Volatile.Read(ref _nowTicks), TimeSpan.Zero);

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _nowTicks);

    /// <summary>Makes a timer of virtual time; its rules are those of the system's timers.</summary>
    /// <param name="callback">Called when the timer fires, with the execution context of this call.</param>
    /// <param name="state">Handed to <paramref name="callback"/>.</param>
    /// <param name="dueTime">The time to the first firing; zero fires at once, on the pool; infinite never fires.</param>
    /// <param name="period">The time between later firings; zero or infinite fires once.</param>
    /// <exception cref="ArgumentOutOfRangeException">A time is negative and not infinite, or beyond 4,294,967,294 ms.</exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock and fires the timers that fall due on the way.</summary>
    /// <param name="time">How far, from the time at the call; zero fires what is due now.</param>
    /// <remarks>
    /// An exception that a callback throws comes out here, with the clock at that timer's due time; the timers behind it fire with the next
    /// move.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="time"/> is negative.</exception>
    public void Advance(TimeSpan time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        AdvanceTo(Volatile.Read(ref _nowTicks) + time.Ticks);
    }

    /// <summary>Moves the clock to the next timer and fires all that are due then.</summary>
    /// <returns>Whether a timer was waiting.</returns>
    public bool AdvanceToNextTimer()
    {
        long dueTicks;
        lock (_gate)
        {
            if (_pending.Min is not { } next)
            {
                return false;
            }

            dueTicks = next.DueTicks;
        }

        AdvanceTo(dueTicks);
        return true;
    }

    /// <summary>Waits until a timer is set, then moves the clock to the next timer and fires all that are due then.</summary>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <returns>How far the clock moved.</returns>
    /// <exception cref="OperationCanceledException">No timer was set before <paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<TimeSpan> AdvanceToNextTimerAsync(CancellationToken cancellationToken = default)
    {
        TimeSpan before = Elapsed;
        do
        {
            await WaitForTimersAsync(1, cancellationToken).ConfigureAwait(false);
        }
        while (!AdvanceToNextTimer());

        return Elapsed - before;
    }

    /// <summary>Waits until timers are set: the code under test has come to its delay.</summary>
    /// <param name="count">How many must wait at the same time, at least 1.</param>
    /// <param name="cancellationToken">Gives up the wait.</param>
    /// <exception cref="OperationCanceledException">Fewer timers were set before <paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task WaitForTimersAsync(int count, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        while (true)
        {
            Task timerSet;
            lock (_gate)
            {
                if (_pending.Count >= count)
                {
                    return;
                }

                timerSet = _timerSet.Task;
            }

            await timerSet.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Sets, moves or stops a timer; the caller has checked the times.</summary>
    internal bool Schedule(VirtualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            if (timer.IsDisposed)
            {
                return false;
            }

            _pending.Remove(timer);
            timer.Period = period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : period;
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                AddLocked(timer, _nowTicks + dueTime.Ticks);
            }

            WatchQuietLocked();
        }

        if (dueTime == TimeSpan.Zero)
        {
            // Not on the caller's thread: a system timer never calls back from inside Change, and the caller may hold a lock.
            ThreadPool.UnsafeQueueUserWorkItem(static self => self.Advance(TimeSpan.Zero), this, preferLocal: false);
        }

        return true;
    }

    internal void Dispose(VirtualTimer timer)
    {
        lock (_gate)
        {
            timer.IsDisposed = true;
            _pending.Remove(timer);
            WatchQuietLocked();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void AdvanceTo(long targetTicks)
    {
        while (TakeDue(targetTicks) is { } timer)
        {
            timer.Fire();
        }
    }

    /// <summary>Takes the next timer due by the target and sets the clock to it, or sets the clock to the target.</summary>
    private VirtualTimer? TakeDue(long targetTicks)
    {
        lock (_gate)
        {
            VirtualTimer? timer = _pending.Min;
            bool isDue = timer is not null && timer.DueTicks <= targetTicks;

            // The clock never goes back: a callback or another thread may have moved it further meanwhile.
            Volatile.Write(ref _nowTicks, Math.Max(_nowTicks, isDue ? timer!.DueTicks : targetTicks));
            if (!isDue)
            {
                return null;
            }

            _pending.Remove(timer!);
            timer!.Begin();
            if (timer.Period != Timeout.InfiniteTimeSpan)
            {
                AddLocked(timer, timer.DueTicks + timer.Period.Ticks);
            }

            WatchQuietLocked();
            return timer;
        }
    }

    private void AddLocked(VirtualTimer timer, long dueTicks)
    {
        timer.DueTicks = dueTicks;
        timer.Sequence = _sequence++;
        _pending.Add(timer);
        _timerSet.TrySetResult();
        _timerSet = NewSignal();
    }

    private void WatchQuietLocked() =>
        _quiet?.Change(_pending.Count == 0 ? Timeout.InfiniteTimeSpan : _autoJumpAfter!.Value, Timeout.InfiniteTimeSpan);
}
