namespace Overlap.Timelines;

/// <summary>A span as it is written: raw readings, turned into <see cref="Span"/> when the recording is taken.</summary>
internal struct SpanRecord
{
    public long Item;
    public string? Label;
    public long QueuedAt;
    public long StartedAt;
    public long FinishedAt;

    /// <summary>Work measured, whether or not a segment tells where.</summary>
    public long WorkingNanoseconds;

    /// <summary>Time ready to run without a processor.</summary>
    public long DelayedNanoseconds;

    /// <summary>No processor clock could be read for the call: its time is neither work nor waiting until the process's tells.</summary>
    public bool IsWorkUnknown;
    public SpanStatus Status;

    /// <summary>The first segment; none when it ends at zero. A call that never waits has no other: no list is made for it.</summary>
    public RawSegment First;
    public List<RawSegment>? More;

    public readonly IEnumerable<RawSegment> Segments => First.EndedAt == 0 ? [] : More is null ? [First] : [First, .. More];
}

/// <summary>A segment in timestamps of the recorder's clock.</summary>
internal readonly record struct RawSegment(SpanPhase Phase, long StartedAt, long EndedAt);
