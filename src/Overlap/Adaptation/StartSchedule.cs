namespace Overlap.Adaptation;

/// <summary>When the next call may start: not in a pause, and not ahead of a pace.</summary>
/// <remarks>Not thread-safe: its owner's gate guards it. It sets no timers; <see cref="WakeAfter"/> tells its owner when to look again.</remarks>
internal sealed class StartSchedule(TimeProvider time)
{
    // Starts that come late by less than this are made good: timers are.
    private static readonly TimeSpan Lateness = TimeSpan.FromMilliseconds(20);

    private readonly long _lateness = ToTicks(Lateness, time);
    private long _notBefore = long.MinValue;
    private double? _perSecond;

    /// <summary>Whether a call may start now, as far as time is concerned.</summary>
    public bool IsOpen => _notBefore == long.MinValue || time.GetTimestamp() >= _notBefore;

    /// <summary>Whether starts are held to a pace.</summary>
    public bool IsPaced => _perSecond is not null;

    /// <summary>How long until the next call may start; <see langword="null"/> when it may now.</summary>
    public TimeSpan? WakeAfter
    {
        get
        {
            long left = _notBefore == long.MinValue ? 0 : _notBefore - time.GetTimestamp();
            return left > 0 ? TimeSpan.FromMilliseconds(Math.Ceiling(left * 1_000.0 / time.TimestampFrequency)) : null;
        }
    }

    /// <summary>Takes over what the controller has decided.</summary>
    /// <param name="now">The end of the last sample.</param>
    /// <param name="pause">How long from then nothing may start.</param>
    /// <param name="perSecond">The starts in a second from then on; <see langword="null"/> for no limit.</param>
    public void Set(long now, TimeSpan pause, double? perSecond)
    {
        _perSecond = perSecond;
        if (pause > TimeSpan.Zero)
        {
            _notBefore = Math.Max(_notBefore, now + ToTicks(pause, time));
        }
        else if (perSecond is null && _notBefore <= now)
        {
            _notBefore = long.MinValue;
        }
    }

    /// <summary>Notes that calls start.</summary>
    public void Start(long now, int calls)
    {
        if (_notBefore == long.MinValue)
        {
            return;
        }

        if (_perSecond is { } pace)
        {
            long from = now - _notBefore < _lateness ? _notBefore : now;
            _notBefore = from + (long)(calls * time.TimestampFrequency / pace);
        }
        else if (now >= _notBefore)
        {
            // Who came just before the pause does not end it.
            _notBefore = long.MinValue;
        }
    }

    private static long ToTicks(TimeSpan span, TimeProvider time) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
