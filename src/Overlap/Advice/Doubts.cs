using System.Collections.Immutable;

namespace Overlap.Advice;

/// <summary>What speaks against trusting a measurement.</summary>
internal static class Doubts
{
    /// <summary>The share of the processors from which on other programs spoil a measurement.</summary>
    public const double MuchForeignLoad = 0.1;

    private const int ManyRuns = 3;
    private const long FewItems = 10;

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

        if (measurement.Items < FewItems)
        {
            Lower(Confidence.Low);
            doubts.Add($"Confidence: {Figures.Count(measurement.Items, "item", "items")} only; one slow item decides.");
        }

        if (measurement.ForeignLoad is { } load && load > MuchForeignLoad)
        {
            Lower(Confidence.Low);
            doubts.Add($"Confidence: other programs used {Figures.Percent(load)} of the processors meanwhile.");
        }

        long failed = measurement.Models.Sum(static model => model.Failed);
        if (failed > 0)
        {
            Lower(Confidence.Medium);
            doubts.Add($"Confidence: {Figures.Count(failed, "item", "items")} failed; a failure may take more or less time than the work.");
        }

        return (confidence, doubts.ToImmutable());

        void Lower(Confidence to) => confidence = to < confidence ? to : confidence;
    }
}
