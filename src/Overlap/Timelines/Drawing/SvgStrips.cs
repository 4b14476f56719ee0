using System.Text;

namespace Overlap.Timelines.Drawing;

/// <summary>Draws the strips below the lanes: calls in flight, calls in the queue, processors, the limit.</summary>
internal static class SvgStrips
{
    private const double Height = 26;
    private const double Gap = 6;

    /// <summary>Draws all that say something.</summary>
    /// <param name="body">The picture.</param>
    /// <param name="figures">The recording.</param>
    /// <param name="scale">The time, as wide as the lanes above.</param>
    /// <param name="hasLanes">Whether lanes are drawn one by one: the area of many is itself the number in flight.</param>
    /// <param name="x">Where the lanes begin.</param>
    /// <param name="y">Where the lanes end.</param>
    /// <param name="width">How wide the lanes are.</param>
    /// <returns>Where the strips end.</returns>
    public static double Draw(SvgText body, TimelineFigures figures, TimeScale scale, bool hasLanes, double x, double y, double width)
    {
        Timeline timeline = figures.Timeline;
        if (hasLanes && timeline.Lanes.Length > 1)
        {
            double[] busy = [.. PhaseColumns.Of(timeline.Lanes, figures.Attribution, scale).Select(static mix => mix.Busy)];
            y = Strip(body, "flight", "in flight", $"peak {figures.PeakInFlight}", busy, figures.PeakInFlight, x, y + Gap, width);
        }

        if (figures.HasQueue)
        {
            double[] queued = QueueLevels.Of(timeline, scale);
            double most = Math.Max(1, queued.Max());
            y = Strip(body, "queue", "queued", $"most {most:0}", queued, most, x, y + Gap, width);
        }

        if (timeline.CpuSamples.Length > 1)
        {
            double[] cpu = PhaseColumns.CpuOf(timeline, figures.Attribution, scale);
            y = Strip(body, "work", "CPU", $"of {Wording.Count(timeline.Cores, "core")}", cpu, timeline.Cores, x, y + Gap, width);
        }

        if (!timeline.Limits.IsEmpty)
        {
            int most = LimitLevels.MostOf(timeline);
            y = Strip(body, "limit", "limit", $"most {most}", LimitLevels.Of(timeline, scale), most, x, y + Gap, width);
        }

        return y;
    }

    private static double Strip(SvgText body, string style, string name, string ceiling, double[] levels, double most, double x, double y, double width)
    {
        double bottom = y + Height;
        double step = width / levels.Length;
        StringBuilder steps = new($"M{SvgText.N(x)} {SvgText.N(bottom)}");
        double drawn = -1;
        for (int i = 0; i < levels.Length; i++)
        {
            // The ceiling stays in sight above what reaches it.
            double top = Math.Round(bottom - (Math.Min(1, levels[i] / Math.Max(1e-9, most)) * (Height - 2)), 1);
            if (top != drawn)
            {
                _ = steps.Append($"H{SvgText.N(x + (i * step))}V{SvgText.N(top)}");
                drawn = top;
            }
        }

        _ = body.Rect("idle", x, y, width, Height)
            .Path(style, steps.Append($"H{SvgText.N(x + width)}V{SvgText.N(bottom)}Z").ToString())
            .Label("lane end", x - 8, y + 11, name)
            .Label("lane end", x - 8, bottom, ceiling);
        return bottom;
    }
}
