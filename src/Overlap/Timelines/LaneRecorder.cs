namespace Overlap.Timelines;

/// <summary>Takes down what one worker does. One writer at a time; a reader may take the recording meanwhile.</summary>
public sealed partial class LaneRecorder
{
    // A thousand slots with a few calls each must not cost a full chunk each: chunks double up to the limit.
    private const int FirstChunkLength = 16;
    private const int MaxChunkLength = 1_024;

    // From here on a call is long enough to ask the kernel how much of it was spent without a processor.
    private const long LongNanoseconds = 1_000_000;

    private readonly TimelineRecorder _recorder;

    // Written by the lane's owner only; a reader sees a chunk list and a count that belong together.
    private readonly List<SpanRecord[]> _chunks = [];
    private readonly Lock _chunksGate = new();
    private SpanRecord[] _chunk = [];
    private int _chunkUsed;
    private long _count;

    // The call that runs now, for whoever takes the recording meanwhile: whole when _version is even and the same before and after.
    private SpanRecord _current;
    private int _version;
    private bool _isRunning;
    private SpanRecorder? _asynchronous;

    // Owned by the writer.
    private long _cpuAtStart;
    private long _delayAtStart = -1;
    private bool _expectsLong = true;

    internal LaneRecorder(TimelineRecorder recorder, int index, string name, LaneKind kind, int processId)
    {
        _recorder = recorder;
        Index = index;
        Name = name;
        Kind = kind;
        ProcessId = processId;
    }

    /// <summary>Whether this lane takes a call. One that it does not take is counted as dropped, and costs no more than that.</summary>
    internal bool TakesCall() => !_recorder.IsFull || _recorder.TryReserve();

    internal int Index { get; }

    internal string Name { get; }

    internal LaneKind Kind { get; }

    /// <summary>The process that runs the calls. Written by the lane's owner before the first call; a worker process has no number until it was started.</summary>
    internal int ProcessId { get; set; }

    /// <summary>Notes that this thread begins a call that it will also end.</summary>
    /// <param name="item">The number of the call.</param>
    /// <param name="label">What the call is about.</param>
    /// <param name="queuedAt">When it was submitted: a timestamp of the recorder's <see cref="TimelineRecorder.GetTimestamp"/>.</param>
    /// <remarks>Calls of one lane do not nest: a call made from inside another belongs to a lane of its own.</remarks>
    public void Begin(long item, string? label, long queuedAt)
    {
        long now = _recorder.GetTimestamp();
        if (MeasuresGroups)
        {
            BeginInGroup(now);
        }
        else
        {
            _cpuAtStart = _recorder.ReadThreadCpu(now);
        }

        // The reading is dear, so it is taken where calls are long; the first of a kind is taken for one like the last.
        _delayAtStart = _expectsLong ? _recorder.ReadThreadDelay() : -1;
        _ = Interlocked.Increment(ref _version);
        _current = new SpanRecord { Item = item, Label = label, QueuedAt = queuedAt, StartedAt = now };
        _isRunning = true;
        Volatile.Write(ref _version, _version + 1);
    }

    /// <summary>Notes that the call begun on this thread has ended.</summary>
    /// <param name="status">How it ended.</param>
    public void End(SpanStatus status)
    {
        long now = _recorder.GetTimestamp();
        SpanRecord record = _current;
        record.FinishedAt = now;
        record.Status = status;
        long elapsed = _recorder.ToNanoseconds(now - record.StartedAt);
        _expectsLong = elapsed >= LongNanoseconds;
        if (!MeasuresGroups || !TryJoinGroup(now, elapsed, in record))
        {
            record.WorkingNanoseconds = MeasuresGroups ? Share(now, elapsed) : Math.Max(0, _recorder.ReadThreadCpu(now) - _cpuAtStart);
            record.IsWorkUnknown = !_recorder.CanReadThreadCpu;
            if (_delayAtStart >= 0 && elapsed - record.WorkingNanoseconds >= LongNanoseconds)
            {
                record.DelayedNanoseconds = Math.Max(0, _recorder.ReadThreadDelay() - _delayAtStart);
            }

            _ = Append(in record);
        }

        Volatile.Write(ref _isRunning, false);
    }

    /// <summary>Begins a call whose continuations may run on any thread.</summary>
    /// <param name="item">The number of the call.</param>
    /// <param name="label">What the call is about.</param>
    /// <param name="queuedAt">When it was submitted.</param>
    /// <returns>The recorder of that call.</returns>
    public SpanRecorder BeginAsynchronous(long item, string? label, long queuedAt)
    {
        SpanRecord record = new() { Item = item, Label = label, QueuedAt = queuedAt, StartedAt = _recorder.GetTimestamp() };
        SpanRecorder span = new(this, _recorder, record);
        Volatile.Write(ref _asynchronous, span);
        return span;
    }

    /// <summary>Takes down a call that ran elsewhere and has ended: in another process of this machine, whose clock is the same.</summary>
    internal void Add(long item, string? label, long queuedAt, long startedAt, long finishedAt, long workingNanoseconds, long delayedNanoseconds, SpanStatus status)
    {
        SpanRecord record = new()
        {
            Item = item,
            Label = label,
            QueuedAt = queuedAt,
            StartedAt = startedAt,
            FinishedAt = Math.Max(startedAt, finishedAt),
            WorkingNanoseconds = Math.Clamp(workingNanoseconds, 0, _recorder.ToNanoseconds(Math.Max(0, finishedAt - startedAt))),
            DelayedNanoseconds = delayedNanoseconds,
            Status = status,
        };
        _ = Append(in record);
    }

    /// <summary>Takes down a stretch in which the lane's owner was held back, and has ended.</summary>
    internal void AddHeldBack(long item, long startedAt, long finishedAt) => _ = Append(new SpanRecord
    {
        Item = item,
        QueuedAt = startedAt,
        StartedAt = startedAt,
        FinishedAt = finishedAt,
        First = new RawSegment(SpanPhase.Throttled, startedAt, finishedAt),
        Status = SpanStatus.Succeeded,
    });

    internal void EndAsynchronous(SpanRecorder span, in SpanRecord record)
    {
        _ = Append(in record);
        _ = Interlocked.CompareExchange(ref _asynchronous, null, span);
    }

    /// <summary>Gives the calls that have ended, then the one that runs, when there is one.</summary>
    internal List<SpanRecord> Take()
    {
        // The running call is looked at first: if it ends meanwhile it is found twice and dropped here, never lost.
        SpanRecord? running = Volatile.Read(ref _asynchronous)?.TryTakeRunning() ?? TryTakeRunning();
        List<SpanRecord> records = [.. Records()];
        if (running is SpanRecord call && (records.Count == 0 || records[^1].StartedAt < call.StartedAt
            || !records.Exists(record => record.StartedAt == call.StartedAt && record.Item == call.Item)))
        {
            records.Add(call);
        }

        return records;
    }

    private SpanRecord? TryTakeRunning()
    {
        for (int attempt = 0; attempt < 8; attempt++)
        {
            int version = Volatile.Read(ref _version);
            if (!Volatile.Read(ref _isRunning))
            {
                return null;
            }

            SpanRecord record = _current;
            Interlocked.MemoryBarrier();
            if (version % 2 == 0 && version == Volatile.Read(ref _version))
            {
                // How much of it was work only its own thread could tell.
                record.Status = SpanStatus.Running;
                record.IsWorkUnknown = true;
                return record;
            }
        }

        return null;
    }

    private bool Append(in SpanRecord record)
    {
        if (!_recorder.TryReserve())
        {
            return false;
        }

        if (_chunkUsed == _chunk.Length)
        {
            _chunk = new SpanRecord[Math.Clamp(_chunk.Length * 2, FirstChunkLength, MaxChunkLength)];
            _chunkUsed = 0;
            _chunksGate.Enter();
            _chunks.Add(_chunk);
            _chunksGate.Exit();
        }

        _chunk[_chunkUsed++] = record;
        Volatile.Write(ref _count, _count + 1);
        return true;
    }

    private IEnumerable<SpanRecord> Records()
    {
        long count = Volatile.Read(ref _count);
        _chunksGate.Enter();
        SpanRecord[][] chunks = [.. _chunks];
        _chunksGate.Exit();
        foreach (SpanRecord[] chunk in chunks)
        {
            for (int i = 0; i < chunk.Length && count > 0; i++, count--)
            {
                yield return chunk[i];
            }
        }
    }
}
