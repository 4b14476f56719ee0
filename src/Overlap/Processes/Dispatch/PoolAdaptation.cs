using Overlap.Adaptation;
using Overlap.Timelines;

namespace Overlap.Processes.Dispatch;

/// <summary>Adapts the number of worker processes: sees calls end, asks the controller, and tells the pool how many there may be and when items may start.</summary>
/// <remarks>
/// How long items took the workers tell; together that is the mean number in flight. A process is dear to start: samples are longer than where a
/// worker is a number, and trials come less often. Thread-safe; its gate may be taken under the pool's, and under it nothing of the pool's is asked.
/// </remarks>
internal sealed class PoolAdaptation
{
    private const int RestBetweenTrials = 16;
    private const double SaturatedFrom = 0.8;

    private static readonly TimeSpan LeastLength = TimeSpan.FromMilliseconds(250);

    private readonly AdaptiveOptions _adaptive;
    private readonly TimelineRecorder? _recorder;
    private readonly Func<WorkersUse> _readWorkers;
    private readonly Func<long, MachineReading> _readMachine;
    private readonly LimitController _controller;
    private readonly StartSchedule _schedule;
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly Lock _gate = new();

    // Written under _gate; read without it by who only wants to know that nothing holds.
    private volatile bool _isHeld;
    private int _limit;

    // Guarded by _gate.
    private MachineReading _machine;
    private double? _cpuShare;
    private long _readAt;
    private long _from;
    private double _busySeconds;
    private long _ended;
    private long _failed;
    private long _saturated;
    private long _skipped;

    // Of a burst that was refused, the items that started before it gave way: they say nothing about what holds now.
    private long _oldBurst;

    /// <param name="adaptive">The settings.</param>
    /// <param name="recorder">Takes down each change; may be <see langword="null"/>.</param>
    /// <param name="readWorkers">Tells what the workers use; called without any gate of the adaptation's.</param>
    /// <param name="readMachine">Tells how the machine is, given the memory of the workers.</param>
    public PoolAdaptation(AdaptiveOptions adaptive, TimelineRecorder? recorder, Func<WorkersUse> readWorkers, Func<long, MachineReading> readMachine)
    {
        _adaptive = adaptive;
        _recorder = recorder;
        _readWorkers = readWorkers;
        _readMachine = readMachine;
        _time = adaptive.TimeProvider;
        LimitBounds bounds = BoundsOf(adaptive);
        _controller = new LimitController(bounds);
        _schedule = new StartSchedule(_time);
        _limit = bounds.Start;
        _startedAt = _time.GetTimestamp();
        _from = _startedAt;
        _readAt = _startedAt;
        _machine = readMachine(0);
        recorder?.NoteLimit(_limit, _controller.Reason);
    }

    /// <summary>The workers that there may be now.</summary>
    public int Limit => Volatile.Read(ref _limit);

    /// <summary>Whether an item may start now, as far as a pause or a pace is concerned.</summary>
    public bool MayStart
    {
        get
        {
            if (!_isHeld)
            {
                return true;
            }

            using Lock.Scope held = _gate.EnterScope();
            return _schedule.IsOpen;
        }
    }

    /// <summary>Whether starts are held to a pace: then items are not to be sent in bunches.</summary>
    public bool IsHeld => _isHeld;

    /// <summary>How long until the next item may start; <see langword="null"/> when one may now.</summary>
    public TimeSpan? WakeAfter
    {
        get
        {
            if (!_isHeld)
            {
                return null;
            }

            using Lock.Scope held = _gate.EnterScope();
            return _schedule.WakeAfter;
        }
    }

    public LimitStatus Status
    {
        get
        {
            using Lock.Scope held = _gate.EnterScope();
            return new LimitStatus
            {
                Limit = _limit,
                Phase = _controller.Phase,
                Reason = _controller.Reason,
                StartsPerSecond = _controller.StartsPerSecond,
                Throughput = _controller.Throughput,
                Latency = _controller.Latency,
            };
        }
    }

    public static LimitBounds BoundsOf(AdaptiveOptions adaptive) => LimitBounds.Of(adaptive, 2 * Environment.ProcessorCount) with { Rest = RestBetweenTrials };

    /// <summary>Notes that items are sent to a worker.</summary>
    public void Start(int items)
    {
        if (_isHeld)
        {
            using Lock.Scope held = _gate.EnterScope();
            _schedule.Start(_time.GetTimestamp(), items);
            _isHeld = _schedule.IsPaced;
        }
    }

    /// <summary>Notes that items have ended.</summary>
    /// <returns>Whether the limit has changed, or starts are held otherwise than before.</returns>
    public bool Add(in ItemsEnd end)
    {
        bool isRefusal = end.IsReported || (end.Failure is not null && IsRefusal(end.Failure));
        ReadWhenDue();
        using Lock.Scope held = _gate.EnterScope();
        long now = _time.GetTimestamp();
        bool isOld = _oldBurst > 0;
        _oldBurst = Math.Max(0, _oldBurst - end.Items);
        if (isRefusal && isOld)
        {
            return false;
        }

        if (_skipped > 0 && !isRefusal)
        {
            _skipped -= end.Items;
            if (_skipped <= 0)
            {
                Restart(now);
            }

            return false;
        }

        Count(end, isRefusal);
        TimeSpan elapsed = _time.GetElapsedTime(_from, now);
        if (!isRefusal && (_ended < _controller.EndsWanted || elapsed < LeastLength))
        {
            return false;
        }

        _controller.Add(SampleOf(now, elapsed, isRefusal, end.RetryAfter));
        return Apply(now, isRefusal, end.Open);
    }

    private void Count(in ItemsEnd end, bool isRefusal)
    {
        // Of items that came together one was refused; which of them, nobody told.
        int items = end.Items - (isRefusal ? 1 : 0);
        _busySeconds += end.Seconds;
        _saturated += end.Open > _limit ? items : 0;
        _ended += end.Status is SpanStatus.Canceled ? 0 : items;
        _failed += end.Status is SpanStatus.Failed ? items : 0;
    }

    private LimitSample SampleOf(long now, TimeSpan elapsed, bool isRefusal, TimeSpan? retryAfter)
    {
        // A worker that has the next item before it is done with the last is never without one: what its clock leaves out is the way between them.
        bool isSaturated = _saturated >= _ended * SaturatedFrom;
        return new LimitSample
        {
            At = _time.GetElapsedTime(_startedAt, now),
            Elapsed = elapsed,
            Ended = _ended,
            Failed = _failed,
            Refused = isRefusal ? 1 : 0,
            RetryAfter = retryAfter,
            InFlight = isSaturated ? _limit : elapsed > TimeSpan.Zero ? _busySeconds / elapsed.TotalSeconds : 0,
            IsSaturated = isSaturated,
            CpuShare = _cpuShare,
            IsMemoryShort = _machine.IsMemoryShort,
        };
    }

    private bool Apply(long now, bool isRefusal, long open)
    {
        bool wasHeld = _isHeld;
        _schedule.Set(now, _controller.Pause, _controller.StartsPerSecond);
        _isHeld = _schedule.IsPaced || !_schedule.IsOpen;
        int before = _limit;
        Volatile.Write(ref _limit, _controller.Limit);
        Restart(now);
        if (isRefusal)
        {
            _oldBurst = Math.Min(open, before);
        }

        if (_limit != before)
        {
            _skipped = Math.Max(before, _limit);
            _recorder?.NoteLimit(_limit, _controller.Reason);
        }

        return _limit != before || _isHeld != wasHeld || isRefusal;
    }

    private bool IsRefusal(Exception failure)
    {
        try
        {
            return _adaptive.IsOverload(failure);
        }
        catch (Exception)
        {
            // A question that fails has no answer; the call has its own failure to tell.
            return false;
        }
    }

    // Not under the gate: workers are read under the pool's, and who holds that asks for the status here.
    private void ReadWhenDue()
    {
        long now = _time.GetTimestamp();
        TimeSpan since;
        using (_gate.EnterScope())
        {
            since = _time.GetElapsedTime(_readAt, now);
            if (since < LeastLength)
            {
                return;
            }

            _readAt = now;
        }

        WorkersUse workers = _readWorkers();
        MachineReading reading = _readMachine(workers.Memory);
        reading = reading with { Cpu = reading.Cpu + workers.Cpu };
        using Lock.Scope held = _gate.EnterScope();
        _cpuShare = (reading.Cpu - _machine.Cpu) / (since * Environment.ProcessorCount);
        _machine = reading;
    }

    private void Restart(long now) => (_from, _busySeconds, _ended, _failed, _saturated, _skipped) = (now, 0, 0, 0, 0, 0);
}
