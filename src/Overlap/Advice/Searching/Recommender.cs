using System.Collections.Immutable;
using Overlap.Advice.Scaling;

namespace Overlap.Advice.Searching;

/// <summary>Turns findings into a recommendation. Pure.</summary>
internal sealed class Recommender
{
    // A job whose length nobody knows is thought to be worth some thought.
    private const long ItemsWhenUnknown = 1_000;

    // A prediction is never closer than this: tomorrow's machine is not today's.
    private const double FinestPrediction = 0.03;

    private readonly Findings _findings;
    private readonly CountTally _best;

    private Recommender(Findings findings)
    {
        _findings = findings;
        CountTally inline = findings.Inline;
        CountTally chosen = findings.Chosen ?? inline;
        long items = findings.Items ?? ItemsWhenUnknown;
        IsWorthIt = chosen.Workers > 1 && Thresholds.IsWorthIt(
            TimeOf(inline, items), TimeOf(chosen, items), chosen.StandardError + inline.StandardError, TimeSpan.FromTicks(Math.Max(1, TimeSpan.FromSeconds(findings.One.Latency).Ticks)));
        _best = IsWorthIt ? chosen : inline;
    }

    private bool IsWorthIt { get; }

    public static Recommendation Recommend(Findings findings) => new Recommender(findings).Recommend();

    /// <summary>How long so many items take.</summary>
    private TimeSpan TimeOf(CountTally tally, long items)
    {
        double steady = items / _findings.RateOf(tally);

        // A few rounds only: the last of them is as long as an item, however few are in it.
        double rounds = Math.Ceiling((double)items / tally.Workers) * (_findings.IsJudgedByCpu ? tally.Workers / _findings.RateOf(tally) : tally.Latency);
        return TimeSpan.FromSeconds(items <= 8L * tally.Workers ? Math.Max(steady, rounds) : steady);
    }

    private Recommendation Recommend()
    {
        ScalingPoint[] points = [.. Curve().Where(static tally => tally.Throughput > 0).Select(static tally => new ScalingPoint(tally.Workers, tally.Throughput))];
        ScalingFit? fit = ScalingModel.Fit(points);
        ItemProfile item = Profile();
        Prediction? prediction = Predict();
        Reasons reasons = new(_findings, _best, IsWorthIt, item, fit, prediction);
        (Confidence confidence, ImmutableArray<string> doubts) = RecommendationDoubts.About(_findings, _best, item, fit);
        return new Recommendation
        {
            Job = _findings.Job,
            Model = _best.Model,
            Workers = _best.Workers,
            Bound = _findings.Bound,
            Confidence = confidence,
            IsWorthIt = IsWorthIt,
            Cores = _findings.Cores,
            Item = item,
            Measured = [.. _findings.Tallies.OrderBy(tally => tally != _findings.Inline).ThenBy(static tally => tally.Model).ThenBy(static tally => tally.Workers).Select(Measured)],
            Fit = fit,
            Prediction = prediction,
            Evidence = [.. reasons.Evidence()],
            WhyNot = [.. reasons.WhyNot()],
            Limits = [.. reasons.Limits()],
            LeaveAlone = [.. reasons.LeaveAlone()],
            Doubts = doubts,
            ForeignLoad = _findings.ForeignLoad,
            Budget = _findings.Budget,
            Spent = _findings.Spent,
        };
    }

    /// <summary>The numbers of workers of the model that was climbed, as they belong into one picture.</summary>
    private IEnumerable<CountTally> Curve() => _findings.Tallies.Where(tally => !tally.IsRefused
        && (tally.Model == _findings.Climbed || (tally == _findings.Inline && !_findings.Tallies.Any(other => other.Model == _findings.Climbed && other.Workers == 1))));

    private static MeasuredCount Measured(CountTally tally) => new()
    {
        Model = tally.Model,
        Workers = tally.Workers,
        Throughput = tally.Throughput,
        StandardError = tally.StandardError,
        Latency = TimeSpan.FromSeconds(tally.Latency),
        Items = tally.Items,
        Failed = tally.Failed,
        IsRefused = tally.IsRefused,
    };

    private ItemProfile Profile()
    {
        Stretch one = _findings.One;
        return new ItemProfile
        {
            Items = one.Items,
            Duration = TimeSpan.FromSeconds(one.Latency),
            Computing = one.Working,
            Waiting = one.Waiting,
            Delayed = one.Delayed,
            Blocked = one.Blocked,
            WaitShare = one.WaitShare,
            VoluntarySwitches = (double?)one.Run.Usage?.VoluntarySwitches / one.Items,
            InvoluntarySwitches = (double?)one.Run.Usage?.InvoluntarySwitches / one.Items,
            First = TimeSpan.FromSeconds(_findings.First.Latency),
        };
    }

    private Prediction? Predict()
    {
        if (_findings.Items is not { } items)
        {
            return null;
        }

        TimeSpan inline = TimeOf(_findings.Inline, items);
        TimeSpan overlapped = TimeOf(_best, items);
        double reach = StudentT.Of(Math.Max(2, _best.Items - 1)) * Math.Max(FinestPrediction, _best.StandardError);
        double both = StudentT.Of(Math.Max(2, _findings.Inline.Items - 1))
            * Math.Max(FinestPrediction, Math.Sqrt((_best.StandardError * _best.StandardError) + (_findings.Inline.StandardError * _findings.Inline.StandardError)));
        return new Prediction
        {
            Items = items,
            OneByOne = inline,
            Overlapped = overlapped,
            Least = overlapped / (1 + reach),
            Most = overlapped * (1 + reach),
            SpeedUp = _best == _findings.Inline ? new Interval(1, 1, 1) : Interval.Around(inline / overlapped, both),
        };
    }
}
