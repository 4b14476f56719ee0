namespace Overlap.Timelines;

/// <summary>Tells how much of calls was work that threads of a native library did for them.</summary>
/// <remarks>
/// The thread that made the call only waits for those threads, so its own clocks say nothing. The program's processor time does, as in
/// <see cref="CpuAttribution"/>: what it used is the work of the calls that were running then, in all of them the same part, and no call works more than it lasts.
/// An upper limit: the runtime's compiler and collector are in it. What other threads stood ready without a processor for is taken from the rest in the same way;
/// only what then remains has been waiting.
/// A worker process does one call at a time and its clock is the whole process's: nothing there is out of sight.
/// </remarks>
internal static class WorkOutOfSight
{
    public static Timeline Attribute(Timeline timeline, TimeSpan delayed)
    {
        Timeline unseen = Change(timeline, static span => span with { Working = TimeSpan.Zero, Delayed = TimeSpan.Zero, Segments = [.. Unseen(span)] });
        if (timeline.CpuSamples.IsEmpty)
        {
            return unseen;
        }

        CpuAttribution cpu = new(unseen);
        Timeline worked = Change(unseen, span => span with { Working = WorkOf(span, cpu), Segments = [.. span.Segments.Where(static segment => segment.Phase != SpanPhase.Unattributed)] });
        TimeSpan open = TimeSpan.Zero;
        foreach (Span span in worked.Lanes.Where(static lane => lane.Kind != LaneKind.Process).SelectMany(static lane => lane.Spans))
        {
            open += OpenOf(span);
        }

        double share = open > TimeSpan.Zero ? Math.Clamp(delayed / open, 0, 1) : 0;
        return Change(worked, span => span with { Delayed = OpenOf(span) * share });
    }

    /// <summary>Changes all calls of this process.</summary>
    /// <remarks>They are told as calls that keep a thread, for they do: what a slot leaves open would be asked of the program's processor time once more.</remarks>
    private static Timeline Change(Timeline timeline, Func<Span, Span> change) => timeline with
    {
        Lanes =
        [
            .. timeline.Lanes.Select(lane => lane.Kind == LaneKind.Process ? lane : lane with
            {
                Kind = lane.Kind == LaneKind.Slot ? LaneKind.Thread : lane.Kind,
                Spans = [.. lane.Spans.Select(change)],
            }),
        ],
    };

    /// <summary>Gives what is known of a call, which is when it was held back, and calls the rest unattributed.</summary>
    private static IEnumerable<Segment> Unseen(Span span)
    {
        TimeSpan at = span.Started;
        foreach (Segment segment in span.Segments.Where(static segment => segment.Phase is SpanPhase.Throttled or SpanPhase.Retrying))
        {
            if (segment.Start > at)
            {
                yield return new Segment(SpanPhase.Unattributed, at, segment.Start);
            }

            yield return segment;
            at = segment.End;
        }

        if (span.Finished > at)
        {
            yield return new Segment(SpanPhase.Unattributed, at, span.Finished);
        }
    }

    private static TimeSpan WorkOf(Span span, CpuAttribution cpu)
    {
        double ticks = 0;
        foreach (Segment segment in span.Segments.Where(static segment => segment.Phase == SpanPhase.Unattributed))
        {
            ticks += cpu.Between(segment.Start.Ticks, segment.End.Ticks);
        }

        return TimeSpan.FromTicks(Math.Min((long)ticks, span.Duration.Ticks));
    }

    private static TimeSpan OpenOf(Span span) =>
        span.Segments.Aggregate(span.Duration - span.Working, static (open, segment) => open - segment.Duration);
}
