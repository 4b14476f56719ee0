namespace Overlap.Timelines;

/// <summary>A stretch of a span in which nothing changes: a segment, or what lies open between two.</summary>
/// <param name="From">Begin in ticks of the timeline.</param>
/// <param name="To">End in ticks of the timeline.</param>
/// <param name="Phase">The segment's phase; <see cref="SpanPhase.Waiting"/> for what lies open.</param>
/// <param name="WorkDensity">The part of a stretch that is work, spread evenly.</param>
/// <param name="DelayDensity">
/// The part without a processor that was not waiting for the outside, spread evenly: measured delay, and all that a working segment leaves.
/// </param>
/// <param name="IsOpen">Whether no segment says what happened.</param>
/// <param name="IsAsynchronous">Whether continuations of the call were seen to run: others may have run out of sight.</param>
internal readonly record struct SpanPiece(long From, long To, SpanPhase Phase, double WorkDensity, double DelayDensity, bool IsOpen, bool IsAsynchronous)
{
    /// <summary>Takes a span apart. The one place that knows how segments, open stretches and unplaced work make up a call.</summary>
    /// <remarks>Copes with segments that a foreign recording got wrong: what overlaps or leaves the span is cut off.</remarks>
    public static IEnumerable<SpanPiece> Of(Span span)
    {
        long open = span.Duration.Ticks;
        long ran = 0;
        foreach (Segment segment in span.Segments)
        {
            open -= segment.Duration.Ticks;
            ran += segment.Phase == SpanPhase.Working ? segment.Duration.Ticks : 0;
        }

        // Work is first where the call is known to have run; only what does not fit there lies somewhere in the open.
        double ranDensity = ran > 0 ? Math.Clamp((double)span.Working.Ticks / ran, 0, 1) : 0;
        double density = open > 0 ? Math.Clamp((double)(span.Working.Ticks - ran) / open, 0, 1) : 0;
        double delay = open > 0 ? Math.Clamp((double)span.Delayed.Ticks / open, 0, 1 - density) : 0;
        long at = span.Started.Ticks;
        long end = span.Finished.Ticks;
        foreach (Segment segment in span.Segments)
        {
            long from = Math.Clamp(segment.Start.Ticks, at, Math.Max(at, end));
            long to = Math.Clamp(segment.End.Ticks, from, Math.Max(from, end));
            if (from > at)
            {
                yield return new SpanPiece(at, from, SpanPhase.Waiting, density, delay, IsOpen: true, ran > 0);
            }

            bool working = segment.Phase == SpanPhase.Working;
            if (to > from)
            {
                yield return new SpanPiece(from, to, segment.Phase, working ? ranDensity : 0, working ? 1 - ranDensity : 0, IsOpen: false, ran > 0);
                at = to;
            }
            else
            {
                at = Math.Max(at, from);
            }
        }

        if (end > at)
        {
            yield return new SpanPiece(at, end, SpanPhase.Waiting, density, delay, IsOpen: true, ran > 0);
        }
    }
}
