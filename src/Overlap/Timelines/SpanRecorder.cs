namespace Overlap.Timelines;

/// <summary>Takes down one asynchronous call: the stretches in which its continuations run, and what holds it back.</summary>
/// <remarks>
/// Thread-safe: branches of one call may run at the same time; where they overlap, the time counts once and all of it as work.
/// Where one continuation runs alone, its thread's clock tells how much was work: a thread that blocks or has lost its processor works not.
/// </remarks>
public sealed class SpanRecorder
{
    // A call that awaits a million times keeps its amount of work, but no longer each place of it.
    private const int MaxSegments = 1_024;

    private const int ManyThreads = -1;

    private static readonly AsyncLocal<SpanRecorder?> Ambient = new();

    private readonly LaneRecorder _lane;
    private readonly TimelineRecorder _recorder;

    // Guarded by the recorder itself: one is made for every call, so it carries no gate of its own.
    private SpanRecord _record;
    private long _workStartedAt;
    private long _workCpuAtStart;
    private int _workThread;
    private int _working;
    private bool _ended;

    internal SpanRecorder(LaneRecorder lane, TimelineRecorder recorder, SpanRecord record)
    {
        _lane = lane;
        _recorder = recorder;
        _record = record;
    }

    /// <summary>The recorder of the asynchronous call that is running, when there is one.</summary>
    public static SpanRecorder? Current
    {
        get => Ambient.Value;
        internal set => Ambient.Value = value;
    }

    /// <summary>Notes that a continuation of the call starts to run.</summary>
    public void BeginWork()
    {
        long now = _recorder.GetTimestamp();
        long cpu = _recorder.ReadThreadCpu(now);
        int thread = Environment.CurrentManagedThreadId;
        Monitor.Enter(this);
        if (_working++ == 0)
        {
            _workStartedAt = now;
            _workCpuAtStart = cpu;
            _workThread = thread;
        }
        else if (_workThread != thread)
        {
            _workThread = ManyThreads;
        }

        Monitor.Exit(this);
    }

    /// <summary>Notes that the continuation has returned.</summary>
    public void EndWork()
    {
        long now = _recorder.GetTimestamp();
        long cpu = _recorder.ReadThreadCpu(now);
        Monitor.Enter(this);
        if (_working > 0 && --_working == 0 && !_ended)
        {
            AddWorkLocked(now, cpu);
        }

        Monitor.Exit(this);
    }

    /// <summary>Notes processor time that the call had elsewhere, such as that of a command it has run. Where in the call it lay is not known.</summary>
    /// <param name="cpu">The time; what is more than the call's own duration, because several processors worked for it, does not count.</param>
    public void AddWork(TimeSpan cpu)
    {
        Monitor.Enter(this);
        if (!_ended)
        {
            _record.WorkingNanoseconds += (long)Math.Max(0, cpu.TotalNanoseconds);
        }

        Monitor.Exit(this);
    }

    /// <summary>Notes a stretch that has passed and was neither work nor waiting for the outside.</summary>
    /// <param name="phase">Why the call stood still: <see cref="SpanPhase.Throttled"/> or <see cref="SpanPhase.Retrying"/>.</param>
    /// <param name="startedAt">When it began: a timestamp of the recorder's clock.</param>
    public void AddPhase(SpanPhase phase, long startedAt)
    {
        long now = _recorder.GetTimestamp();
        Monitor.Enter(this);
        if (!_ended)
        {
            AddLocked(phase, startedAt, now);
        }

        Monitor.Exit(this);
    }

    /// <summary>Reads the recorder's clock, for <see cref="AddPhase"/>.</summary>
    public long GetTimestamp() => _recorder.GetTimestamp();

    /// <summary>Notes that the call has ended. What comes later is not recorded.</summary>
    /// <param name="status">How it ended.</param>
    public void End(SpanStatus status)
    {
        long now = _recorder.GetTimestamp();
        long cpu = _recorder.ReadThreadCpu(now);
        Monitor.Enter(this);
        bool first = !_ended;
        if (first)
        {
            _ended = true;
            if (_working > 0)
            {
                AddWorkLocked(now, cpu);
            }

            _record.FinishedAt = now;
            _record.Status = status;
        }

        Monitor.Exit(this);
        if (first)
        {
            _lane.EndAsynchronous(this, in _record);
        }
    }

    internal SpanRecord? TryTakeRunning()
    {
        long now = _recorder.GetTimestamp();
        Monitor.Enter(this);
        try
        {
            if (_ended)
            {
                return null;
            }

            SpanRecord record = _record;
            record.Status = SpanStatus.Running;
            record.More = record.More is null ? null : [.. record.More];
            if (_working > 0)
            {
                // How much of it was work only its own thread could tell.
                Add(ref record, new RawSegment(SpanPhase.Working, _workStartedAt, now));
                record.WorkingNanoseconds += _recorder.ToNanoseconds(now - _workStartedAt);
            }

            return record;
        }
        finally
        {
            Monitor.Exit(this);
        }
    }

    private void AddWorkLocked(long endedAt, long cpu)
    {
        long elapsed = _recorder.ToNanoseconds(endedAt - _workStartedAt);
        bool isMeasured = _recorder.CanReadThreadCpu && _workThread == Environment.CurrentManagedThreadId;
        _record.WorkingNanoseconds += isMeasured ? Math.Clamp(cpu - _workCpuAtStart, 0, elapsed) : elapsed;
        AddLocked(SpanPhase.Working, _workStartedAt, endedAt);
    }

    private void AddLocked(SpanPhase phase, long startedAt, long endedAt) => Add(ref _record, new RawSegment(phase, startedAt, endedAt));

    private static void Add(ref SpanRecord record, RawSegment segment)
    {
        if (record.First.EndedAt == 0)
        {
            record.First = segment;
        }
        else if ((record.More ??= new List<RawSegment>(1)).Count < MaxSegments - 1)
        {
            record.More.Add(segment);
        }
    }
}
