using System.Collections.Immutable;

namespace Overlap.Timelines;

/// <summary>Takes down who ran which call when. Executors report to it; <see cref="ToTimeline"/> gives the recording.</summary>
/// <remarks>
/// Order: lanes appear in the order in which workers started; spans of a lane in the order in which they ended.
/// Race: a recording may be taken while calls run; those are in it as <see cref="SpanStatus.Running"/>, once.
/// Memory: about 100 bytes a call and 24 a segment, and what its label holds, up to the limit given; beyond it calls are counted as dropped.
/// Cost: two readings of the clock a call and one of the thread's processor clock, on threads shared by short calls; an asynchronous call makes some
/// 400 bytes of garbage besides. Figures: <c>./benchmark recorder</c>.
/// </remarks>
public sealed class TimelineRecorder : IDisposable
{
    private const int MaxSamples = 16_384;

    // A number of workers that adapts itself tries others all its life; a picture needs no more.
    private const int MaxLimits = 16_384;

    // A system call each time would cost a call of ten microseconds more than a twentieth.
    private const long FreshNanoseconds = 5_000;

    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(20);

    private static int _recordersMade;

    // By number, not by reference: a thread outlives the recordings it worked for.
    [ThreadStatic]
    private static ThreadReading _lastReading;

    private readonly int _number = Interlocked.Increment(ref _recordersMade);
    private readonly TimeProvider _timeProvider;
    private readonly double _nanosecondsPerTick;
    private readonly long _startedAt;
    private readonly DateTimeOffset _startedAtUtc;
    private readonly Func<long>? _threadCpu;
    private readonly Func<TimeSpan> _processCpu;
    private readonly Func<long>? _threadDelay;
    private readonly TimeSpan _cpuAtStart;
    private readonly ITimer _sampler;
    private readonly long _maxSpans;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<LaneRecorder> _lanes = [];
    private readonly List<CpuSample> _samples = [];
    private readonly List<LimitStep> _limits = [];
    private TimeSpan _sampleEvery = SampleEvery;

    private long _reserved;

    /// <summary>Starts a recording.</summary>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="maxSpans">The most calls to keep. Default: two million.</param>
    public TimelineRecorder(TimeProvider? timeProvider = null, long maxSpans = 2_000_000)
        : this(timeProvider, maxSpans, CpuClock.IsSupported ? CpuClock.OfThread : null, ReadProcessCpu, ThreadDelayClock.IsSupported ? ThreadDelayClock.GetNanoseconds : null)
    {
    }

    /// <summary>Starts a recording with processor clocks of a test's own.</summary>
    /// <param name="timeProvider">The clock.</param>
    /// <param name="maxSpans">The most calls to keep.</param>
    /// <param name="threadCpu">Gives the nanoseconds of this thread, or <see langword="null"/> where the system cannot tell.</param>
    /// <param name="processCpu">Gives the processor time of the process.</param>
    /// <param name="threadDelay">Gives the nanoseconds that this thread stood ready without a processor, or <see langword="null"/>.</param>
    internal TimelineRecorder(TimeProvider? timeProvider, long maxSpans, Func<long>? threadCpu, Func<TimeSpan> processCpu, Func<long>? threadDelay = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSpans, 0);
        _timeProvider = timeProvider ?? TimeProvider.System;
        _maxSpans = maxSpans;
        _threadCpu = threadCpu;
        _processCpu = processCpu;
        _threadDelay = threadDelay;
        _nanosecondsPerTick = 1e9 / _timeProvider.TimestampFrequency;
        _cpuAtStart = processCpu();
        _startedAtUtc = _timeProvider.GetUtcNow();
        _startedAt = _timeProvider.GetTimestamp();
        _samples.Add(new CpuSample(TimeSpan.Zero, TimeSpan.Zero));
        _sampler = _timeProvider.CreateTimer(static recorder => ((TimelineRecorder)recorder!).Sample(), this, SampleEvery, SampleEvery);
    }

    /// <summary>Opens a lane for a worker.</summary>
    /// <param name="name">What a reader calls the worker.</param>
    /// <param name="kind">What runs the calls.</param>
    /// <param name="processId">The process that runs them; this one by default.</param>
    public LaneRecorder OpenLane(string name, LaneKind kind, int? processId = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        _gate.Enter();
        try
        {
            LaneRecorder lane = new(this, _lanes.Count, name, kind, processId ?? Environment.ProcessId);
            _lanes.Add(lane);
            return lane;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Notes that another number of calls may run at the same time from now on. The first 16,384 changes are kept.</summary>
    /// <param name="limit">The number.</param>
    /// <param name="reason">Why.</param>
    public void NoteLimit(int limit, string reason)
    {
        ArgumentNullException.ThrowIfNull(reason);
        _gate.Enter();
        try
        {
            if (_limits.Count < MaxLimits)
            {
                TimeSpan at = At(_timeProvider.GetTimestamp());
                _limits.Add(new LimitStep(at, limit, reason));
            }
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Reads the recorder's clock.</summary>
    public long GetTimestamp() => _timeProvider.GetTimestamp();

    /// <summary>Gives the recording so far.</summary>
    /// <param name="title">What was run.</param>
    /// <param name="model">The execution model.</param>
    /// <param name="workers">The number of workers that were allowed.</param>
    public Timeline ToTimeline(string title, string model, int workers)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(model);
        _gate.Enter();
        LaneRecorder[] lanes = [.. _lanes];
        _gate.Exit();
        List<SpanRecord>[] records = [.. lanes.Select(static lane => lane.Take())];

        // The last reading comes after the calls were taken: none of them ends beyond the recording.
        long takenAt = Sample();
        _gate.Enter();
        ImmutableArray<CpuSample> samples = [.. _samples];
        ImmutableArray<LimitStep> limits = [.. _limits];
        _gate.Exit();
        return new Timeline
        {
            Title = title,
            Model = model,
            Workers = workers,
            Cores = Environment.ProcessorCount,
            StartedAt = _startedAtUtc,
            Duration = samples[^1].At,
            Lanes = [.. lanes.Zip(records, (lane, calls) => ToLane(lane, calls, takenAt))],
            CpuSamples = samples,
            Limits = limits,
            DroppedSpans = Math.Max(0, Volatile.Read(ref _reserved) - _maxSpans),
        };
    }

    /// <summary>Stops reading the process's processor time. The recording stays readable.</summary>
    public void Dispose() => _sampler.Dispose();

    internal long ToNanoseconds(long ticks) => (long)(ticks * _nanosecondsPerTick);

    internal long ToTicks(TimeSpan time) => (long)(time.TotalNanoseconds / _nanosecondsPerTick);

    internal bool CanReadThreadCpu => _threadCpu is not null;

    /// <summary>Reads the processor clock of this thread, or goes on from a reading so fresh that the thread cannot have slept since.</summary>
    /// <param name="now">The recorder's clock, just read.</param>
    internal long ReadThreadCpu(long now)
    {
        if (_threadCpu is null)
        {
            return 0;
        }

        if (_lastReading.Recorder == _number)
        {
            long since = ToNanoseconds(now - _lastReading.At);
            if (since is >= 0 and < FreshNanoseconds)
            {
                return _lastReading.Cpu + since;
            }
        }

        long cpu = _threadCpu();
        _lastReading = new ThreadReading(_number, now, cpu);
        return cpu;
    }

    internal long ReadThreadDelay() => _threadDelay?.Invoke() ?? 0;

    /// <summary>Whether the limit is reached: a further call is only counted, by <see cref="TryReserve"/>.</summary>
    internal bool IsFull => Volatile.Read(ref _reserved) >= _maxSpans;

    internal bool TryReserve() => Interlocked.Increment(ref _reserved) <= _maxSpans;

    private static TimeSpan ReadProcessCpu() => Environment.CpuUsage.TotalTime;

    private long Sample()
    {
        _gate.Enter();
        try
        {
            long now = _timeProvider.GetTimestamp();
            TimeSpan at = At(now);
            TimeSpan cpu = _processCpu() - _cpuAtStart;
            CpuSample last = _samples[^1];

            // The two clocks are read one after the other; what a reader sees never runs backwards.
            _samples.Add(new CpuSample(at < last.At ? last.At : at, cpu < last.ProcessCpu ? last.ProcessCpu : cpu));
            if (_samples.Count == MaxSamples)
            {
                HalveSamplesLocked();
            }

            return now;
        }
        finally
        {
            _gate.Exit();
        }
    }

    // A recording of days keeps its memory: half as many readings, half as often.
    private void HalveSamplesLocked()
    {
        int kept = 0;
        for (int i = 0; i < _samples.Count; i += 2)
        {
            _samples[kept++] = _samples[i];
        }

        _samples.RemoveRange(kept, _samples.Count - kept);
        _sampleEvery *= 2;
        _ = _sampler.Change(_sampleEvery, _sampleEvery);
    }

    private Lane ToLane(LaneRecorder lane, List<SpanRecord> records, long takenAt) => new(
        lane.Index,
        lane.Name,
        lane.Kind,
        lane.ProcessId,
        [.. records.Select(record => ToSpan(record, takenAt)).OrderBy(static span => span.Started)]);

    private Span ToSpan(SpanRecord record, long takenAt)
    {
        TimeSpan started = At(record.StartedAt);
        TimeSpan finished = At(record.Status == SpanStatus.Running ? takenAt : record.FinishedAt);
        ImmutableArray<Segment> segments = record.IsWorkUnknown && finished > started
            ? [new Segment(SpanPhase.Unattributed, started, finished)]
            : ToSegments(record.Segments, started, finished);
        long room = (finished - started).Ticks;
        foreach (Segment segment in segments)
        {
            room -= segment.Phase == SpanPhase.Working ? 0 : segment.Duration.Ticks;
        }

        // Work fits into the stretches in which the call ran and those of which nothing is known.
        long working = Math.Min(record.WorkingNanoseconds / TimeSpan.NanosecondsPerTick, room);

        return new Span
        {
            Item = record.Item,
            Label = record.Label,
            Queued = At(Math.Min(record.QueuedAt, record.StartedAt)),
            Started = started,
            Finished = finished,
            Working = TimeSpan.FromTicks(working),
            Delayed = TimeSpan.FromTicks(Math.Clamp(record.DelayedNanoseconds / TimeSpan.NanosecondsPerTick, 0, Math.Max(0, room - working))),
            Status = record.Status,
            Segments = segments,
        };
    }

    private ImmutableArray<Segment> ToSegments(IEnumerable<RawSegment> raw, TimeSpan started, TimeSpan finished)
    {
        ImmutableArray<Segment>.Builder segments = ImmutableArray.CreateBuilder<Segment>();
        TimeSpan end = started;
        foreach (RawSegment segment in raw.OrderBy(static segment => segment.StartedAt))
        {
            // Work inside a held-back stretch (the code that waits) belongs to the stretch: segments never overlap.
            TimeSpan from = Clamp(At(segment.StartedAt), end, finished);
            TimeSpan to = Clamp(At(segment.EndedAt), from, finished);
            if (to > from)
            {
                segments.Add(new Segment(segment.Phase, from, to));
                end = to;
            }
        }

        return segments.DrainToImmutable();
    }

    private readonly record struct ThreadReading(int Recorder, long At, long Cpu);

    private TimeSpan At(long timestamp) => _timeProvider.GetElapsedTime(_startedAt, timestamp);

    private static TimeSpan Clamp(TimeSpan value, TimeSpan low, TimeSpan high) => value < low ? low : value > high ? high : value;
}
