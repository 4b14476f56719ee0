using System.Globalization;

namespace Overlap.Timelines.Drawing;

/// <summary>Writes numbers and remarks the same way in every drawing.</summary>
internal static class Wording
{
    // More are not late one by one: the run runs out as it ran in.
    private const int MaxStragglers = 8;

    public static string Time(TimeSpan time) => time.TotalSeconds switch
    {
        0 => "0 s",
        < 0.9995e-3 => Number(time.TotalMicroseconds, " µs"),
        < 0.9995 => Number(time.TotalMilliseconds, " ms"),
        < 600 => Number(time.TotalSeconds, " s"),
        _ => Number(time.TotalMinutes, " min"),
    };

    /// <summary>Writes a mark of an axis: round as it is, without digits that say nothing.</summary>
    public static string Mark(TimeSpan time) => time.TotalSeconds switch
    {
        0 => "0",
        < 1e-3 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMicroseconds:0.##} µs"),
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.##} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.##} s"),
    };

    public static string Percent(double share) => share switch
    {
        > 0 and < 0.001 => "<0.1 %",
        < 0.0995 => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.#} %"),

        // Almost all is not all: the rest is named beside it.
        > 0.9995 and < 1 => ">99.9 %",
        > 0.9945 and < 1 => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0} %"),
    };

    public static string Factor(double factor) =>
        factor.ToString(factor < 9.95 ? "0.0" : factor < 1e6 ? "#,0" : "0.0e0", CultureInfo.InvariantCulture);

    public static string Count(long count, string noun) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {noun}{(count == 1 ? "" : "s")}");

    /// <summary>How fast: wall time and speed-up.</summary>
    public static string Speed(TimelineFigures figures)
    {
        string wall = Time(figures.Summary.Wall);
        return figures.SpeedUp switch
        {
            null => wall,
            >= 1 => $"{wall} · {Factor(figures.SpeedUp.Value)}× faster than inline",
            _ => $"{wall} · {Factor(1 / figures.SpeedUp.Value)}× slower than inline",
        };
    }

    /// <summary>Who did how much.</summary>
    public static string Crew(TimelineFigures figures)
    {
        string crew = $"{Count(figures.Timeline.Workers, "worker")} · {Count(figures.Summary.Items, "item")}";
        return figures.Summary.Failed == 0 ? crew : string.Create(CultureInfo.InvariantCulture, $"{crew} · {figures.Summary.Failed:#,0} failed");
    }

    /// <summary>The shares and the overlap.</summary>
    public static string Shares(TimelineFigures figures)
    {
        TimelineSummary summary = figures.Summary;
        List<string> parts = [$"overlap {Factor(summary.OverlapFactor)}"];
        if (figures.KnowsCpu)
        {
            parts.Add($"CPU {Percent(summary.CpuUtilization)} of {Count(figures.Timeline.Cores, "core")}");
        }

        AddShare("work", summary.Working);
        AddShare("waiting", summary.Waiting);
        AddShare("held back", summary.HeldBack);
        AddShare("without a processor", summary.Delayed);
        AddShare("unattributed", summary.Unattributed - summary.Delayed);
        return string.Join(" · ", parts);

        void AddShare(string name, TimeSpan part)
        {
            if (part > TimeSpan.Zero && summary.ItemTime > TimeSpan.Zero)
            {
                parts.Add($"{name} {Percent(part / summary.ItemTime)}");
            }
        }
    }

    /// <summary>How long calls took.</summary>
    public static string Items(TimelineFigures figures) =>
        $"item p50 {Time(figures.P50)} · p95 {Time(figures.P95)} · max {Time(figures.Longest)}";

    /// <summary>What a reader would want pointed out; each a sentence of its own.</summary>
    public static IEnumerable<string> Remarks(TimelineFigures figures)
    {
        if (figures.Tail is RunTail tail)
        {
            string label = tail.Last.Label is null ? "" : $" ({LabelText.Line(tail.Last.Label, 60)})";
            string who = tail.Stragglers == 1 ? "1 straggler, item"
                : tail.Stragglers <= MaxStragglers ? $"{tail.Stragglers} stragglers, last item"
                : $"fewer than half of the workers busy, {tail.Stragglers} items under way, last item";
            yield return $"tail {Time(tail.Length)}: {who} {tail.Last.Item}{label}";
        }

        bool isBeatable = IsBeatable(figures);
        if (isBeatable)
        {
            yield return $"lower bound {Time(figures.Bound.Time)}: {figures.Bound.Why}";
        }

        if (figures.Critical is CriticalPath path && (figures.Tail is not null || isBeatable))
        {
            string label = path.Longest.Label is null ? "" : $" ({LabelText.Line(path.Longest.Label, 60)})";
            yield return $"critical path: {LabelText.Line(figures.NameOf(path.Lane), 40)}, {Count(path.Lane.Spans.Length, "item")}, busy {Percent(Math.Min(1, path.Busy / figures.Summary.Wall))} of the run, longest item {path.Longest.Item}{label} {Time(path.Longest.Duration)}";
        }

        if (figures.Timeline.Limits is [.., LimitStep last])
        {
            yield return $"limit at last {LabelText.Line(last.Reason, 120)}";
        }

        if (figures.Timeline.DroppedSpans > 0)
        {
            yield return $"{Count(figures.Timeline.DroppedSpans, "item")} beyond the recorder's limit not drawn";
        }
    }

    /// <summary>Whether the run took so much longer than the lower bound that it is worth a remark.</summary>
    public static bool IsBeatable(TimelineFigures figures) => figures.Summary.Wall > figures.Bound.Time * 1.15 && figures.Timeline.Workers > 1;

    private static string Number(double value, string unit) =>
        value.ToString(value < 9.995 ? "0.00" : value < 99.95 ? "0.0" : "#,0", CultureInfo.InvariantCulture) + unit;
}
