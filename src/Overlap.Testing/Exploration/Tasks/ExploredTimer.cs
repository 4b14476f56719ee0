namespace Overlap.Testing.Exploration.Tasks;

/// <summary>A timer of a run's clock; when it is due its callback is a step of the lane "clock".</summary>
internal sealed class ExploredTimer(ExploredTime time, TimerCallback callback, object? state) : ITimer, IThreadPoolWorkItem
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private TimeSpan _period = Timeout.InfiniteTimeSpan;
    private bool _isDisposed;

    // Queued to fire; a change or disposal before the step takes that back.
    private bool _isArmed;

    public long DueTicks { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(dueTime, TimeSpan.Zero);
        }

        if (_isDisposed)
        {
            return false;
        }

        _period = period == TimeSpan.Zero ? Timeout.InfiniteTimeSpan : period;
        _isArmed = dueTime != Timeout.InfiniteTimeSpan;
        time.Schedule(this, dueTime);
        return true;
    }

    public void Dispose()
    {
        _isDisposed = true;
        _isArmed = false;
        time.Remove(this);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    void IThreadPoolWorkItem.Execute()
    {
        // Set anew meanwhile: then it stands in the clock's list, or was queued a second time, for later.
        if (!_isArmed || time.GetTimestamp() < DueTicks)
        {
            return;
        }

        _isArmed = _period != Timeout.InfiniteTimeSpan;
        if (_isArmed)
        {
            time.Repeat(this, _period);
        }

        if (_context is null)
        {
            callback(state);
        }
        else
        {
            ExecutionContext.Run(_context, static self => ((ExploredTimer)self!).Call(), this);
        }
    }

    private void Call() => callback(state);
}
