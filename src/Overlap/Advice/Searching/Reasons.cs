using Overlap.Advice.Scaling;
using Overlap.Executors;

namespace Overlap.Advice.Searching;

/// <summary>The sentences of a recommendation.</summary>
internal sealed class Reasons(Findings findings, CountTally best, bool isWorthIt, ItemProfile item, ScalingFit? fit, Prediction? prediction)
{
    // A smaller part of an item's time is not worth a word.
    private const double LeastWaiting = 0.005;
    private const double LeastDelay = 0.02;

    // With fewer items for each worker, the last ones have the processors nearly to themselves and seem the faster for it: of such a number nothing is said.
    private const int EnoughForEach = 4;

    // A law that explains less of the numbers is none: the doubts say so.
    private const double PoorFit = RecommendationDoubts.PoorFit;

    // From so many at a time on, the other side notices.
    private const int ManyAtATime = 8;

    private const double HardlyMore = 1.2;
    private const double NearlyAll = 0.9;
    private const double InProportion = 0.7;

    // Who saves less once a day has better things to do than to change a program.
    private static readonly TimeSpan NotWorthCode = TimeSpan.FromMinutes(1);

    public IEnumerable<string> Evidence()
    {
        string kind = findings.Bound switch
        {
            Bound.Io => "bound by waiting (I/O)",
            Bound.Cpu => "bound by computing (CPU)",
            _ => "both matter (mixed)",
        };
        string waiting = item.Waiting > item.Duration * LeastWaiting ? $" + {Figures.Time(item.Waiting)} waiting" : "";
        string delayed = item.Delayed > item.Duration * LeastDelay ? $" + {Figures.Time(item.Delayed)} ready without a processor" : "";
        string share = waiting.Length > 0 ? $" ({Figures.Percent(item.WaitShare)} waiting)" : "";
        yield return $"One worker, {Figures.Count(item.Items, "item", "items")}: {Figures.Time(item.Duration)} an item = {Figures.Time(item.Computing)} computing"
            + $"{waiting}{delayed}{share}: {kind}.";
        if (item is { VoluntarySwitches: { } voluntary, InvoluntarySwitches: { } involuntary })
        {
            yield return $"Context switches an item: {Figures.Number(voluntary)} to wait, {Figures.Number(involuntary)} forced or yielded.";
        }

        if (findings.One.IsBlocking)
        {
            yield return $"Of the waiting {Figures.Time(item.Blocked)} keep a thread: the function blocks where it could await, so each item at the same time needs a thread of its own.";
        }

        if (findings.IsJudgedByCpu && findings.Tallies.Count > 1)
        {
            string rates = string.Join(", ", findings.Tallies.Where(tally => tally.Workers > 1 && tally.Workers <= findings.Cores && tally.Model == best.Model).Select(tally => $"{RateOf(findings.RateOf(tally))} with {tally.Workers:N0}"));
            yield return $"Other programs used {Figures.Percent(findings.ForeignLoad!.Value)} of the processors, so the numbers are judged by their own processor time:"
                + $" on a quiet machine about {RateOf(findings.RateOf(findings.Inline))} with one worker{(rates.Length > 0 ? $", {rates}" : "")}.";
        }

        if (Knee() is { } knee)
        {
            yield return knee;
        }

        if (Law() is { } law)
        {
            yield return law;
        }
    }

    public IEnumerable<string> WhyNot()
    {
        if (isWorthIt && More() is { } more)
        {
            yield return more;
        }

        foreach (IGrouping<ExecutionModel, CountTally> model in findings.Tallies.Where(static tally => tally.Workers > 1).GroupBy(static tally => tally.Model).Where(group => group.Key != best.Model))
        {
            CountTally other = model.MaxBy(static tally => tally.Throughput)!;
            yield return $"{NameOf(other)}: {RateOf(findings.RateOf(other))}, {Against(other)}{PriceOf(other.Model)}.";
        }

        foreach ((ExecutionModel model, string why) in findings.LeftOut.OrderBy(static pair => pair.Key))
        {
            yield return $"{Capital(Figures.NameOf(model))}: not tried, for {why}.";
        }
    }

    public IEnumerable<string> Limits()
    {
        if (findings.RefusedAt is { } refused)
        {
            yield return $"The other side refused at {refused:N0} at a time (429, 503): no more was tried, and nothing beyond what it let pass is recommended"
                + (findings.AllowedRate is { } rate ? $"; it seems to allow about {RateOf(rate)}." : ".");
        }

        if (findings.FailsMoreAt is { } bad)
        {
            yield return $"At {bad:N0} at a time clearly more items failed: stay below.";
        }

        if (findings.LimitedBy is { } limit)
        {
            yield return $"Held back by {limit}: raise it only if the other side is yours.";
        }
        else if (isWorthIt && findings.Bound == Bound.Io && best.Workers > ManyAtATime && findings.RefusedAt is null)
        {
            yield return $"What they wait for has {best.Workers:N0} at a time to bear: if it is somebody else's, stay at {ManyAtATime} a host unless it allows more.";
        }

        if (isWorthIt && findings.Most != findings.Items && findings.Bound != Bound.Cpu && StillRises())
        {
            yield return $"{findings.Most:N0} is the most that was to be tried, and throughput rose up to there: more may do more.";
        }
    }

    public IEnumerable<string> LeaveAlone()
    {
        if (item.Duration < Thresholds.TinyItem)
        {
            yield return $"An item takes {Figures.Time(item.Duration)}, and handing it over costs about as much: do many in one call.";
        }
        else if (!isWorthIt)
        {
            string most = findings.Chosen is { Workers: > 1 } chosen
                ? $"{NameOf(chosen)} did {Figures.Times(findings.RateOf(chosen) / findings.RateOf(findings.Inline))} what one worker does"
                : findings.Tallies.Count > 1 ? "no number of workers did clearly more than one" : "nothing but one worker was measured";
            yield return findings.Items == 1 ? "There is one item: nothing to overlap it with."
                : findings.Tallies.Count == 1 ? $"There is nothing to recommend yet: {most}."
                : prediction is { } brief && brief.OneByOne < Thresholds.ShortWork ? $"Leave it as it is: one after the other takes {Figures.Time(brief.OneByOne)} in all."
                : $"Leave it as it is: {most}.";
        }
        else if (prediction is { } whole && whole.OneByOne < Thresholds.ShortWork)
        {
            yield return $"Leave it as it is if you run it now and then: one after the other takes {Figures.Time(whole.OneByOne)} in all.";
        }
        else if (prediction is { } lengthy && lengthy.OneByOne - lengthy.Overlapped < NotWorthCode)
        {
            yield return $"Do nothing if you run this once a day: it saves {Figures.Time(lengthy.OneByOne - lengthy.Overlapped)} a run.";
        }

        if (IsShared())
        {
            yield return "Something that all items need is the limit (a disk, a lock, one connection, the other side): more workers wait for it together.";
        }
    }

    private bool IsShared() => findings.Bound != Bound.Cpu && findings.RefusedAt is null && findings.Tallies.Any(static tally => tally.Workers > 1)
        && findings.Tallies.Max(static tally => tally.Throughput) < findings.Inline.Throughput * HardlyMore;

    private string? Knee()
    {
        if (!isWorthIt || findings.Bound != Bound.Io || findings.RefusedAt is not null || StillRises())
        {
            return null;
        }

        double inWork = best.Throughput * item.Duration.TotalSeconds;
        if (inWork > best.Workers)
        {
            // Items took less time than one alone did: then the product is of two different things.
            return null;
        }

        return $"{RateOf(best.Throughput)} of {Figures.Time(item.Duration)} each are {Figures.Number(inWork)} in work on average (Little's law): what is beyond only waits.";
    }

    private string? Law()
    {
        return fit is null or { RSquared: < PoorFit } ? null
            : FormattableString.Invariant($"{LawText.Of(fit, item.Computing, findings.Cores, findings.LimitedBy)} (R² {fit.RSquared:0.000}, measured to {fit.MeasuredTo:N0}).");
    }

    private string? More()
    {
        CountTally? beyond = findings.Tallies.Where(tally => tally.Model == best.Model && tally.Workers > best.Workers && !tally.IsRefused).MaxBy(static tally => tally.Throughput);
        return beyond is null ? null
            : findings.Bound == Bound.Cpu ? $"More than {best.Workers:N0}: what computes only takes turns on {Figures.Count(findings.Cores, "core", "cores")}"
                + (findings.IsJudgedByCpu || beyond.Items < EnoughForEach * beyond.Workers ? "." : $"; {beyond.Workers:N0} did {Ratio(beyond)} times as much.")
            : $"More than {best.Workers:N0}: {beyond.Workers:N0} did {Ratio(beyond)} times as much.";
    }

    /// <summary>Whether the most that was to be tried was nearly reached, and did nearly so many times what one worker did.</summary>
    private bool StillRises() => best.Workers >= findings.Most * NearlyAll
        && findings.RateOf(best) > findings.RateOf(findings.Inline) * best.Workers * InProportion;

    private string Ratio(CountTally other) => FormattableString.Invariant($"{findings.RateOf(other) / findings.RateOf(best):0.00}");

    private string Against(CountTally other)
    {
        double ratio = findings.RateOf(best) / findings.RateOf(other);
        return ratio >= Thresholds.Alike ? $"{Figures.Times(ratio)} slower" : ratio <= 1 / Thresholds.Alike ? $"{Figures.Times(1 / ratio)} faster" : "as fast";
    }

    private static string PriceOf(ExecutionModel model) => model switch
    {
        ExecutionModel.Threads => ", with a stack for each",
        ExecutionModel.Processes => ", with a runtime that starts first for each; they buy isolation",
        _ => "",
    };

    private static string NameOf(CountTally tally) => $"{Capital(Figures.NameOf(tally.Model))} ({tally.Workers:N0})";

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    private static string RateOf(double perSecond) => Figures.Rate(perSecond);
}
