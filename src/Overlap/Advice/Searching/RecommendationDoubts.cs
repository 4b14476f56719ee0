using System.Collections.Immutable;
using Overlap.Advice.Scaling;

namespace Overlap.Advice.Searching;

/// <summary>What speaks against trusting a recommendation.</summary>
internal static class RecommendationDoubts
{
    /// <summary>What a law explains of the numbers, below which it explains nothing.</summary>
    public const double PoorFit = 0.9;

    private const int FewOfOne = 4;
    private const double Unsure = 0.1;
    private const double VeryUnsure = 0.25;
    private const double MuchDelay = 0.2;
    private const double ManyFail = 0.5;

    // One worker's throughput at the end by that at the start, beyond which the work is not what it was.
    private const double ClearlyUnlike = 1.5;
    private const double ClearlyOtherShare = 0.3;
    private const double MuchMoreWork = 3;

    public static (Confidence Confidence, ImmutableArray<string> Doubts) About(Findings findings, CountTally best, ItemProfile item, ScalingFit? fit)
    {
        ImmutableArray<string>.Builder doubts = ImmutableArray.CreateBuilder<string>();
        Confidence confidence = Confidence.High;
        int items = findings.Tallies.Sum(static tally => tally.Items);
        int all = findings.One == findings.First ? items : items + findings.First.Items;

        // Where the other side refused, that is what failed, and it is told elsewhere.
        int failed = findings.Tallies.SelectMany(static tally => tally.Stretches).Where(static stretch => !stretch.IsRefused).Sum(static stretch => stretch.Failed);
        if (Change(findings) is { } change)
        {
            Lower(Confidence.Low, change);
        }

        if (findings.Tallies.Count == 1)
        {
            Lower(Confidence.Low, findings.IsUsedUp ? $"the sample has {Figures.Count(all, "item", "items")} only: there was none left to try more workers with."
                : $"the budget of {Figures.Time(findings.Budget)} was used up by one worker: give it more.");
        }
        else if (findings.IsUsedUp)
        {
            Lower(Confidence.Medium, $"the sample of {Figures.Count(all, "item", "items")} was used up: more of them would tell more.");
        }
        else if (findings.IsCut)
        {
            Lower(Confidence.Medium, $"the budget of {Figures.Time(findings.Budget)} was used up before all was tried: give it more.");
        }

        if (findings.RepeatsOf is { } different && different < Thresholds.FewItems)
        {
            Lower(Confidence.Low, different == 1
                ? "one item only, done again and again: caches make it faster than others, and it may not be like them."
                : $"{different:N0} items only, done again and again: caches make them faster than others.");
        }
        else if (findings.Tallies.Count > 1 && items < Thresholds.FewItems)
        {
            Lower(Confidence.Low, Doubts.OfFewItems(items));
        }
        else if (findings.Tallies.Count > 1 && findings.One.Items < FewOfOne)
        {
            Lower(Confidence.Medium, $"one worker did {Figures.Count(findings.One.Items, "item", "items")} only in its time.");
        }

        if (findings.ForeignLoad is { } load && load > Thresholds.MuchForeignLoad)
        {
            Lower(Confidence.Low, Doubts.OfForeignLoad(load));
        }
        else if (item.Delayed > item.Duration * MuchDelay)
        {
            Lower(Confidence.Medium, $"an item stood ready without a processor for {Figures.Time(item.Delayed)}: the machine is busy, or the program is.");
        }

        if (failed > 0)
        {
            Lower(failed > items * ManyFail ? Confidence.Low : Confidence.Medium, Doubts.OfFailures(failed));
        }

        if (findings.Tallies.Count > 1 && best.StandardError > Unsure)
        {
            Lower(best.StandardError > VeryUnsure ? Confidence.Low : Confidence.Medium, $"the throughput is known to {Figures.Percent(best.StandardError)} only: items differ, or too few were done.");
        }

        if (fit is { RSquared: < PoorFit })
        {
            Lower(Confidence.Medium, FormattableString.Invariant($"no law explains the numbers well (R² {fit.RSquared:0.00})."));
        }

        if (doubts.Count == 0)
        {
            doubts.Add($"{Figures.Count(items, "item", "items")} with {Figures.Count(findings.Tallies.Count, "number", "numbers")} of workers, {(findings.ForeignLoad is null ? "" : "a quiet machine, ")}and one worker does at the end what it did at the start.");
        }

        return (confidence, doubts.ToImmutable());

        void Lower(Confidence to, string why)
        {
            confidence = to < confidence ? to : confidence;
            doubts.Add(why);
        }
    }

    private static string? Change(Findings findings)
    {
        Stretch one = findings.One;
        if (one.HasChanged || findings.Again?.HasChanged == true)
        {
            return "the work changed its nature while it was measured: later items are unlike earlier ones.";
        }

        if (findings.Again is { } again && again.Throughput > 0 && one.Throughput > 0)
        {
            double ratio = again.Throughput / one.Throughput;
            double noise = 1 + (2 * (again.StandardError + one.StandardError));
            if (Math.Max(ratio, 1 / ratio) > Math.Max(ClearlyUnlike, noise))
            {
                return $"the work changed while it was measured: one worker did {Figures.Rate(one.Throughput)} at first, {Figures.Rate(again.Throughput)} at the end.";
            }

            if (Math.Abs(again.WaitShare - one.WaitShare) > ClearlyOtherShare)
            {
                return $"the work changed its nature while it was measured: {Figures.Percent(one.WaitShare)} of it was waiting at first, {Figures.Percent(again.WaitShare)} at the end.";
            }

            return null;
        }

        return findings.Chosen is { } chosen && chosen.Stretches[0] is var stretch && stretch.Working > (one.Working * MuchMoreWork) + TimeSpan.FromMilliseconds(1)
            ? $"an item computed {Figures.Time(one.Working)} with one worker and {Figures.Time(stretch.Working)} with {chosen.Workers:N0}: the work changed, or workers hinder each other."
            : null;
    }
}
