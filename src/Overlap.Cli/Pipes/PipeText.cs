using System.Text;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Pipes;

/// <summary>Both runs for a reader: one below the other, and what the workers were worth.</summary>
internal static class PipeText
{
    public static string Of(PipeSettings settings, IReadOnlyList<PipeResult> runs, Ink ink, int width)
    {
        StringBuilder text = new();
        text.Append(TextLines.Indent(
            $"A fast generator, a slow square, a printer: {Text.Count(settings.Count, "number", "numbers")}, {Text.Seconds(settings.Produce)} to generate one, "
            + $"{Text.Seconds(settings.Work)} to square it. No queue holds more than {settings.Capacity:N0}.",
            "",
            width));
        foreach (PipeResult run in runs)
        {
            text.Append($"\n{ink.Bold(TitleOf(run.Workers))}: {Text.Seconds(run.Wall)}, {Text.Rate(run.PerSecond)}\n\n");
            foreach (string line in PipePicture.Draw(run.Stages, run.Queues, ink, width))
            {
                text.Append(line).Append('\n');
            }

            text.Append('\n').Append(TextLines.Indent($"bottleneck: {run.Stages.Bottleneck}", "  ", width));
        }

        text.Append('\n').Append(ink.Dim(TextLines.Indent($"{PipePicture.Legend} (mean)", "  ", width).TrimEnd())).Append('\n');
        AppendEnd(text, settings, runs, ink, width);
        return text.ToString();
    }

    /// <summary>What is changed from run to run.</summary>
    public static string TitleOf(int workers) => workers == 1 ? "1 worker squares" : $"{workers:N0} workers square";

    private static void AppendEnd(StringBuilder text, PipeSettings settings, IReadOnlyList<PipeResult> runs, Ink ink, int width)
    {
        PipeResult last = runs[^1];
        if (last.IsPartial)
        {
            text.Append($"Stopped: {last.Printed:N0} of {Text.Count(settings.Count, "number", "numbers")} came to the end.\n");
            return;
        }

        double factor = last.PerSecond / Math.Max(runs[0].PerSecond, double.Epsilon);
        string next = last.Bottleneck is { } stage && stage.Name != runs[0].Bottleneck?.Name
            ? $" Now {stage.Name} holds the others up: more workers would not help."
            : "";
        string both = settings.Count < 5 ? "Both runs printed the same numbers." : $"Both runs printed 0 1 4 9 … {(long)(settings.Count - 1) * (settings.Count - 1)}, in this order.";
        text.Append(TextLines.Indent($"{TitleOf(last.Workers)}: {ink.Bold(Text.Factor(factor))} as fast.{next} {both}", "", width));
    }
}
