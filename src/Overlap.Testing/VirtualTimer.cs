using System.Diagnostics;

namespace Overlap.Testing;

/// <summary>A timer of virtual time. The provider owns its place in the queue; the timer owns the call.</summary>
[DebuggerDisplay("{ToPending(),nq}")]
internal sealed class VirtualTimer : ITimer
{
    private const long MaxMilliseconds = uint.MaxValue - 1L;

    private readonly VirtualTimeProvider _provider;
    private readonly TimerCallback _callback;
    private readonly object? _state;
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _holds = 1;   // One for the timer itself until it is disposed, one for each callback that runs.
    private int _disposed;

    public VirtualTimer(VirtualTimeProvider provider, TimerCallback callback, object? state)
    {
        _provider = provider;
        _callback = callback;
        _state = state;
    }

    public static IComparer<VirtualTimer> ByDueTime { get; } = Comparer<VirtualTimer>.Create(static (x, y) =>
        x.DueTicks != y.DueTicks ? x.DueTicks.CompareTo(y.DueTicks) : x.Sequence.CompareTo(y.Sequence));

    // Guarded by the provider's gate; the first two only change while the timer is not in the queue.
    public long DueTicks { get; set; }

    public long Sequence { get; set; } = -1;

    public TimeSpan Period { get; set; }

    public bool IsDisposed { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        ThrowIfNotTimerTime(dueTime, nameof(dueTime));
        ThrowIfNotTimerTime(period, nameof(period));
        return _provider.Schedule(this, dueTime, period);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            _provider.Dispose(this);
            End();
        }
    }

    /// <summary>Stops the timer; completes when no callback of it runs any more.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return new ValueTask(_ended.Task);
    }

    /// <summary>Counts a call that is about to run; under the provider's gate, so that a later disposal waits for it.</summary>
    public void Begin() => Interlocked.Increment(ref _holds);

    public void Fire()
    {
        try
        {
            if (_context is null)
            {
                _callback(_state);
            }
            else
            {
                ExecutionContext.Run(_context, static self => ((VirtualTimer)self!)._callback(((VirtualTimer)self)._state), this);
            }
        }
        finally
        {
            End();
        }
    }

    public PendingTimer ToPending() =>
        new(new DateTimeOffset(DueTicks, TimeSpan.Zero), Period, $"{_callback.Method.DeclaringType?.Name}.{_callback.Method.Name}");

    private static void ThrowIfNotTimerTime(TimeSpan time, string name)
    {
        if (time != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero, name);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(time, TimeSpan.FromMilliseconds(MaxMilliseconds), name);
        }
    }

    private void End()
    {
        if (Interlocked.Decrement(ref _holds) == 0)
        {
            _ended.TrySetResult();
        }
    }
}
