using Overlap.Adaptation;
using Overlap.Timelines;

namespace Overlap.Processes.Dispatch;

/// <summary>Adapts the number of worker processes: sees calls end, asks the controller, and tells the pool.</summary>
/// <remarks>
/// How long items took the workers tell; together that is the mean number in flight. A process is dear to start: samples are longer than where a
/// worker is a number, and trials come less often. A refusal makes workers fewer; starts are not held to a pace.
/// </remarks>
internal sealed class PoolAdaptation
{
    private const int RestBetweenTrials = 16;
    private const double SaturatedFrom = 0.8;

    private static readonly TimeSpan LeastLength = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan BetweenReadings = TimeSpan.FromMilliseconds(100);

    private readonly AdaptiveOptions _adaptive;
    private readonly TimelineRecorder? _recorder;
    private readonly Func<TimeSpan> _readCpu;
    private readonly LimitController _controller;
    private readonly TimeProvider _time;
    private readonly long _startedAt;
    private readonly Lock _gate = new();

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
    private int _limit;

    public PoolAdaptation(AdaptiveOptions adaptive, TimelineRecorder? recorder, Func<TimeSpan> readCpu)
    {
        _adaptive = adaptive;
        _recorder = recorder;
        _readCpu = readCpu;
        _time = adaptive.TimeProvider;
        LimitBounds bounds = BoundsOf(adaptive);
        _controller = new LimitController(bounds);
        _limit = bounds.Start;
        _startedAt = _time.GetTimestamp();
        _from = _startedAt;
        _readAt = _startedAt;
        _machine = MachineReader.Read();
        recorder?.NoteLimit(_limit, _controller.Reason);
    }

    /// <summary>The workers that there may be now.</summary>
    public int Limit => Volatile.Read(ref _limit);

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
                StartsPerSecond = null,
                Throughput = _controller.Throughput,
                Latency = _controller.Latency,
            };
        }
    }

    public static LimitBounds BoundsOf(AdaptiveOptions adaptive) => LimitBounds.Of(adaptive, 2 * Environment.ProcessorCount) with { Rest = RestBetweenTrials };

    /// <summary>Notes that items have ended.</summary>
    /// <param name="items">How many.</param>
    /// <param name="status">How.</param>
    /// <param name="failure">What was thrown.</param>
    /// <param name="seconds">How long they took together.</param>
    /// <param name="open">The items that had not ended then.</param>
    /// <returns>Whether the limit has changed.</returns>
    public bool Add(int items, SpanStatus status, Exception? failure, double seconds, long open)
    {
        bool isRefusal = failure is not null && IsRefusal(failure);
        using Lock.Scope held = _gate.EnterScope();
        long now = _time.GetTimestamp();
        if (_skipped > 0)
        {
            _skipped -= items;
            if (_skipped <= 0)
            {
                Restart(now);
            }

            return false;
        }

        _busySeconds += seconds;
        _saturated += open > _limit ? items : 0;
        _ended += status is SpanStatus.Canceled || isRefusal ? 0 : items;
        _failed += status is SpanStatus.Failed && !isRefusal ? items : 0;
        TimeSpan elapsed = _time.GetElapsedTime(_from, now);
        if (!isRefusal && (_ended < _controller.EndsWanted || elapsed < LeastLength))
        {
            return false;
        }

        Read(now);

        // A worker that has the next item before it is done with the last is never without one: what its clock leaves out is the way between them.
        bool isSaturated = _saturated >= _ended * SaturatedFrom;
        double inFlight = isSaturated ? _limit : elapsed > TimeSpan.Zero ? _busySeconds / elapsed.TotalSeconds : 0;
        _controller.Add(new LimitSample
        {
            At = _time.GetElapsedTime(_startedAt, now),
            Elapsed = elapsed,
            Ended = _ended,
            Failed = _failed,
            Refused = isRefusal ? items : 0,
            InFlight = inFlight,
            IsSaturated = isSaturated,
            CpuShare = _cpuShare,
            IsMemoryShort = _machine.IsMemoryShort,
        });
        int before = _limit;
        _limit = _controller.Limit;
        Restart(now);
        if (_limit == before)
        {
            return false;
        }

        _skipped = Math.Max(before, _limit);
        _recorder?.NoteLimit(_limit, _controller.Reason);
        return true;
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

    private void Read(long now)
    {
        TimeSpan since = _time.GetElapsedTime(_readAt, now);
        if (since < BetweenReadings)
        {
            return;
        }

        MachineReading reading = MachineReader.Read();
        TimeSpan cpu = reading.Cpu + _readCpu();
        _cpuShare = (cpu - _machine.Cpu) / (since * Environment.ProcessorCount);
        _machine = reading with { Cpu = cpu };
        _readAt = now;
    }

    private void Restart(long now) => (_from, _busySeconds, _ended, _failed, _saturated, _skipped) = (now, 0, 0, 0, 0, 0);
}
