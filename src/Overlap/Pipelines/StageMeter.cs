namespace Overlap.Pipelines;

/// <summary>What a pipeline knows of one stage.</summary>
/// <remarks>Times only what waits anyway: reading a clock for each item would cost as much as a whole stage.</remarks>
internal sealed class StageMeter(string name, TimeProvider clock, StageLanes? lanes = null) : IInputWatch
{
    private readonly Lock _gate = new();
    private readonly WorkTimes _work = new();

    // Guarded by _gate.
    private readonly List<IStageGauge> _gauges = [];   // Of the enumerations that go on.
    private StageFigures _past;                        // Of those that have ended.
    private long _startedAt;
    private long _endedAt;
    private int _running;
    private long _input;
    private long _output;
    private long _inputSince;
    private int _waitingForInput;

    public string Name => name;

    public int Workers { get; set; } = 1;

    /// <summary>Where a timeline shows the stage; <see langword="null"/>: nowhere.</summary>
    public StageLanes? Lanes => lanes;

    public long Now() => clock.GetTimestamp();

    public TimeSpan Elapsed(long since) => clock.GetElapsedTime(since);

    /// <summary>An enumeration of the stage has begun.</summary>
    public void Start(IStageGauge gauge)
    {
        _gate.Enter();
        _gauges.Add(gauge);
        if (_running++ == 0 && _startedAt == 0)
        {
            _startedAt = Now();
        }

        _gate.Exit();
    }

    /// <summary>An enumeration of the stage has ended.</summary>
    /// <param name="gauge">What counts its items.</param>
    /// <param name="goesOn">Whether items may come to it still, to be discarded.</param>
    public void End(IStageGauge gauge, bool goesOn)
    {
        _gate.Enter();
        if (!goesOn)
        {
            _gauges.Remove(gauge);
            _past = Sum(_past, gauge.Read());
        }

        _running--;
        _endedAt = Now();
        _gate.Exit();
    }

    public void BeginInputWait()
    {
        _gate.Enter();
        if (_waitingForInput++ == 0)
        {
            _inputSince = Now();
        }

        _gate.Exit();
    }

    public void EndInputWait()
    {
        _gate.Enter();
        if (--_waitingForInput == 0)
        {
            // A branch that was left waits no more, though the pump does for the others.
            _input += Math.Max(_inputSince, _running > 0 ? Now() : _endedAt) - _inputSince;
        }

        _gate.Exit();
    }

    /// <summary>A call that is timed has ended.</summary>
    /// <param name="begunAt">When it began.</param>
    public void Worked(long begunAt) => _work.Add(Now() - begunAt);

    public void WaitedForOutput(long ticks) => Interlocked.Add(ref _output, ticks);

    public StageStatistics Read()
    {
        _gate.Enter();
        StageFigures sum = _past;
        foreach (IStageGauge gauge in _gauges)
        {
            sum = Sum(sum, gauge.Read());
        }

        long now = Now();
        long elapsed = _startedAt == 0 ? 0 : (_running > 0 ? now : _endedAt) - _startedAt;
        long input = _input + (_waitingForInput > 0 ? Math.Max(_inputSince, _running > 0 ? now : _endedAt) - _inputSince : 0);
        _gate.Exit();

        long output = Volatile.Read(ref _output) + sum.FullFor;
        return new StageStatistics
        {
            Name = name,
            Workers = Workers,
            ItemsIn = sum.In,
            ItemsOut = sum.Out,
            Failed = sum.Failed,
            NotStarted = sum.NotStarted,
            Discarded = sum.Discarded,
            QueueDepth = sum.Depth,
            QueueCapacity = sum.Capacity,
            WorkMedian = _work.Percentile(0.5) is { } median ? Span(median) : null,
            WorkPercentile99 = _work.Percentile(0.99) is { } longest ? Span(longest) : null,
            Elapsed = Span(elapsed),
            WaitingForInput = Span(Math.Min(input, elapsed)),
            WaitingForOutput = Span(Math.Min(output, Math.Max(0, elapsed - input))),
        };
    }

    private static StageFigures Sum(StageFigures sum, StageFigures one) => new(
        sum.In + one.In,
        sum.Out + one.Out,
        sum.Failed + one.Failed,
        sum.NotStarted + one.NotStarted,
        sum.Discarded + one.Discarded,
        sum.Depth + one.Depth,
        one.Capacity,
        sum.FullFor + one.FullFor);

    private TimeSpan Span(long ticks) => clock.GetElapsedTime(0, ticks);
}
