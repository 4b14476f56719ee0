using System.Collections.Immutable;
using Overlap.Executors;

namespace Overlap.Advice;

/// <summary>Judges a measurement: what binds the job, which model to use, and whether overlapping is worth it at all.</summary>
/// <remarks>Pure: the same measurement gives the same verdict. Every sentence of the evidence is computed from the figures.</remarks>
public static class Advisor
{
    // Of an item's time, the share of work above which processors are what is missing, and below which they hardly matter.
    private const double CpuBoundFrom = 0.9;
    private const double IoBoundBelow = 0.2;

    // A gain smaller than this is not one: runs of the same program differ as much.
    private const double LeastGain = 1.05;

    // Models this close are equally fast: the next run may turn them round.
    private const double Alike = 1.1;

    // One run that was disturbed must not hide a gain of several times.
    private const double MostSpread = 0.5;

    private static readonly TimeSpan LeastSaving = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan TinyItem = TimeSpan.FromMicroseconds(50);

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
        Bound bound = BoundOf(plain);
        bool isJudgedByCpu = bound == Bound.Cpu && measurement.ForeignLoad > Doubts.MuchForeignLoad;
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

    private static Bound BoundOf(ModelMeasurement plain) => (1 - plain.WaitShare) switch
    {
        > CpuBoundFrom => Bound.Cpu,
        < IoBoundBelow => Bound.Io,
        _ => Bound.Mixed,
    };

    /// <summary>The fastest of the models that fail least; of those that are equally fast, the one that suits the job.</summary>
    private static ModelMeasurement FastestOf(Measurement measurement, Bound bound, Func<ModelMeasurement, TimeSpan> time)
    {
        long fewestFailures = measurement.Models.Min(static model => model.Failed);
        ModelMeasurement[] sound = [.. measurement.Models.Where(model => model.Failed == fewestFailures)];
        TimeSpan shortest = sound.Min(time);
        return sound
            .Where(model => time(model) <= shortest * Alike)
            .OrderBy(model => model.Model == ExecutionModel.Inline ? 0 : (model.Model == ExecutionModel.Async) == (bound == Bound.Io) ? 1 : 2)
            .First();
    }

    /// <summary>What a job that only computes would take if other programs left the processors alone.</summary>
    private static TimeSpan QuietWallOf(ModelMeasurement model, int cores) =>
        model.Cpu / (model.Model == ExecutionModel.Inline ? 1 : Math.Min(cores, model.Workers));

    private static bool IsWorthIt(
        Measurement measurement, ModelMeasurement inline, ModelMeasurement fastest, Func<ModelMeasurement, TimeSpan> time) =>
        fastest.Failed < inline.Failed
        || (time(inline) > time(fastest) * Math.Max(LeastGain, 1 + Math.Min(inline.Spread, MostSpread))
            && time(inline) - time(fastest) >= LeastSaving
            && (measurement.Items == 0 || inline.ItemTime / measurement.Items >= TinyItem));
}
