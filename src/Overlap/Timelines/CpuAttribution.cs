using System.Collections.Immutable;

namespace Overlap.Timelines;

/// <summary>Tells how much of the time that nobody observed cannot have been waiting.</summary>
/// <remarks>
/// Between two readings of the process's clock, let U be the processor time that no span was seen to use and W the unobserved time of
/// all spans: what asynchronous calls leave open, and segments that are unattributed. Then the part min(1, U / W) of W is unattributed,
/// the same part everywhere in that stretch, for nothing tells which call used it. A thread's own clock misses nothing, so what a
/// synchronous call on a thread leaves open is waiting. Where a recording has no readings at all, as one made of another program's journal, nothing that
/// nobody observed is proved to be waiting: all of it is unattributed.
/// Cost: one pass over the segments; a question costs a binary search.
/// </remarks>
internal sealed class CpuAttribution
{
    private readonly long[] _bounds;

    // The part of each stretch, and its integral up to the stretch's begin.
    private readonly double[] _shares;
    private readonly double[] _integral;

    public CpuAttribution(Timeline timeline)
    {
        ImmutableArray<CpuSample> samples = Distinct(timeline.CpuSamples);
        _bounds = [.. samples.Select(static sample => sample.At.Ticks)];
        bool isBlind = samples.IsEmpty && HasUnattributed(timeline);
        if (isBlind)
        {
            _bounds = [0, Math.Max(1, timeline.Duration.Ticks)];
        }

        int stretches = Math.Max(0, _bounds.Length - 1);
        _shares = new double[stretches];
        _integral = new double[stretches + 1];
        if (stretches == 0)
        {
            return;
        }

        StretchSums seen = new(_bounds);
        StretchSums unobserved = new(_bounds);
        foreach (Lane lane in timeline.Lanes)
        {
            // The work of another process is not in this one's clock.
            if (isBlind || lane.Kind != LaneKind.Process)
            {
                AddLane(lane, seen, unobserved);
            }
        }

        double[] work = seen.ToArray();
        double[] open = unobserved.ToArray();
        double total = 0;
        for (int i = 0; i < stretches; i++)
        {
            double unseen = isBlind ? open[i] : Math.Max(0, (samples[i + 1].ProcessCpu - samples[i].ProcessCpu).Ticks - work[i]);
            _shares[i] = open[i] > 0 ? Math.Min(1, unseen / open[i]) : 0;
            _integral[i + 1] = _integral[i] + (_shares[i] * (_bounds[i + 1] - _bounds[i]));
            total += _shares[i] * open[i];
        }

        Unattributed = TimeSpan.FromTicks((long)total);
    }

    /// <summary>The unattributed time of all spans.</summary>
    public TimeSpan Unattributed { get; }

    /// <summary>Begins of the stretches in ticks and their parts, for a drawing that asks by itself; last the end, with none.</summary>
    public IEnumerable<(long At, double Share)> Stretches => _bounds.Select((at, i) => (at, i < _shares.Length ? _shares[i] : 0));

    /// <summary>Whether a piece of a span on such a lane was not observed.</summary>
    public static bool IsUnobserved(SpanPiece piece, LaneKind kind) =>
        piece.Phase == SpanPhase.Unattributed || (piece.IsOpen && (kind == LaneKind.Slot || (piece.IsAsynchronous && kind != LaneKind.Process)));

    /// <summary>The unattributed ticks of an unobserved stretch.</summary>
    public double Between(long from, long to) => IntegralTo(to) - IntegralTo(from);

    private static bool HasUnattributed(Timeline timeline) =>
        timeline.Lanes.Any(static lane => lane.Spans.Any(static span => span.Segments.Any(static segment => segment.Phase == SpanPhase.Unattributed)));

    private static void AddLane(Lane lane, StretchSums seen, StretchSums unobserved)
    {
        foreach (Span span in lane.Spans)
        {
            foreach (SpanPiece piece in SpanPiece.Of(span))
            {
                if (piece.WorkDensity > 0)
                {
                    seen.Add(piece.From, piece.To, piece.WorkDensity);
                }

                if (IsUnobserved(piece, lane.Kind))
                {
                    unobserved.Add(piece.From, piece.To, 1 - piece.WorkDensity);
                }
            }
        }
    }

    private static ImmutableArray<CpuSample> Distinct(ImmutableArray<CpuSample> samples)
    {
        ImmutableArray<CpuSample>.Builder distinct = ImmutableArray.CreateBuilder<CpuSample>();
        foreach (CpuSample sample in samples)
        {
            if (distinct.Count > 0 && sample.At <= distinct[^1].At)
            {
                distinct[^1] = distinct[^1] with { ProcessCpu = sample.ProcessCpu };
            }
            else
            {
                distinct.Add(sample);
            }
        }

        return distinct.DrainToImmutable();
    }

    private double IntegralTo(long at)
    {
        if (_shares.Length == 0 || at <= _bounds[0])
        {
            return 0;
        }

        if (at >= _bounds[^1])
        {
            return _integral[^1];
        }

        int found = Array.BinarySearch(_bounds, at);
        int i = found >= 0 ? found : ~found - 1;
        return _integral[i] + (_shares[i] * (at - _bounds[i]));
    }
}
