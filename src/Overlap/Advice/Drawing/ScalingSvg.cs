using System.Globalization;
using System.Text;
using Overlap.Advice.Scaling;
using Overlap.Timelines.Drawing;

namespace Overlap.Advice.Drawing;

/// <summary>Draws a measured curve with the law that was fitted, on a ground of its own, light or dark as the reader's.</summary>
/// <remarks>
/// Shape: workers to the right, each doubling one step; items a second upwards from zero. Points with bars of two standard errors; the law as a
/// line, dashed beyond what was measured, within a band of 95 %; refused numbers as crosses; the recommended one named.
/// </remarks>
public static class ScalingSvg
{
    private const double Width = 720;
    private const double Height = 420;
    private const double Left = 84;
    private const double Right = 28;
    private const double Top = 84;
    private const double Bottom = 62;
    private const int Steps = 96;

    private const string OwnStyle = """
        <style>
        .law{fill:none;stroke:#d97706;stroke-width:2.2}.beyond{fill:none;stroke:#d97706;stroke-width:2.2;stroke-dasharray:2 6;stroke-linecap:round}
        .band{fill:#f59e0b;fill-opacity:.13}.point{fill:#1d4ed8;stroke:#fff;stroke-width:1.5}.error{stroke:#1d4ed8;stroke-width:1.5;fill:none}
        .chosen{fill:none;stroke:#1d4ed8;stroke-width:2.5}.chosenname{font-size:13px;font-weight:700;fill:#1d4ed8}
        @media (prefers-color-scheme:dark){.law,.beyond{stroke:#fbbf24}.band{fill:#fbbf24}.point{fill:#60a5fa;stroke:#0d1525}.error,.chosen{stroke:#60a5fa}.chosenname{fill:#60a5fa}}
        </style>
        """;

    /// <summary>Draws it.</summary>
    /// <param name="advice">The recommendation.</param>
    /// <returns>An SVG document.</returns>
    public static string Draw(Recommendation advice)
    {
        ArgumentNullException.ThrowIfNull(advice);
        IReadOnlyList<MeasuredCount> curve = Curve.Of(advice);
        int furthest = curve.Max(static count => count.Workers) * (advice.Fit is null ? 1 : 2);
        double highest = NiceAbove(Math.Max(curve.Max(static count => count.Throughput * (1 + (2 * count.StandardError))), double.Epsilon));
        Frame frame = new(Math.Max(1, Math.Log2(furthest)), highest);
        SvgText body = new();
        DrawAxes(body, frame, furthest);
        if (advice.Fit is { } fit)
        {
            DrawLaw(body, frame, fit, furthest);
        }

        foreach (MeasuredCount count in curve)
        {
            DrawPoint(body, frame, count, advice);
        }

        string title = $"{advice.Job}: items a second by the number of workers";
        string found = advice.IsWorthIt
            ? string.Create(CultureInfo.InvariantCulture, $"{Figures.NameOf(advice.Model)}, {advice.Workers:N0} at a time")
            : "leave it, one after the other";
        string law = advice.Fit is null ? "too few numbers for a law" : string.Create(CultureInfo.InvariantCulture, $"{LawText.Of(advice.Fit, advice.Item.Computing, advice.Cores, limitedBy: null)} (R² {advice.Fit.RSquared:0.000})");
        return new SvgText()
            .Raw($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SvgText.N(Width)} {SvgText.N(Height)}\" role=\"img\" aria-labelledby=\"ov-title ov-desc\">")
            .Raw($"<title id=\"ov-title\">{LabelText.Markup(title, 300)}</title>")
            .Raw($"<desc id=\"ov-desc\">{LabelText.Markup(DescriptionOf(curve, found, law), 2_000)}</desc>")
            .Raw(SvgStyle.Definitions)
            .Raw(OwnStyle)
            .Raw($"<rect class=\"ground\" width=\"{SvgText.N(Width)}\" height=\"{SvgText.N(Height)}\" rx=\"14\"/>")
            .Label("title", 28, 38, advice.Job, 40)
            .Label("wall end", Width - Right, 38, found)
            .Label("muted", 28, 60, law)
            .Raw(body.ToString())
            .Raw("</svg>")
            .ToString();
    }

    private static string DescriptionOf(IReadOnlyList<MeasuredCount> curve, string found, string law) =>
        $"{found}. {law}. {string.Join("; ", curve.Select(static count => $"{count.Workers}: {Figures.Rate(count.Throughput)}{(count.IsRefused ? ", refused" : "")}"))}.";

    private static void DrawAxes(SvgText body, Frame frame, int furthest)
    {
        for (int i = 0; i <= 4; i++)
        {
            double value = frame.Highest * i / 4;
            _ = body.Path("grid", $"M{SvgText.N(Left)} {SvgText.N(frame.Y(value))}H{SvgText.N(Width - Right)}");
            _ = body.Label("axis end", Left - 8, frame.Y(value) + 4, i == 0 ? "0" : Figures.Rate(value));
        }

        for (long workers = 1; workers <= furthest; workers *= 2)
        {
            _ = body.Path("tick", $"M{SvgText.N(frame.X(workers))} {SvgText.N(Height - Bottom)}v5");
            _ = body.Label("axis mid", frame.X(workers), Height - Bottom + 20, workers.ToString("N0", CultureInfo.InvariantCulture));
        }

        _ = body.Label("muted mid", (Left + Width - Right) / 2, Height - 16, "workers");
    }

    private static void DrawLaw(SvgText body, Frame frame, ScalingFit fit, int furthest)
    {
        double measured = Math.Log2(fit.MeasuredTo);
        double end = Math.Log2(furthest);
        StringBuilder upper = new();
        List<string> lower = [];
        int last = 0;
        for (int i = 0; i <= Steps; i++)
        {
            int workers = (int)Math.Round(Math.Pow(2, end * i / Steps));
            if (workers == last || fit.Predict(workers) is not { } predicted)
            {
                continue;
            }

            last = workers;
            _ = upper.Append(upper.Length == 0 ? 'M' : 'L').Append(At(frame, workers, predicted.High));
            lower.Insert(0, "L" + At(frame, workers, predicted.Low));
        }

        _ = body.Path("band", $"{upper}{string.Concat(lower)}Z");
        _ = body.Path("law", LineOf(frame, fit, 0, measured));
        _ = body.Path("beyond", LineOf(frame, fit, measured, end));
    }

    private static string LineOf(Frame frame, ScalingFit fit, double from, double to)
    {
        StringBuilder line = new();
        for (int i = 0; i <= Steps; i++)
        {
            double workers = Math.Pow(2, from + ((to - from) * i / Steps));
            _ = line.Append(i == 0 ? 'M' : 'L').Append(At(frame, workers, fit.At(workers)));
        }

        return line.ToString();
    }

    private static void DrawPoint(SvgText body, Frame frame, MeasuredCount count, Recommendation advice)
    {
        double x = frame.X(count.Workers);
        double y = frame.Y(count.Throughput);
        string what = string.Create(CultureInfo.InvariantCulture, $"{count.Workers:N0} at a time: {Figures.Rate(count.Throughput)} ± {Figures.Percent(count.StandardError)}, {count.Items:N0} items");
        if (count.IsRefused)
        {
            _ = body.Path("failmark", $"M{SvgText.N(x - 5)} {SvgText.N(y - 5)}l10 10m0 -10l-10 10", what + ", refused");
            return;
        }

        double reach = 2 * count.StandardError * count.Throughput;
        _ = body.Path("error", $"M{SvgText.N(x)} {SvgText.N(frame.Y(count.Throughput + reach))}V{SvgText.N(frame.Y(Math.Max(0, count.Throughput - reach)))}");
        _ = body.Raw($"<circle class=\"point\" cx=\"{SvgText.N(x)}\" cy=\"{SvgText.N(y)}\" r=\"5\"><title>{LabelText.Markup(what, 300)}</title></circle>");
        if (count.Workers == advice.Workers)
        {
            _ = body.Raw($"<circle class=\"chosen\" cx=\"{SvgText.N(x)}\" cy=\"{SvgText.N(y)}\" r=\"10\"/>");
            bool isRight = x > Width / 2;
            _ = body.Label(isRight ? "chosenname end" : "chosenname", x + (isRight ? -16 : 16), y + (isRight ? -8 : 18), string.Create(CultureInfo.InvariantCulture, $"{count.Workers:N0}: {Figures.Rate(count.Throughput)}"));
        }
    }

    private static string At(Frame frame, double workers, double value) => $"{SvgText.N(frame.X(workers))} {SvgText.N(frame.Y(Math.Clamp(value, 0, frame.Highest)))}";

    private static double NiceAbove(double value)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        double[] steps = [1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10];
        return power * steps.First(step => step * power >= value * 0.999);
    }

    /// <summary>Where a number of workers and a throughput lie.</summary>
    private readonly record struct Frame(double Doublings, double Highest)
    {
        public double X(double workers) => Left + 12 + (Math.Log2(workers) / Doublings * (Width - Left - Right - 24));

        public double Y(double value) => Height - Bottom - (value / Highest * (Height - Top - Bottom));
    }
}
