namespace Overlap.Adaptation;

/// <summary>Keeps an adaptive limit for its owner: lets calls start, sees them end, makes samples of that and asks the controller.</summary>
/// <remarks>
/// Not thread-safe: its owner's gate guards it. It has no threads and no timers; when calls wait for a time, <see cref="WakeAfter"/> tells which.
/// </remarks>
internal sealed class LimitKeeper
{
    private static readonly TimeSpan BetweenReadings = TimeSpan.FromMilliseconds(100);

    // Of a stretch, the part in which calls must have waited for a place, and the part of the limit that must have been used.
    private const double SaturatedFrom = 0.8;

    private readonly TimeProvider _time;
    private readonly Func<MachineReading>? _read;
    private readonly Action<int, string>? _onChange;
    private readonly LimitController _controller;
    private readonly StartSchedule _schedule;
    private readonly long _startedAt;

    // The stretch that is being sampled.
    private long _from;
    private long _changedAt;
    private double _area;
    private long _waited;
    private long _ended;
    private long _failed;

    // A1: ends that still belong to the limit before; until they are over, nothing is sampled.
    private int _skipped;

    // A5: of a burst that was refused, the calls that started before the limit gave way: they say nothing about the new one.
    private int _oldBurst;

    private int _running;
    private bool _isWaiting;
    private int _limit;
    private string _reason = "";
    private MachineReading _machine;
    private double? _cpuShare;
    private long _readAt;

    /// <param name="bounds">Between what the limit moves.</param>
    /// <param name="time">The clock.</param>
    /// <param name="read">Reads the machine; may be <see langword="null"/>.</param>
    /// <param name="onChange">Told of each new limit and its reason, under the owner's gate; may be <see langword="null"/>.</param>
    public LimitKeeper(LimitBounds bounds, TimeProvider time, Func<MachineReading>? read = null, Action<int, string>? onChange = null)
    {
        _time = time;
        _read = read;
        _onChange = onChange;
        _controller = new LimitController(bounds);
        _startedAt = time.GetTimestamp();
        _schedule = new StartSchedule(time);
        _readAt = _startedAt;
        _machine = read?.Invoke() ?? default;
        Restart(_startedAt);
        Announce();
    }

    /// <summary>The calls that may run now.</summary>
    public int Limit => _limit;

    /// <summary>The calls that run.</summary>
    public int Running => _running;

    /// <summary>Whether one more call may start now.</summary>
    public bool MayStart => _running < _limit && _schedule.IsOpen;

    /// <summary>How long until the next call may start, if time is what keeps it; <see langword="null"/> if not.</summary>
    public TimeSpan? WakeAfter => _running >= _limit ? null : _schedule.WakeAfter;

    /// <summary>Tells how the limit stands and why.</summary>
    public LimitStatus Status => new()
    {
        Limit = _limit,
        Phase = _controller.Phase,
        Reason = _controller.Reason,
        StartsPerSecond = _controller.StartsPerSecond,
        Throughput = _controller.Throughput,
        Latency = _controller.Latency,
    };

    /// <summary>Notes that a call starts.</summary>
    public void Start()
    {
        long now = Integrate();
        _running++;
        _schedule.Start(now, 1);
    }

    /// <summary>Notes that a call has ended.</summary>
    /// <param name="ending">How; for one that was refused <see cref="Refuse"/> was called before.</param>
    public void End(CallEnding ending)
    {
        long now = Integrate();
        _running--;
        if (_oldBurst > 0)
        {
            _oldBurst--;
        }

        if (_skipped > 0)
        {
            if (--_skipped == 0)
            {
                Restart(now);
            }

            return;
        }

        _ended += ending is CallEnding.Succeeded or CallEnding.Failed ? 1 : 0;
        _failed += ending is CallEnding.Failed ? 1 : 0;

        if (_ended >= _controller.EndsWanted && ToTime(now - _from) >= _controller.TimeWanted)
        {
            Decide(now, refused: 0, retryAfter: null);
        }
    }

    /// <summary>Notes whether calls wait for a place.</summary>
    public void Wait(bool isWaiting)
    {
        if (isWaiting != _isWaiting)
        {
            _ = Integrate();
            _isWaiting = isWaiting;
        }
    }

    /// <summary>Notes that the other side refuses a call that still runs.</summary>
    /// <param name="retryAfter">How long it asked to be left alone, if it said so.</param>
    public void Refuse(TimeSpan? retryAfter)
    {
        if (_oldBurst > 0)
        {
            return;
        }

        long now = Integrate();
        Decide(now, refused: 1, retryAfter);
        _oldBurst = _running;
    }

    private void Decide(long now, long refused, TimeSpan? retryAfter)
    {
        Read(now);
        TimeSpan elapsed = ToTime(now - _from);
        double ticks = Math.Max(1, now - _from);
        double inFlight = _area / ticks;
        LimitSample sample = new()
        {
            At = ToTime(now - _startedAt),
            Elapsed = elapsed,
            Ended = _ended,
            Failed = _failed,
            Refused = refused,
            RetryAfter = retryAfter,
            InFlight = inFlight,
            IsSaturated = _waited >= ticks * SaturatedFrom && inFlight >= _limit * SaturatedFrom,
            CpuShare = _cpuShare,
            IsMemoryShort = _machine.IsMemoryShort,
        };
        _controller.Add(sample);
        _schedule.Set(now, _controller.Pause, _controller.StartsPerSecond);
        int before = _limit;
        Announce();

        // A1: a climb goes on at once: calls that start together are seen to end together, and a gain seen too small is looked at again.
        _skipped = _limit == before || (_limit > before && _controller.Phase == LimitPhase.Climbing) ? 0 : Math.Max(_running, _limit);
        Restart(now);
    }

    private void Announce()
    {
        if (_controller.Limit != _limit || !ReferenceEquals(_controller.Reason, _reason))
        {
            bool isNew = _controller.Limit != _limit;
            _limit = _controller.Limit;
            _reason = _controller.Reason;
            if (isNew)
            {
                _onChange?.Invoke(_limit, _reason);
            }
        }
    }

    private void Restart(long now) => (_from, _changedAt, _area, _waited, _ended, _failed) = (now, now, 0, 0, 0, 0);

    private long Integrate()
    {
        long now = _time.GetTimestamp();
        long passed = now - _changedAt;
        _area += (double)passed * _running;
        _waited += _isWaiting ? passed : 0;
        _changedAt = now;
        return now;
    }

    private void Read(long now)
    {
        TimeSpan since = ToTime(now - _readAt);
        if (_read is not null && since >= BetweenReadings)
        {
            MachineReading reading = _read();
            _cpuShare = (reading.Cpu - _machine.Cpu) / (since * Environment.ProcessorCount);
            _machine = reading;
            _readAt = now;
        }
    }

    private TimeSpan ToTime(long ticks) => TimeSpan.FromSeconds((double)ticks / _time.TimestampFrequency);
}
