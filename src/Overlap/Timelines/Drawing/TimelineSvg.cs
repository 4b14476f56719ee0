using System.Collections.Immutable;

namespace Overlap.Timelines.Drawing;

/// <summary>Draws recordings as one picture: the models of a job on one time scale, on a ground of its own, light or dark as the reader's.</summary>
/// <remarks>
/// Shape: up to twenty-four lanes are drawn one by one; more become one area whose height is the number of calls in flight. Where the place of
/// work inside a call is not known, or many calls share a pixel, heights tell the parts. A run much shorter than the longest is drawn
/// in its true width with a magnified view beside it. Phases differ by pattern and lightness as well as by colour.
/// Memory: below 2 MB, however many calls were recorded.
/// </remarks>
public static class TimelineSvg
{
    private const double Width = 1000;
    private const double Margin = 28;
    private const double PlotLeft = 126;
    private const double PlotWidth = Width - PlotLeft - Margin;
    private const int MaxLanes = 24;
    private const double AreaHeight = 96;
    private const int MagnifyBelow = 6;

    /// <summary>Draws recordings.</summary>
    /// <param name="timelines">The recordings.</param>
    /// <returns>An SVG document.</returns>
    public static string Draw(IReadOnlyList<Timeline> timelines)
    {
        ArgumentNullException.ThrowIfNull(timelines);
        TimelineFigures[] all = [.. timelines.Select(timeline => new TimelineFigures(timeline, timelines))];
        SvgText grid = new();
        SvgText body = new();
        SvgBudget budget = SvgBudget.Of(timelines, MaxLanes);
        double y = Margin;
        foreach (IGrouping<string, TimelineFigures> job in all.GroupBy(static figures => figures.Timeline.Title))
        {
            y = DrawJob(body, grid, job.Key, [.. job], budget, y);
        }

        y = DrawLegend(body, all, y);
        string title = string.Join(", ", all.Select(static figures => $"{figures.Timeline.Title} {figures.Timeline.Model}"));
        string description = string.Join("; ", all.Select(static figures =>
            $"{figures.Timeline.Model}: {Wording.Speed(figures)}, {Wording.Crew(figures)}, {Wording.Shares(figures)}"));
        string height = SvgText.N(y + 20);
        SvgText picture = new SvgText()
            .Raw($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SvgText.N(Width)} {height}\" role=\"img\" aria-labelledby=\"ov-title ov-desc\">")
            .Raw($"<title id=\"ov-title\">{LabelText.Markup(title, 300)}</title>")
            .Raw($"<desc id=\"ov-desc\">{LabelText.Markup(description, 2_000)}</desc>")
            .Raw(SvgStyle.Definitions)
            .Raw($"<rect class=\"ground\" width=\"{SvgText.N(Width)}\" height=\"{height}\" rx=\"14\"/>");
        return picture.Raw(grid.ToString()).Raw(body.ToString()).Raw("</svg>").ToString();
    }

    private static double DrawJob(SvgText body, SvgText grid, string title, TimelineFigures[] job, SvgBudget budget, double y)
    {
        long longest = TimeScale.LengthOf(job);
        long items = job.Max(static figures => figures.Summary.Items);
        _ = body.Label("title", Margin, y + 14, title, 60);
        _ = body.Label("muted end", Width - Margin, y + 14, $"{Wording.Count(items, "item")}{(job.Length > 1 ? " · one time scale" : "")}");
        double top = y + 34;
        y += 40;
        foreach (TimelineFigures figures in job)
        {
            y = DrawOne(body, figures, budget, longest, y);
        }

        double bottom = y - 6;
        foreach (TimeSpan mark in TimeScale.Marks(longest, 8))
        {
            double x = PlotLeft + ((double)mark.Ticks / longest * PlotWidth);
            _ = grid.Path("grid", $"M{SvgText.N(x)} {SvgText.N(top)}V{SvgText.N(bottom)}");
            _ = body.Label(x > Width - Margin - 14 ? "axis end" : "axis mid", x, bottom + 16, Wording.Mark(mark));
        }

        return bottom + 46;
    }

    private static double DrawOne(SvgText body, TimelineFigures figures, SvgBudget budget, long longest, double y)
    {
        string factor = figures.SpeedUp switch
        {
            null => "",
            >= 1 => $"{Wording.Factor(figures.SpeedUp.Value)}× faster",
            _ => $"{Wording.Factor(1 / figures.SpeedUp.Value)}× slower",
        };
        _ = body.Label("model", Margin, y + 12, figures.Timeline.Model, 14);
        _ = body.Label("wall", PlotLeft, y + 12, Wording.Time(figures.Summary.Wall));
        _ = body.Label("factor", PlotLeft + 86, y + 12, factor);
        _ = body.Label("muted end", Width - Margin, y + 12, $"{Wording.Count(figures.Timeline.Workers, "worker")} · {Wording.Shares(figures)}");
        y += 22;

        ImmutableArray<Lane> lanes = figures.Lanes;
        double laneHeight = lanes.Length switch { 1 => 26, <= 6 => 17, <= 12 => 12, _ => 8 };
        double height = lanes.Length <= MaxLanes ? Math.Max(laneHeight, (laneHeight * lanes.Length) - 2) : AreaHeight;
        long wall = Math.Max(1, figures.Summary.Wall.Ticks);
        DrawNames(body, figures, y, height, laneHeight);
        double end = PlotLeft + ((double)wall / longest * PlotWidth);
        double stripLeft = PlotLeft;
        double stripRight = Math.Max(PlotLeft + 1, end);
        if (wall * MagnifyBelow < longest)
        {
            // Tall enough to be read, however few the lanes.
            double tall = Math.Max(height, 64);
            double left = Math.Max(end + 70, PlotLeft + 190);
            double right = Width - Margin;
            DrawLanes(body, figures, budget, PlotLeft, y, Math.Max(1, end - PlotLeft), height, (int)Math.Clamp(end - PlotLeft, 1, PlotWidth));
            _ = body.Path("wedge", $"M{SvgText.N(end)} {SvgText.N(y)}L{SvgText.N(left)} {SvgText.N(y)}V{SvgText.N(y + tall)}L{SvgText.N(end)} {SvgText.N(y + height)}Z");
            _ = body.Rect("lens", left, y, right - left, tall);
            DrawLanes(body, figures, budget, left, y, right - left, tall, (int)(right - left));
            foreach (TimeSpan mark in TimeScale.Marks(wall, 6))
            {
                double x = left + ((double)mark.Ticks / wall * (right - left));
                _ = body.Path("tick", $"M{SvgText.N(x)} {SvgText.N(y + tall)}v4");
                _ = body.Label(x > right - 20 ? "axis end" : "axis mid", x, y + tall + 16, Wording.Mark(mark));
            }

            _ = body.Label("lenstext end", left - 8, y + tall + 16, $"magnified {Wording.Factor((double)longest / wall)}×");
            height = tall + 20;
            (stripLeft, stripRight) = (left, right);
        }
        else
        {
            DrawLanes(body, figures, budget, PlotLeft, y, end - PlotLeft, height, (int)Math.Max(1, end - PlotLeft));
        }

        y += height;
        TimeScale strips = new(figures.Origin, wall, (int)Math.Clamp(stripRight - stripLeft, 1, budget.MaxColumns));
        y = SvgStrips.Draw(body, figures, strips, hasLanes: lanes.Length <= MaxLanes, stripLeft, y, stripRight - stripLeft);

        y += 4;
        foreach (string remark in Wording.Remarks(figures))
        {
            y += 16;
            _ = body.Label("muted", PlotLeft, y, remark);
        }

        return y + 24;
    }

    private static void DrawNames(SvgText body, TimelineFigures figures, double y, double height, double laneHeight)
    {
        ImmutableArray<Lane> lanes = figures.Lanes;
        if (lanes.Length > MaxLanes)
        {
            _ = body.Label("lane end", PlotLeft - 8, y + 10, $"{lanes.Length} lanes");
            _ = body.Label("lane end", PlotLeft - 8, y + 24, "in flight");
            _ = body.Label("lane end", PlotLeft - 8, y + height, $"peak {figures.PeakInFlight}");
            return;
        }

        // Where lanes are lower than letters only the first and the last bear their names.
        for (int i = 0; i < lanes.Length; i++)
        {
            bool isCritical = figures.Critical?.Lane == lanes[i];
            if (laneHeight >= 12 || i == 0 || i == lanes.Length - 1)
            {
                string style = isCritical && IsTelling(figures) ? "lane end critical" : "lane end";
                _ = body.Label(style, PlotLeft - 8, y + (i * laneHeight) + Math.Min(laneHeight - 4, (laneHeight / 2) + 4), figures.NameOf(lanes[i]), 17);
            }
        }

        DrawGroups(body, figures, y, laneHeight);
    }

    // Lanes that one process ran are held together by a line beside their names; one alone needs none.
    private static void DrawGroups(SvgText body, TimelineFigures figures, double y, double laneHeight)
    {
        ImmutableArray<Lane> lanes = figures.Lanes;
        for (int from = 0; figures.HasProcesses && from < lanes.Length;)
        {
            int to = from + 1;
            while (to < lanes.Length && lanes[to].ProcessId == lanes[from].ProcessId)
            {
                to++;
            }

            if (to - from > 1)
            {
                _ = body.Path("tick", $"M{SvgText.N(PlotLeft - 4)} {SvgText.N(y + (from * laneHeight))}V{SvgText.N(y + (to * laneHeight) - 2)}", $"process {lanes[from].ProcessId}");
            }

            from = to;
        }
    }

    private static bool IsTelling(TimelineFigures figures) => figures.Tail is not null || Wording.IsBeatable(figures);

    /// <summary>Marks what kept the run from ending sooner: the stretch with few left, and the time that could not be beaten.</summary>
    private static void DrawMarks(SvgText body, TimelineFigures figures, double x, double y, double width, double height)
    {
        double wall = Math.Max(1, figures.Summary.Wall.Ticks);
        if (figures.Tail is RunTail tail)
        {
            double left = x + (width * (1 - (tail.Length.Ticks / wall)));
            string box = $"M{SvgText.N(left)} {SvgText.N(y - 2)}H{SvgText.N(x + width)}V{SvgText.N(y + height + 2)}H{SvgText.N(left)}Z";
            _ = body.Path("tail", box, $"tail {Wording.Time(tail.Length)}: fewer than half of the workers busy");
        }

        if (Wording.IsBeatable(figures))
        {
            string line = $"M{SvgText.N(x + (width * (figures.Bound.Time.Ticks / wall)))} {SvgText.N(y - 4)}v{SvgText.N(height + 8)}";
            _ = body.Path("bound", line, $"lower bound {Wording.Time(figures.Bound.Time)}: {figures.Bound.Why}");
        }
    }

    private static void DrawLanes(
        SvgText body, TimelineFigures figures, SvgBudget budget, double x, double y, double width, double height, int columns)
    {
        ImmutableArray<Lane> lanes = figures.Lanes;
        TimeScale scale = new(figures.Origin, Math.Max(1, figures.Summary.Wall.Ticks), Math.Max(1, columns));
        if (lanes.Length > MaxLanes)
        {
            SvgPhases.Area(body, figures, scale, x, y, width, height);
            DrawMarks(body, figures, x, y, width, height);
            return;
        }

        double laneHeight = (height + (lanes.Length > 1 ? 2 : 0)) / Math.Max(1, lanes.Length);
        for (int i = 0; i < lanes.Length; i++)
        {
            double top = y + (i * laneHeight);
            double inner = lanes.Length > 1 ? laneHeight - 2 : laneHeight;
            _ = body.Rect("idle", x, top, width, inner);
            SvgPhases.Lane(body, figures, lanes[i], budget, scale, x, top, width, inner);
        }

        DrawMarks(body, figures, x, y, width, height);
    }

    private static double DrawLegend(SvgText body, TimelineFigures[] all, double y)
    {
        double x = Margin;
        SpanPhase[] held = [.. all.SelectMany(static figures => figures.Timeline.Lanes).SelectMany(static lane => lane.Spans)
            .SelectMany(static span => span.Segments).Select(static segment => segment.Phase).Distinct()];
        bool failed = all.Any(static figures => figures.Summary.Failed > 0);
        bool hidden = all.Any(static figures => figures.Summary.Unattributed > TimeSpan.Zero);
        (string Style, string Text, double Width, bool Occurs)[] entries =
        [
            ("work", "work: using a processor", 176, true),
            ("wait", "waiting", 82, true),
            ("hidden", "unattributed", 110, hidden),
            ("held", "held back by a limit", 152, held.Contains(SpanPhase.Throttled)),
            ("retry", "waiting to retry", 128, held.Contains(SpanPhase.Retrying)),
            ("idle", "no item", 78, true),
        ];
        foreach ((string style, string text, double width, bool _) in entries.Where(static entry => entry.Occurs))
        {
            _ = body.Rect(style, x, y - 11, 18, 13);
            _ = body.Label("muted", x + 24, y, text);
            x += width + 12;
        }

        if (failed)
        {
            _ = body.Path("failmark", $"M{SvgText.N(x)} {SvgText.N(y - 10)}l9 10m0 -10l-9 10");
            _ = body.Label("muted", x + 16, y, "failed");
        }

        x = Margin;
        y += all.Any(IsTelling) ? 20 : 0;
        if (all.Any(static figures => figures.Tail is not null))
        {
            _ = body.Path("tail", $"M{SvgText.N(x)} {SvgText.N(y - 11)}h18v13h-18Z").Label("muted", x + 24, y, "tail: fewer than half of the workers busy");
            x += 280;
        }

        if (all.Any(Wording.IsBeatable))
        {
            _ = body.Path("bound", $"M{SvgText.N(x + 9)} {SvgText.N(y - 12)}v15").Label("muted", x + 24, y, "lower bound: no run of these items could end sooner");
        }

        _ = body.Label("muted", Margin, y + 20, "Heights tell parts: where an item's work lies inside it is not known on a thread, and where many items share a pixel.");
        return y + 20;
    }
}
