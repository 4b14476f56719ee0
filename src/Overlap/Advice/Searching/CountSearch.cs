using Overlap.Advice.Probing;
using Overlap.Executors;

namespace Overlap.Advice.Searching;

/// <summary>Finds the number of workers: one first, then more and more, then between, then the other models beside it.</summary>
/// <remarks>
/// P1: no stretch begins for which the budget has no room. P2: after a refusal no larger number is tried. P3: what is recommended has been measured.
/// P4: the number is the least that does 95 % of the best measured one. P5: the same stretches give the same findings.
/// </remarks>
internal sealed partial class CountSearch
{
    // Parts of the budget.
    private const double ForOne = 0.12;
    private const double ForStretch = 0.04;
    private const double ForConfirming = 0.06;
    private const double ForPoliteness = 0.3;

    private const int ItemsOfOne = 4;
    private const double EnoughShare = 0.95;

    // Numbers closer than this are not told apart: their throughput is not either.
    private const double CloseEnough = 1.25;

    // So many rounds: in the first workers start; of the last nothing counts but its beginning.
    private const double Rounds = 2.2;

    private readonly IProbe _probe;
    private readonly AdviceOptions _options;
    private readonly Prober _prober;

    private Stretch _one = null!;
    private Bound _bound;
    private ExecutionModel _model;
    private int _most;
    private int _cores;
    private int? _refusedAt;
    private int? _failsMoreAt;

    public CountSearch(IProbe probe, AdviceOptions options, CancellationToken cancellationToken)
    {
        _probe = probe;
        _options = options;
        _prober = new Prober(probe, options, cancellationToken);
    }

    private ExecutionModel Plain => _probe.Models[0].Model;

    /// <summary>Measures.</summary>
    /// <exception cref="ProbeFailedException">There was no item, or every one failed.</exception>
    public async Task<Findings> RunAsync()
    {
        Stretch first = await MeasureOneAsync().ConfigureAwait(false);
        Stretch? again = null;
        if (_most > 1)
        {
            await ClimbAsync().ConfigureAwait(false);
            await (_refusedAt is null ? RefineAsync() : StayPoliteAsync()).ConfigureAwait(false);
            await TryRivalsAsync().ConfigureAwait(false);
            await ConfirmAsync().ConfigureAwait(false);
            again = await LookBackAsync().ConfigureAwait(false);
        }

        return new Findings
        {
            Job = _probe.Job,
            Items = _probe.Items,
            Cores = _cores,
            Bound = _bound,
            One = _one,
            First = first,
            Again = again,
            Tallies = _prober.Tallies,
            Climbed = _model,
            Chosen = Fastest(),
            RefusedAt = _refusedAt,
            AllowedRate = _prober.AllowedRate,
            FailsMoreAt = _failsMoreAt,
            Most = _most,
            LeftOut = LeftOut(),
            LimitedBy = _prober.LimitedBy,
            ForeignLoad = _prober.ForeignLoad,
            Budget = _prober.Budget,
            Spent = _prober.Spent,
            IsCut = _prober.IsCut,
            IsUsedUp = _prober.IsUsedUp,
            RepeatsOf = _prober.RepeatsOf,
        };
    }

    private async Task<Stretch> MeasureOneAsync()
    {
        _options.Progress?.Report("the first item");
        Stretch first = await _prober.WarmUpAsync(Plain).ConfigureAwait(false);
        if (first.Items == 0)
        {
            throw new ProbeFailedException(first.Run.Timeline.Lanes.Any(static lane => lane.Spans.Length > 0)
                ? $"One item of {_probe.Job} takes longer than the budget of {Figures.Time(_prober.Budget)}: give it more."
                : $"There is no item of {_probe.Job} to measure.");
        }

        // Long items: rather few of them than none of anything else.
        int least = (int)Math.Clamp(_prober.Budget.TotalSeconds / 3 / Math.Max(first.Latency, 1e-9), 1, ItemsOfOne);
        Stretch? one = await _prober.TryMeasureAsync(Plain, 1, _prober.Budget * ForOne, first.Latency, least).ConfigureAwait(false);
        if (one is null)
        {
            // Nothing but the first item: what it says is better than nothing.
            one = first;
            _prober.Keep(first);
        }

        _one = one;
        if (one.Failed == one.Items)
        {
            int failed = one == first ? 1 : one.Failed + first.Failed;
            Exception? cause = first.Run.FirstException ?? one.Run.FirstException;
            string reason = (first.Run.FirstFailure ?? one.Run.FirstFailure ?? "no reason was given").ReplaceLineEndings(" ").TrimEnd('.');
            string which = failed == 1 ? $"The one item of {_probe.Job} that was tried failed" : $"All {failed:N0} items of {_probe.Job} that were tried failed";
            throw new ProbeFailedException($"{which}, so there is nothing to measure{(failed == 1 ? "" : "; the first")}: {reason}.", cause)
            {
                Failed = failed,
            };
        }

        _cores = Math.Max(1, one.Run.Timeline.Cores);
        _bound = Thresholds.BoundOf(one.WaitShare);
        _prober.Narrow(one.Latency);
        _model = Main();
        int allowed = _probe.Models.First(model => model.Model == _model).MostWorkers;
        _most = one.IsRefused ? 1 : (int)Math.Min(Math.Min(_options.MostWorkers, allowed), _probe.Items ?? int.MaxValue);
        _refusedAt = one.IsRefused ? 1 : null;
        return first;
    }

    /// <summary>The model whose numbers are tried: the one that suits what the items do.</summary>
    private ExecutionModel Main()
    {
        ExecutionModel[] wanted = _bound switch
        {
            _ when _one.IsBlocking => [ExecutionModel.Threads, ExecutionModel.Async, ExecutionModel.Processes],
            Bound.Io => [ExecutionModel.Async, ExecutionModel.Threads, ExecutionModel.Processes],
            Bound.Cpu => [ExecutionModel.Threads, ExecutionModel.Async, ExecutionModel.Processes],
            _ => [_probe.Natural ?? ExecutionModel.Threads, ExecutionModel.Threads, ExecutionModel.Async, ExecutionModel.Processes],
        };
        HashSet<ExecutionModel> possible = [.. _prober.Models];
        return wanted.Where(possible.Contains).Append(Plain).First();
    }

    private TimeSpan LengthFor(double latency, double share = ForStretch) =>
        TimeSpan.FromSeconds(Math.Max(_prober.Budget.TotalSeconds * share, Rounds * latency));

    /// <summary>What may be recommended of a model: neither refused nor failing more, and of what only computes no more than there are processors.</summary>
    private IEnumerable<CountTally> SoundOf(ExecutionModel model) => Climbed(model)
        .Where(tally => !tally.IsRefused && RateOf(tally) > 0 && (_failsMoreAt is not { } bad || tally.Workers < bad))
        .Where(tally => _bound != Bound.Cpu || tally.Workers <= Math.Max(_cores, 1));

    /// <summary>All of a model, one worker's plain run standing for its first.</summary>
    private IEnumerable<CountTally> Climbed(ExecutionModel model) => _prober.Tallies
        .Where(tally => tally.Model == model || (tally.Model == Plain && tally.Workers == 1 && _prober.Find(model, 1) is null))
        .OrderBy(static tally => tally.Workers);

    /// <summary>What is surely done by the best of them.</summary>
    private double BestOf(IEnumerable<CountTally> tallies) =>
        tallies.Select(tally => RateOf(tally) * (1 - tally.StandardError)).DefaultIfEmpty(0).Max();

    /// <summary>Items a second; of what computes on a busy machine, those of a quiet one.</summary>
    private double RateOf(CountTally tally) =>
        _bound == Bound.Cpu && _prober.ForeignLoad > Thresholds.MuchForeignLoad ? tally.QuietThroughput(_cores) : tally.Throughput;

    private CountTally? Pick(ExecutionModel model)
    {
        CountTally[] sound = [.. SoundOf(model)];
        double target = BestOf(sound) * EnoughShare;
        return sound.FirstOrDefault(tally => RateOf(tally) >= target);
    }

    /// <summary>The fastest of what may be recommended; of models that are equally fast the one that suits the work.</summary>
    private CountTally? Fastest()
    {
        CountTally[] picks = [.. _prober.Tallies.Select(static tally => tally.Model).Distinct().Where(model => model != Plain || Plain == _model).Select(Pick).OfType<CountTally>()];
        return picks.Length == 0 ? null
            : Thresholds.FastestOf(
                picks,
                tally => TimeSpan.FromSeconds(1 / RateOf(tally)),
                tally => tally.Workers == 1 ? _model : tally.Model,
                _one.IsBlocking && _bound == Bound.Io ? Bound.Mixed : _bound,
                _one.IsBlocking ? ExecutionModel.Threads : _probe.Natural);
    }

    private Dictionary<ExecutionModel, string> LeftOut()
    {
        Dictionary<ExecutionModel, string> all = _probe.Models.Where(static model => model.LeftOut is not null).ToDictionary(static model => model.Model, static model => model.LeftOut!);
        foreach ((ExecutionModel model, string why) in _prober.LeftOut)
        {
            all[model] = why;
        }

        return all;
    }
}
