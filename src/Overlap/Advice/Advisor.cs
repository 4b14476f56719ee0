using System.Collections.Immutable;
using Overlap.Executors;

namespace Overlap.Advice;

/// <summary>Judges a measurement: what binds the job, which model to use, and whether overlapping is worth it at all.</summary>
/// <remarks>Pure: the same measurement gives the same verdict. Every sentence of the evidence is computed from the figures.</remarks>
public static partial class Advisor
{
    // One run that was disturbed must not hide a gain of several times.
    private const double MostSpread = 0.5;

    /// <summary>Judges a measurement.</summary>
    /// <param name="measurement">The figures.</param>
    /// <exception cref="ArgumentException">No model was measured, or one without a run.</exception>
    public static Verdict Judge(Measurement measurement)
    {
        ArgumentNullException.ThrowIfNull(measurement);
        if (measurement.Models.IsDefaultOrEmpty || measurement.Models.Any(static model => model.Walls.IsDefaultOrEmpty))
        {
            throw new ArgumentException("There is nothing to judge without a run.", nameof(measurement));
        }

        ModelMeasurement plain = PlainestOf(measurement);
        Bound bound = Thresholds.BoundOf(plain.WaitShare);
        bool isJudgedByCpu = bound == Bound.Cpu && measurement.ForeignLoad > Thresholds.MuchForeignLoad;
        Func<ModelMeasurement, TimeSpan> time = isJudgedByCpu ? model => QuietWallOf(model, measurement.Cores) : static model => model.Wall;
        ModelMeasurement fastest = FastestOf(measurement, bound, time);
        ModelMeasurement? inline = measurement.Models.FirstOrDefault(static model => model.Model == ExecutionModel.Inline);
        bool isWorthIt = inline is null || IsWorthIt(measurement, inline, fastest, time);
        ModelMeasurement best = isWorthIt ? fastest : inline!;
        Evidence evidence = new(measurement, bound, plain, inline, fastest, best, isJudgedByCpu ? time : null);
        (Confidence confidence, ImmutableArray<string> doubts) = Doubts.About(measurement, inline, fastest, isWorthIt);
        return new Verdict
        {
            Bound = bound,
            Model = best.Model,
            Workers = (int)Math.Max(1, Math.Min(best.Workers, measurement.Items)),
            Confidence = confidence,
            Evidence = [.. evidence.Sentences(), .. doubts],
        };
    }

    /// <summary>The model that disturbs its items least: what an item needs is best seen where nothing else runs.</summary>
    private static ModelMeasurement PlainestOf(Measurement measurement) =>
        measurement.Models.OrderBy(static model => model.Model).First();

    /// <summary>The fastest of the models that fail least; of those that are equally fast, the one that suits the job.</summary>
    private static ModelMeasurement FastestOf(Measurement measurement, Bound bound, Func<ModelMeasurement, TimeSpan> time)
    {
        long fewestFailures = measurement.Models.Min(static model => model.Failed);
        ModelMeasurement[] sound = [.. measurement.Models.Where(model => model.Failed == fewestFailures)];
        return Thresholds.FastestOf(sound, time, static model => model.Model, bound);
    }

    /// <summary>What a job that only computes would take if other programs left the processors alone.</summary>
    private static TimeSpan QuietWallOf(ModelMeasurement model, int cores) =>
        model.Cpu / (model.Model == ExecutionModel.Inline ? 1 : Math.Min(cores, model.Workers));

    private static bool IsWorthIt(
        Measurement measurement, ModelMeasurement inline, ModelMeasurement fastest, Func<ModelMeasurement, TimeSpan> time) =>
        fastest.Failed < inline.Failed
        || Thresholds.IsWorthIt(
            time(inline), time(fastest), Math.Min(inline.Spread, MostSpread), measurement.Items == 0 ? TimeSpan.Zero : AtLeastATick(inline.ItemTime / measurement.Items));

    // An item that took no time at all is a tiny one, not an unknown one.
    private static TimeSpan AtLeastATick(TimeSpan item) => item > TimeSpan.Zero ? item : TimeSpan.FromTicks(1);
}
