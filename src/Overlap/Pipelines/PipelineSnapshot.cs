using System.Collections.Immutable;
using System.Globalization;

namespace Overlap.Pipelines;

/// <summary>The stages of a pipeline at one moment.</summary>
/// <param name="Stages">The named stages, in the order of their names' giving.</param>
public sealed record PipelineSnapshot(ImmutableArray<StageStatistics> Stages)
{
    /// <summary>
    /// Names what limits the pipeline, in words: a stage, the source before the first stage, or the consumer after the last.
    /// </summary>
    /// <remarks>
    /// The rule: a stage that waits for its source or for its consumer is held up by another; the one that waits least holds the others up.
    /// What is before the first stage is busy while that waits for input, what is after the last one while that waits for output.
    /// </remarks>
    public string Bottleneck
    {
        get
        {
            if (Stages.IsEmpty || Stages.All(static stage => stage.ItemsIn == 0 && stage.WaitingForInput <= TimeSpan.Zero))
            {
                return "nothing has run yet";
            }

            StageStatistics first = Stages[0];
            StageStatistics last = Stages[^1];
            double source = first.ShareOf(first.WaitingForInput);
            double consumer = last.ShareOf(last.WaitingForOutput);
            StageStatistics busiest = Stages.MaxBy(static stage => stage.ShareOf(stage.Working))!;
            double busy = busiest.ShareOf(busiest.Working);
            return busy >= source && busy >= consumer
                ? string.Create(CultureInfo.InvariantCulture, $"{busiest.Name}: it works {busy:0%} of the time and waits for nobody else{Advice(busiest)}")
                : source >= consumer
                    ? string.Create(CultureInfo.InvariantCulture, $"the source: {first.Name} waits for it {source:0%} of the time")
                    : string.Create(CultureInfo.InvariantCulture, $"the consumer: {last.Name} waits for it {consumer:0%} of the time");
        }
    }

    private static string Advice(StageStatistics stage) =>
        stage.Workers == 1 ? ", with one worker" : $", with {stage.Workers} workers";
}
