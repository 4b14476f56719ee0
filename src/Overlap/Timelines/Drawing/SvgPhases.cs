using System.Collections.Immutable;
using System.Text;

namespace Overlap.Timelines.Drawing;

/// <summary>Draws phases as SVG: a lane's calls one by one while they can be told apart, else column by column.</summary>
internal static class SvgPhases
{
    // From the bottom up: what is known to be work is the firm ground.
    private static readonly (SpanPhase Phase, string Style)[] Layers =
    [
        (SpanPhase.Working, "work"),
        (SpanPhase.Unattributed, "hidden"),
        (SpanPhase.Throttled, "held"),
        (SpanPhase.Retrying, "retry"),
        (SpanPhase.Waiting, "wait"),
    ];

    /// <summary>Draws one lane.</summary>
    public static void Lane(
        SvgText body, TimelineFigures figures, Lane lane, SvgBudget budget, TimeScale scale, double x, double y, double width, double height)
    {
        int pieces = lane.Spans.Sum(static span => 1 + (2 * span.Segments.Length));
        if (!budget.DrawsCalls || pieces * 2 > width || !IsApart(lane.Spans))
        {
            scale = scale with { Columns = Math.Min(scale.Columns, budget.MaxColumns) };
            Columns(body, PhaseColumns.Of(lane, figures.Attribution, scale), x, y, width, height, 1, Title(lane));
            return;
        }

        foreach (Span span in lane.Spans)
        {
            Call(body, figures, lane, span, scale, x, y, width, height);
        }
    }

    /// <summary>Draws many lanes as one area, as high as calls are in flight.</summary>
    public static void Area(SvgText body, TimelineFigures figures, TimeScale scale, double x, double y, double width, double height)
    {
        PhaseMix[] columns = PhaseColumns.Of(figures.Timeline.Lanes, figures.Attribution, scale);
        _ = body.Rect("idle", x, y, width, height);
        Columns(body, columns, x, y, width, height, Math.Max(1, figures.PeakInFlight), $"{figures.PeakInFlight} in flight at most");
    }

    private static void Call(
        SvgText body, TimelineFigures figures, Lane lane, Span span, TimeScale scale, double x, double y, double width, double height)
    {
        double Place(long ticks) => x + (Math.Clamp((double)(ticks - scale.Origin) / scale.Length, 0, 1) * width);

        double end = Place(span.Finished.Ticks);
        double start = Place(span.Started.Ticks);

        // A hair's breadth between calls that follow at once.
        double gap = end - start > 2.5 ? 0.7 : 0;
        _ = body.Raw($"<g><title>{LabelText.Markup(Title(lane, span), 300)}</title>");
        foreach (SpanPiece piece in SpanPiece.Of(span))
        {
            double from = Place(piece.From);
            double to = Math.Max(from + 0.3, Math.Min(Place(piece.To), end - gap));
            double ticks = piece.To - piece.From;
            PhaseMix mix = default;
            foreach ((SpanPhase phase, double part) in PhaseColumns.Split(piece, lane.Kind, figures.Attribution))
            {
                mix.Add(phase, part / ticks);
            }

            Stack(body, mix, from, to - from, y, height);
        }

        if (span.Status == SpanStatus.Failed)
        {
            double mark = Math.Min(Math.Min(height, 10), Math.Max(4, end - start));
            double left = Math.Max(start, end - mark - 1);
            string size = SvgText.N(mark);
            string cross = $"M{SvgText.N(left)} {SvgText.N(y + ((height - mark) / 2))}l{size} {size}m0 -{size}l-{size} {size}";
            _ = body.Path("failhalo", cross).Path("failmark", cross);
        }

        _ = body.Raw("</g>");
    }

    private static void Stack(SvgText body, PhaseMix mix, double x, double width, double y, double height)
    {
        double bottom = y + height;
        foreach ((SpanPhase phase, string style) in Layers)
        {
            double part = mix[phase];
            if (part > 1e-4)
            {
                // Small work stays visible.
                double high = Math.Min(bottom - y, phase == SpanPhase.Working ? Math.Max(1, part * height) : part * height);
                if (high > 0.05)
                {
                    _ = body.Rect(style, x, bottom - high, width, high);
                    bottom -= high;
                }
            }
        }
    }

    // One outline per phase: as many points as the picture has pixels, however many calls there were.
    private static void Columns(
        SvgText body, PhaseMix[] columns, double x, double y, double width, double height, double whole, string title)
    {
        double step = width / columns.Length;
        double[] floor = new double[columns.Length];
        _ = body.Raw($"<g><title>{LabelText.Markup(title, 300)}</title>");
        foreach ((SpanPhase phase, string style) in Layers)
        {
            double[] top = [.. columns.Select((mix, i) => Math.Min(1, floor[i] + (mix[phase] / whole)))];
            StringBuilder path = new();
            for (int i = 0; i < columns.Length;)
            {
                if (top[i] - floor[i] < 1e-4)
                {
                    i++;
                    continue;
                }

                int from = i;
                while (i < columns.Length && top[i] - floor[i] >= 1e-4)
                {
                    i++;
                }

                Outline(path, floor, top, from, i, x, y, step, height);
            }

            if (path.Length > 0)
            {
                _ = body.Path(style, path.ToString());
            }

            floor = top;
        }

        for (int i = 0; i < columns.Length; i++)
        {
            if (columns[i].Failed > 0)
            {
                _ = body.Rect("fail", x + (i * step), y, Math.Max(1.2, step), Math.Min(height, 8));
            }
        }

        _ = body.Raw("</g>");
    }

    private static void Outline(
        StringBuilder path, double[] floor, double[] top, int from, int to, double x, double y, double step, double height)
    {
        double Y(double level) => Math.Round(y + height - (level * height), 1);

        _ = path.Append('M').Append(SvgText.N(x + (from * step))).Append(' ').Append(SvgText.N(Y(floor[from])));
        for (int i = from; i < to; i++)
        {
            if (i == from || Y(top[i]) != Y(top[i - 1]))
            {
                _ = path.Append('V').Append(SvgText.N(Y(top[i])));
            }

            if (i + 1 == to || Y(top[i + 1]) != Y(top[i]))
            {
                _ = path.Append('H').Append(SvgText.N(x + ((i + 1) * step)));
            }
        }

        for (int i = to - 1; i >= from; i--)
        {
            if (i == to - 1 || Y(floor[i]) != Y(floor[i + 1]))
            {
                _ = path.Append('V').Append(SvgText.N(Y(floor[i])));
            }

            if (i == from || Y(floor[i - 1]) != Y(floor[i]))
            {
                _ = path.Append('H').Append(SvgText.N(x + (i * step)));
            }
        }

        _ = path.Append('Z');
    }

    private static bool IsApart(ImmutableArray<Span> spans)
    {
        for (int i = 1; i < spans.Length; i++)
        {
            if (spans[i].Started < spans[i - 1].Finished)
            {
                return false;
            }
        }

        return true;
    }

    private static string Title(Lane lane) => $"{lane.Name}: {Wording.Count(lane.Spans.Length, "item")}";

    private static string Title(Lane lane, Span span)
    {
        string label = span.Label is null ? "" : $" {LabelText.Line(span.Label, 80)}";
        string status = span.Status == SpanStatus.Succeeded ? "" : $", {TimelineFile.NameOf(span.Status)}";
        return $"item {span.Item}{label}: {Wording.Time(span.Duration)}, {Wording.Time(span.Working)} of it work{status} ({lane.Name})";
    }
}
