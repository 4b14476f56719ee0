using System.Collections.Immutable;

namespace Overlap.Advice;

/// <summary>What speaks against trusting a measurement.</summary>
internal static class Doubts
{
    private const int ManyRuns = 3;

    // From this ratio on, one run decides: no disturbance that is not foreign load doubles a time.
    private const double ClearRatio = 1.5;

    public static (Confidence Confidence, ImmutableArray<string> Doubts) About(
        Measurement measurement, ModelMeasurement? inline, ModelMeasurement fastest, bool isWorthIt)
    {
        ImmutableArray<string>.Builder doubts = ImmutableArray.CreateBuilder<string>();
        Confidence confidence = Confidence.High;
        int runs = measurement.Models.Min(static model => model.Walls.Length);

        // Without inline the slowest model is what the fastest one is clearly better than, or not.
        TimeSpan slow = inline?.Wall ?? measurement.Models.Max(static model => model.Wall);
        bool isClear = isWorthIt && slow >= fastest.Wall * ClearRatio;
        if (measurement.Models.Length == 1)
        {
            Lower(Confidence.Low);
            doubts.Add("Confidence: one model was measured; there is nothing to compare it with.");
        }
        else if (runs < ManyRuns)
        {
            Lower(isClear ? Confidence.Medium : Confidence.Low);
            doubts.Add(isClear
                ? $"Confidence: {Figures.Count(runs, "run", "runs")} of each; --runs {ManyRuns} would make it high."
                : $"Confidence: {Figures.Count(runs, "run", "runs")} of each and no clear difference; repeat with --runs {ManyRuns}.");
        }
        else if (inline is not null && isWorthIt && !isClear && inline.Wall < fastest.Wall * (1 + inline.Spread + fastest.Spread))
        {
            Lower(Confidence.Medium);
            doubts.Add($"Confidence: the runs lie up to {Figures.Percent(Math.Max(inline.Spread, fastest.Spread))} apart, as far as the models do.");
        }

        if (measurement.Items < Thresholds.FewItems)
        {
            Lower(Confidence.Low);
            doubts.Add($"Confidence: {OfFewItems(measurement.Items)}");
        }

        if (measurement.ForeignLoad is { } load && load > Thresholds.MuchForeignLoad)
        {
            Lower(Confidence.Low);
            doubts.Add($"Confidence: {OfForeignLoad(load)}");
        }

        long failed = measurement.Models.Sum(static model => model.Failed);
        if (failed > 0)
        {
            Lower(Confidence.Medium);
            doubts.Add($"Confidence: {OfFailures(failed)}");
        }

        return (confidence, doubts.ToImmutable());

        void Lower(Confidence to) => confidence = to < confidence ? to : confidence;
    }

    public static string OfFewItems(long items) => $"{Figures.Count(items, "item", "items")} only; one slow item decides.";

    public static string OfForeignLoad(double load) => $"other programs used {Figures.Percent(load)} of the processors meanwhile.";

    public static string OfFailures(long failed) =>
        $"{Figures.Count(failed, "item", "items")} failed; a failure may take more or less time than the work.";
}
