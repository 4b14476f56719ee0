using System.Collections.Immutable;

namespace Overlap.Timelines;

/// <summary>Takes down who ran which call when. Executors report to it; <see cref="ToTimeline"/> gives the recording.</summary>
/// <remarks>
/// Order: lanes appear in the order in which workers started; spans of a lane in the order in which they ended.
/// Race: a recording may be taken while calls run; calls that have not ended are not in it.
/// Memory: about 100 bytes a call, and what its label holds, up to the limit given; beyond it calls are counted as dropped.
/// Cost: two readings of the clock and one of the thread's processor clock a call.
/// </remarks>
public sealed class TimelineRecorder : IDisposable
{
    private static readonly TimeSpan SampleEvery = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _timeProvider;
    private readonly double _nanosecondsPerTick;
    private readonly long _startedAt;
    private readonly DateTimeOffset _startedAtUtc;
    private readonly TimeSpan _cpuAtStart;
    private readonly ITimer _sampler;
    private readonly long _maxSpans;
    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly List<LaneRecorder> _lanes = [];
    private readonly List<CpuSample> _samples = [];

    private long _reserved;

    /// <summary>Starts a recording.</summary>
    /// <param name="timeProvider">The clock; the system's by default.</param>
    /// <param name="maxSpans">The most calls to keep. Default: two million.</param>
    public TimelineRecorder(TimeProvider? timeProvider = null, long maxSpans = 2_000_000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSpans, 0);
        _timeProvider = timeProvider ?? TimeProvider.System;
        _maxSpans = maxSpans;
        _nanosecondsPerTick = 1e9 / _timeProvider.TimestampFrequency;
        _cpuAtStart = ReadProcessCpu();
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
        Sample();
        _gate.Enter();
        LaneRecorder[] lanes = [.. _lanes];
        ImmutableArray<CpuSample> samples = [.. _samples];
        _gate.Exit();
        return new Timeline
        {
            Title = title,
            Model = model,
            Workers = workers,
            Cores = Environment.ProcessorCount,
            StartedAt = _startedAtUtc,
            Duration = samples[^1].At,
            Lanes = [.. lanes.Select(ToLane)],
            CpuSamples = samples,
            DroppedSpans = Math.Max(0, Volatile.Read(ref _reserved) - _maxSpans),
        };
    }

    /// <summary>Stops reading the process's processor time. The recording stays readable.</summary>
    public void Dispose() => _sampler.Dispose();

    internal long ToNanoseconds(long ticks) => (long)(ticks * _nanosecondsPerTick);

    internal bool TryReserve() => Interlocked.Increment(ref _reserved) <= _maxSpans;

    private static TimeSpan ReadProcessCpu() => Environment.CpuUsage.TotalTime;

    private void Sample()
    {
        _gate.Enter();
        try
        {
            TimeSpan at = At(_timeProvider.GetTimestamp());
            TimeSpan cpu = ReadProcessCpu() - _cpuAtStart;
            CpuSample last = _samples[^1];

            // The two clocks are read one after the other; what a reader sees never runs backwards.
            _samples.Add(new CpuSample(at < last.At ? last.At : at, cpu < last.ProcessCpu ? last.ProcessCpu : cpu));
        }
        finally
        {
            _gate.Exit();
        }
    }

    private Lane ToLane(LaneRecorder lane) =>
        new(lane.Index, lane.Name, lane.Kind, lane.ProcessId, [.. lane.Records().Select(ToSpan).OrderBy(static span => span.Started)]);

    private Span ToSpan(SpanRecord record)
    {
        TimeSpan started = At(record.StartedAt);
        TimeSpan finished = At(record.FinishedAt);
        TimeSpan working = TimeSpan.FromTicks(record.WorkingNanoseconds / TimeSpan.NanosecondsPerTick);
        return new Span
        {
            Item = record.Item,
            Label = record.Label,
            Queued = At(Math.Min(record.QueuedAt, record.StartedAt)),
            Started = started,
            Finished = finished,
            Working = working < finished - started ? working : finished - started,
            Status = record.Status,
            Segments = record.Segments is null ? [] : ToSegments(record.Segments, started, finished),
        };
    }

    private ImmutableArray<Segment> ToSegments(List<RawSegment> raw, TimeSpan started, TimeSpan finished)
    {
        ImmutableArray<Segment>.Builder segments = ImmutableArray.CreateBuilder<Segment>(raw.Count);
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

    private TimeSpan At(long timestamp) => _timeProvider.GetElapsedTime(_startedAt, timestamp);

    private static TimeSpan Clamp(TimeSpan value, TimeSpan low, TimeSpan high) => value < low ? low : value > high ? high : value;
}
