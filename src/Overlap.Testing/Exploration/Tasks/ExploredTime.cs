namespace Overlap.Testing.Exploration.Tasks;

/// <summary>The clock of one run: stands still while anything can run, then jumps to the next timer.</summary>
/// <remarks>Timers due at the same time become steps at the same time, and which fires first is a choice. A timer due at once is a step at once.</remarks>
internal sealed class ExploredTime(TaskMode mode) : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<ExploredTimer> _timers = [];
    private long _ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => Start.AddTicks(_ticks);

    public override long GetTimestamp() => _ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        ExploredTimer timer = new(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Reset()
    {
        _timers.Clear();
        _ticks = 0;
    }

    /// <summary>Moves the clock to the next timer and makes steps of all that are due then.</summary>
    /// <returns>Whether there was one.</returns>
    public bool FireNext()
    {
        if (_timers.Count == 0)
        {
            return false;
        }

        _ticks = Math.Max(_ticks, _timers.Min(static timer => timer.DueTicks));
        foreach (ExploredTimer timer in _timers.Where(timer => timer.DueTicks <= _ticks).ToArray())
        {
            _timers.Remove(timer);
            mode.EnqueueTimer(timer);
        }

        return true;
    }

    public void Schedule(ExploredTimer timer, TimeSpan dueTime)
    {
        mode.ThrowIfElsewhere();
        _timers.Remove(timer);
        if (dueTime == TimeSpan.Zero)
        {
            timer.DueTicks = _ticks;
            mode.EnqueueTimer(timer);
        }
        else if (dueTime != Timeout.InfiniteTimeSpan)
        {
            timer.DueTicks = _ticks + dueTime.Ticks;
            _timers.Add(timer);
        }
    }

    /// <summary>Sets a timer that fires periodically again.</summary>
    public void Repeat(ExploredTimer timer, TimeSpan period)
    {
        timer.DueTicks += period.Ticks;
        _timers.Add(timer);
    }

    public void Remove(ExploredTimer timer) => _timers.Remove(timer);
}
