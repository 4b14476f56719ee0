using System.Text;
using Overlap.Cli.Rendering;
using Overlap.Pipelines;

namespace Overlap.Cli.Pipes;

/// <summary>Draws the stages as boxes with the queues between them, and below how each spends its time.</summary>
internal static class PipePicture
{
    /// <summary>Explains the signs.</summary>
    public const string Legend = "█ works  · waits for items  ░ waits for room  ■ items in a queue";

    /// <summary>What the boxes need; on narrower terminals they are left out.</summary>
    public const int BoxesWidth = 66;

    private const int Indent = 2;
    private const int Cells = 8;
    private const int LongestBar = 40;
    private const int ShortestBar = 10;

    // The name before a bar, and the words behind it.
    private const int AroundBar = Indent + 10 + 2 + 37;

    /// <param name="stages">The stages.</param>
    /// <param name="queues">The items that wait behind each of them.</param>
    /// <param name="ink">Whether to colour.</param>
    /// <param name="width">Columns of the terminal.</param>
    public static IEnumerable<string> Draw(PipelineSnapshot stages, IReadOnlyList<double> queues, Ink ink, int width)
    {
        StageStatistics? bottleneck = PipeResult.BottleneckOf(stages);
        if (width >= BoxesWidth)
        {
            foreach (string line in Boxes(stages, queues, ink, bottleneck))
            {
                yield return line;
            }
        }

        foreach (StageStatistics stage in stages.Stages)
        {
            yield return Bar(stage, ink, Math.Clamp(width - AroundBar, ShortestBar, LongestBar), isBottleneck: stage == bottleneck);
        }
    }

    private static string[] Boxes(PipelineSnapshot stages, IReadOnlyList<double> queues, Ink ink, StageStatistics? bottleneck)
    {
        StringBuilder[] lines = [.. Enumerable.Range(0, 3).Select(static _ => new StringBuilder().Append(' ', Indent))];
        for (int i = 0; i < stages.Stages.Length; i++)
        {
            StageStatistics stage = stages.Stages[i];
            string title = i is 1 ? $" {stage.Name} ×{stage.Workers} " : $" {stage.Name} ";
            string edge = new('─', title.Length);
            Func<string, string> paint = stage == bottleneck ? ink.Bold : static text => text;
            lines[0].Append(paint($"┌{edge}┐"));
            lines[1].Append(paint($"│{title}│"));
            lines[2].Append(paint($"└{edge}┘"));
            if (i < stages.Stages.Length - 1)
            {
                string label = $"{queues[i]:0} of {stage.QueueCapacity}";
                int wide = Cells + 4;
                lines[0].Append(' ', wide);
                lines[1].Append('─').Append(Gauge(queues[i], stage.QueueCapacity)).Append("──▶");
                lines[2].Append(label.PadLeft((wide + label.Length) / 2).PadRight(wide));
            }
        }

        return [.. lines.Select(static line => line.ToString().TrimEnd())];
    }

    // The first to leave stands next to the stage that takes it.
    private static string Gauge(double depth, int capacity)
    {
        int full = capacity <= 0 ? 0 : (int)Math.Clamp(Math.Ceiling((depth / capacity * Cells) - 0.5), 0, Cells);
        return new string('□', Cells - full) + new string('■', full);
    }

    private static string Bar(StageStatistics stage, Ink ink, int length, bool isBottleneck)
    {
        double input = ShareOf(stage, stage.WaitingForInput);
        double output = ShareOf(stage, stage.WaitingForOutput);
        double work = ShareOf(stage, stage.Working);
        int first = (int)Math.Round(input * length);
        int last = (int)Math.Round((input + work) * length);
        int end = (int)Math.Round((input + work + output) * length);
        StringBuilder line = new();
        string name = $"{stage.Name,-10}";
        line.Append(' ', Indent).Append(isBottleneck ? ink.Bold(name) : name)
            .Append(ink.Dim(new string('·', first)))
            .Append(ink.Green(new string('█', last - first)))
            .Append(new string('░', end - last))
            .Append(' ', length - end)
            .Append($"  works {Percent(work)}");
        AppendWait(line, input, "for items");
        AppendWait(line, output, "for room");
        return line.ToString();
    }

    private static void AppendWait(StringBuilder line, double share, string what)
    {
        if (Math.Round(share * 100) >= 1)
        {
            line.Append($", waits {what} {Percent(share)}");
        }
    }

    private static double ShareOf(StageStatistics stage, TimeSpan part) =>
        stage.Elapsed <= TimeSpan.Zero ? 0 : Math.Clamp(part / stage.Elapsed, 0, 1);

    private static string Percent(double share) => $"{share * 100:0} %";
}
