using Overlap.Executors;

namespace Overlap.Advice.Drawing;

/// <summary>The numbers of workers that belong into one picture.</summary>
internal static class Curve
{
    /// <summary>Those of the model with the most of them, and one worker's plain run.</summary>
    public static IReadOnlyList<MeasuredCount> Of(Recommendation advice)
    {
        ExecutionModel model = advice.Measured.GroupBy(static count => count.Model).MaxBy(group => (group.Count(), group.Key == advice.Model ? 1 : 0))!.Key;
        MeasuredCount[] own = [.. advice.Measured.Where(count => count.Model == model)];
        return
        [
            .. (own.Any(static count => count.Workers == 1) ? own : [advice.Measured[0], .. own]).OrderBy(static count => count.Workers),
        ];
    }
}
