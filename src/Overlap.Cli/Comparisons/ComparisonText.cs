using System.Text;
using Overlap.Advice;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Rendering;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;

namespace Overlap.Cli.Comparisons;

/// <summary>A comparison for a reader: the table, the drawing, the verdict.</summary>
internal static class ComparisonText
{
    // Four models side by side should fit on a screen.
    private const int MostLanes = 6;

    private static readonly string[] Headings = ["model", "workers", "time", "speed-up", "CPU time", "overlap", "waiting", "p50", "p95", "max", "failed"];

    /// <param name="comparison">What was measured.</param>
    /// <param name="ink">Whether to colour.</param>
    /// <param name="width">The longest line that the text breaks to.</param>
    public static string Of(Comparison comparison, Ink ink, int width)
    {
        StringBuilder text = new();
        text.Append(ink.Bold($"{comparison.Job}: {Text.Count(comparison.Items, "item", "items")}, {Text.Count(Environment.ProcessorCount, "core", "cores")}")).Append("\n\n");
        TextTable table = new(ink, Headings);
        foreach (ComparisonRow row in comparison.Rows)
        {
            table.Add(CellsOf(comparison, row), isBold: row.Fastest.Model == comparison.Verdict?.Model);
        }

        text.Append(table).Append('\n');
        Timeline[] timelines = [.. comparison.Rows.Select(static row => row.Fastest.Timeline).OfType<Timeline>()];
        if (timelines.Length > 0)
        {
            foreach (string line in TimelineText.Draw(timelines, new TimelineTextOptions { Width = width, Color = ink.IsOn, MaxLanes = MostLanes }))
            {
                text.Append(line).Append('\n');
            }

            text.Append('\n');
        }

        if (comparison.Verdict is { } verdict)
        {
            Append(text, verdict, ink, width);
        }

        return text.ToString();
    }

    private static string[] CellsOf(Comparison comparison, ComparisonRow row)
    {
        RunReport run = row.Fastest;
        return
        [
            ModelName.Of(run.Model),
            $"{run.Workers:N0}",
            Text.Seconds(run.Wall),
            comparison.SpeedupOf(row) is { } speedup ? Text.Factor(speedup) : "–",
            Text.Seconds(run.Cpu),
            $"{run.OverlapFactor:0.0}",
            Text.Percent(run.WaitShare),
            Text.Seconds(run.Median),
            Text.Seconds(run.Percentile95),
            Text.Seconds(run.Longest),
            $"{run.Failed:N0}",
        ];
    }

    private static void Append(StringBuilder text, Verdict verdict, Ink ink, int width)
    {
        string bound = verdict.Bound switch
        {
            Bound.Io => "it waits (I/O-bound)",
            Bound.Cpu => "it computes (CPU-bound)",
            _ => "it waits and computes (mixed)",
        };
        string workers = verdict.Workers == 1 ? "" : $", {verdict.Workers:N0} at a time";
        text.Append(ink.Bold($"Verdict: {ModelName.Of(verdict.Model)}{workers}")).Append($": {bound}; confidence {Words.Of(verdict.Confidence)}\n");
        foreach (string sentence in verdict.Evidence)
        {
            text.Append(TextLines.Indent(sentence, "  - ", width));
        }
    }
}
