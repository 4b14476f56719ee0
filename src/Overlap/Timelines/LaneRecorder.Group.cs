namespace Overlap.Timelines;

/// <content>Measures short calls in groups.</content>
/// <remarks>
/// Reading a thread's processor clock takes 0.4 µs, too dear for each call of ten. A worker that runs short calls back to back therefore reads
/// it once for a group of them: the group's work is measured, and each call gets its share by its length. Until the group is settled
/// the work of its calls is unknown, so a recording taken meanwhile shows them as unattributed.
/// </remarks>
public sealed partial class LaneRecorder
{
    private const long LongestGroupNanoseconds = 50_000;
    private const int LargestGroup = 16;

    // Between two calls of a group the worker only fetches the next: more than this and it may have slept.
    private const long BackToBackNanoseconds = 5_000;

    // Owned by the writer.
    private readonly (SpanRecord[] Chunk, int Index, long Nanoseconds)[] _group = new (SpanRecord[], int, long)[LargestGroup];
    private int _grouped;
    private long _groupNanoseconds;
    private bool _isGroupOpen;
    private long _groupBeganAt;
    private long _groupEndedAt;
    private long _groupCpu;
    private long _groupGaps;

    /// <summary>Whether short calls are measured in groups. For a worker that calls <see cref="Settle"/> when it has nothing to do.</summary>
    internal bool MeasuresGroups { get; set; }

    /// <summary>Measures the short calls that are not measured yet. Called on the thread that ran them.</summary>
    internal void Settle()
    {
        if (_grouped > 0)
        {
            _ = Share(_recorder.GetTimestamp(), 0);
        }

        _isGroupOpen = false;
    }

    private void BeginInGroup(long now)
    {
        long gap = _recorder.ToNanoseconds(now - _groupEndedAt);
        if (_isGroupOpen && gap < BackToBackNanoseconds)
        {
            _groupGaps += gap;
            return;
        }

        Settle();
        OpenGroup(now, _recorder.ReadThreadCpu(now));
    }

    /// <summary>Leaves a call that has ended to be measured with its group.</summary>
    /// <returns>Whether it is; if not, the group has been going on for long enough.</returns>
    private bool TryJoinGroup(long now, long nanoseconds, in SpanRecord record)
    {
        _groupEndedAt = now;
        if (!_recorder.CanReadThreadCpu || _grouped == LargestGroup
            || _recorder.ToNanoseconds(now - _groupBeganAt) >= LongestGroupNanoseconds)
        {
            return false;
        }

        if (Append(record with { IsWorkUnknown = true }))
        {
            _group[_grouped++] = (_chunk, _chunkUsed - 1, nanoseconds);
            _groupNanoseconds += nanoseconds;
        }

        return true;
    }

    /// <summary>Gives each call of the group its share of the work since the group began, and begins a new one.</summary>
    /// <returns>The share of a last call, which is not in the group yet.</returns>
    private long Share(long now, long lastNanoseconds)
    {
        long cpu = _recorder.ReadThreadCpu(now);
        long work = Math.Max(0, cpu - _groupCpu - _groupGaps);
        double part = (double)work / Math.Max(1, _groupNanoseconds + lastNanoseconds);
        for (int i = 0; i < _grouped; i++)
        {
            (SpanRecord[] chunk, int index, long nanoseconds) = _group[i];
            chunk[index].WorkingNanoseconds = (long)(nanoseconds * Math.Min(1, part));
            Volatile.Write(ref chunk[index].IsWorkUnknown, false);
        }

        OpenGroup(now, cpu);
        return (long)(lastNanoseconds * Math.Min(1, part));
    }

    private void OpenGroup(long now, long cpu)
    {
        Array.Clear(_group, 0, _grouped);
        _grouped = 0;
        _groupNanoseconds = 0;
        _groupGaps = 0;
        _groupCpu = cpu;
        _groupBeganAt = now;
        _groupEndedAt = now;
        _isGroupOpen = true;
    }
}
