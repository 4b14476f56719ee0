namespace Overlap.Timelines.Drawing;

/// <summary>Cuts lanes into columns of phases. Every drawing asks here, so that all show the same.</summary>
/// <remarks>
/// Of an unobserved stretch the part that <see cref="CpuAttribution"/> tells is unattributed. Work whose place is not known
/// is spread evenly over the open part of its span: the amount in a row of columns is right, the place in it is not known.
/// </remarks>
internal static class PhaseColumns
{
    public static PhaseMix[] Of(Lane lane, CpuAttribution attribution, TimeScale scale) => Of([lane], attribution, scale);

    public static PhaseMix[] Of(IEnumerable<Lane> lanes, CpuAttribution attribution, TimeScale scale)
    {
        PhaseMix[] columns = new PhaseMix[scale.Columns];
        foreach (Lane lane in lanes)
        {
            foreach (Span span in lane.Spans)
            {
                AddSpan(columns, span, lane.Kind, attribution, scale);
            }
        }

        return columns;
    }

    /// <summary>Gives the processors in use in each column: this process's by its clock, worker processes' by their calls.</summary>
    public static double[] CpuOf(Timeline timeline, CpuAttribution attribution, TimeScale scale)
    {
        PhaseMix[] elsewhere = Of(timeline.Lanes.Where(static lane => lane.Kind == LaneKind.Process), attribution, scale);
        double[] columns = [.. elsewhere.Select(static mix => mix.Working)];
        for (int i = 1; i < timeline.CpuSamples.Length; i++)
        {
            CpuSample from = timeline.CpuSamples[i - 1];
            CpuSample to = timeline.CpuSamples[i];
            double use = to.At > from.At ? (to.ProcessCpu - from.ProcessCpu) / (to.At - from.At) : 0;
            foreach ((int column, long begin, long end) in scale.Cut(from.At.Ticks, to.At.Ticks))
            {
                columns[column] += use * (end - begin) / scale.ColumnTicks;
            }
        }

        return columns;
    }

    /// <summary>Splits a piece of a span into the phases it is made of, in ticks.</summary>
    public static IEnumerable<(SpanPhase Phase, double Ticks)> Split(SpanPiece piece, LaneKind kind, CpuAttribution attribution) =>
        Split(piece, kind, attribution, piece.From, piece.To);

    private static IEnumerable<(SpanPhase Phase, double Ticks)> Split(
        SpanPiece piece, LaneKind kind, CpuAttribution attribution, long from, long to)
    {
        double rest = to - from;
        if (piece.Phase is SpanPhase.Throttled or SpanPhase.Retrying || (!piece.IsOpen && piece.Phase == SpanPhase.Waiting))
        {
            yield return (piece.Phase, rest);
            yield break;
        }

        double work = rest * piece.WorkDensity;
        double hidden = CpuAttribution.IsUnobserved(piece, kind) ? attribution.Between(from, to) * (1 - piece.WorkDensity) : 0;
        yield return (SpanPhase.Working, work);
        yield return (SpanPhase.Unattributed, hidden);
        yield return (SpanPhase.Waiting, rest - work - hidden);
    }

    private static void AddSpan(PhaseMix[] columns, Span span, LaneKind kind, CpuAttribution attribution, TimeScale scale)
    {
        foreach (SpanPiece piece in SpanPiece.Of(span))
        {
            foreach ((int column, long from, long to) in scale.Cut(piece.From, piece.To))
            {
                foreach ((SpanPhase phase, double ticks) in Split(piece, kind, attribution, from, to))
                {
                    columns[column].Add(phase, ticks / scale.ColumnTicks);
                }
            }
        }

        // An end on a bound belongs to the column before it: there the call is drawn.
        long last = Math.Max(span.Started.Ticks, span.Finished.Ticks - 1);
        if (last >= scale.Origin && last < scale.Origin + scale.Length)
        {
            ref PhaseMix end = ref columns[scale.ColumnOf(last)];
            end.Failed += span.Status == SpanStatus.Failed ? 1 : 0;
            end.Canceled += span.Status == SpanStatus.Canceled ? 1 : 0;
            end.Running += span.Status == SpanStatus.Running ? 1 : 0;
        }
    }
}
