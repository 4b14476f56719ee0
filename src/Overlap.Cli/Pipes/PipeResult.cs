using Overlap.Pipelines;
using Overlap.Timelines;

namespace Overlap.Cli.Pipes;

/// <summary>What came of one run.</summary>
/// <param name="Workers">The workers of the slow stage.</param>
/// <param name="Printed">The items that came to the end.</param>
/// <param name="IsPartial">Whether it was stopped before all had.</param>
/// <param name="Wall">From its start to its end.</param>
/// <param name="Stages">The stages at its end.</param>
/// <param name="Queues">The items that waited behind each stage, on average.</param>
/// <param name="Timeline">Who did what when, if it was recorded.</param>
internal sealed record PipeResult(
    int Workers, int Printed, bool IsPartial, TimeSpan Wall, PipelineSnapshot Stages, IReadOnlyList<double> Queues, Timeline? Timeline)
{
    public double PerSecond => Wall > TimeSpan.Zero ? Printed / Wall.TotalSeconds : 0;

    /// <summary>The stage that holds the others up; <see langword="null"/>: none of them does.</summary>
    public StageStatistics? Bottleneck => BottleneckOf(Stages);

    public static StageStatistics? BottleneckOf(PipelineSnapshot stages)
    {
        string words = stages.Bottleneck;
        return stages.Stages.FirstOrDefault(stage => words.StartsWith($"{stage.Name}:", StringComparison.Ordinal));
    }
}
