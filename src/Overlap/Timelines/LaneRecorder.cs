namespace Overlap.Timelines;

/// <summary>Takes down what one worker does. One writer at a time; a reader may take the recording meanwhile.</summary>
public sealed class LaneRecorder
{
    // Below this a worker has gone from one call straight to the next: it did not wait, so the clock need not be read twice.
    private const long BackToBackNanoseconds = 5_000;

    private const int ChunkLength = 1_024;

    private readonly TimelineRecorder _recorder;

    // Written by the lane's owner only; a reader sees a chunk list and a count that belong together.
    private readonly List<SpanRecord[]> _chunks = [];
    private readonly Lock _chunksGate = new();
    private SpanRecord[] _chunk = [];
    private int _chunkUsed;
    private long _count;

    // The call that runs now. Owned by the writer; _running tells a reader whether to look.
    private SpanRecord _current;
    private long _cpuAtStart;
    private long _cpuAtEnd;
    private long _endedAt = long.MinValue;

    internal LaneRecorder(TimelineRecorder recorder, int index, string name, LaneKind kind, int processId)
    {
        _recorder = recorder;
        Index = index;
        Name = name;
        Kind = kind;
        ProcessId = processId;
    }

    internal int Index { get; }

    internal string Name { get; }

    internal LaneKind Kind { get; }

    internal int ProcessId { get; }

    /// <summary>Notes that this thread begins a call that it will also end.</summary>
    /// <param name="item">The number of the call.</param>
    /// <param name="label">What the call is about.</param>
    /// <param name="queuedAt">When it was submitted: a timestamp of the recorder's <see cref="TimelineRecorder.GetTimestamp"/>.</param>
    public void Begin(long item, string? label, long queuedAt)
    {
        long now = _recorder.GetTimestamp();
        long gap = _endedAt == long.MinValue ? long.MaxValue : _recorder.ToNanoseconds(now - _endedAt);
        _cpuAtStart = gap < BackToBackNanoseconds ? _cpuAtEnd + gap : ThreadCpuClock.GetNanoseconds();
        _current = new SpanRecord { Item = item, Label = label, QueuedAt = queuedAt, StartedAt = now };
    }

    /// <summary>Notes that the call begun on this thread has ended.</summary>
    /// <param name="status">How it ended.</param>
    public void End(SpanStatus status)
    {
        _cpuAtEnd = ThreadCpuClock.GetNanoseconds();
        _endedAt = _recorder.GetTimestamp();
        _current.FinishedAt = _endedAt;
        _current.WorkingNanoseconds = Math.Max(0, _cpuAtEnd - _cpuAtStart);
        _current.Status = status;
        Append(in _current);
    }

    /// <summary>Begins a call whose continuations may run on any thread.</summary>
    /// <param name="item">The number of the call.</param>
    /// <param name="label">What the call is about.</param>
    /// <param name="queuedAt">When it was submitted.</param>
    /// <returns>The recorder of that call.</returns>
    public SpanRecorder BeginAsynchronous(long item, string? label, long queuedAt) =>
        new(this, _recorder, new SpanRecord { Item = item, Label = label, QueuedAt = queuedAt, StartedAt = _recorder.GetTimestamp() });

    internal void Append(in SpanRecord record)
    {
        if (!_recorder.TryReserve())
        {
            return;
        }

        if (_chunkUsed == _chunk.Length)
        {
            _chunk = new SpanRecord[ChunkLength];
            _chunkUsed = 0;
            _chunksGate.Enter();
            _chunks.Add(_chunk);
            _chunksGate.Exit();
        }

        _chunk[_chunkUsed++] = record;
        Volatile.Write(ref _count, _count + 1);
    }

    internal IEnumerable<SpanRecord> Records()
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
