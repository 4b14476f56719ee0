using Overlap.Executors;

namespace Overlap.Advice.Searching;

// What is done with the time that is left: other models, second looks, and whether the work is still what it was.
internal sealed partial class CountSearch
{
    private const int MostConfirmations = 2;

    // So many standard errors apart, two throughputs are told apart.
    private const double Clear = 2;

    /// <summary>Measures the other models with as many workers: whether they are as fast is a fact, not an opinion.</summary>
    private async Task TryRivalsAsync()
    {
        if (_refusedAt is not null || Pick(_model) is not { } chosen)
        {
            return;
        }

        foreach (ExecutionModel rival in _prober.Models.Where(model => model != _model && model != Plain).ToArray())
        {
            if (rival == ExecutionModel.Processes && _one.WaitShare > MuchWaiting)
            {
                _prober.LeaveOut(rival, "waiting needs no process of its own");
                continue;
            }

            int workers = Math.Min(chosen.Workers, _probe.Models.First(model => model.Model == rival).MostWorkers);
            if (workers > 1)
            {
                _ = await _prober.TryMeasureAsync(rival, workers, LengthFor(chosen.Latency), chosen.Latency).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Measures the chosen number again, in turns with those beside it, until it is clear which is which.</summary>
    private async Task ConfirmAsync()
    {
        for (int round = 0; round < MostConfirmations && _refusedAt is null; round++)
        {
            CountTally[] sound = [.. SoundOf(_model)];
            if (Pick(_model) is not { } chosen)
            {
                return;
            }

            int at = Array.IndexOf(sound, chosen);
            double target = BestOf(sound) * EnoughShare;
            CountTally[] beside = [.. new[] { at - 1, at }.Where(static i => i >= 0).Select(i => sound[i])
                .Append(sound.MaxBy(RateOf)!)
                .Where(tally => tally.Workers > 1).Distinct()];
            bool isClear = chosen.Stretches.Count > 1 && beside.All(tally => Math.Abs(RateOf(tally) - target) > Clear * tally.StandardError * RateOf(tally));
            if (isClear)
            {
                return;
            }

            foreach (CountTally tally in beside)
            {
                double needed = 2 * _one.Latency;
                if (_prober.Left.TotalSeconds - needed < tally.Latency * (Rounds + 1))
                {
                    return;
                }

                _ = await TryCountAsync(tally.Workers, LengthFor(tally.Latency, ForConfirming), tally.Latency).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Lets one worker do some items again: work that has changed meanwhile gives no advice.</summary>
    private async Task<Stretch?> LookBackAsync()
    {
        double length = Math.Max(_prober.Budget.TotalSeconds * ForStretch, 2 * _one.Latency);
        return _refusedAt is not null || _prober.Left.TotalSeconds < length + _one.Latency || _prober.IsUsedUp
            ? null
            : await _prober.LookAsync(Plain, TimeSpan.FromSeconds(length)).ConfigureAwait(false);
    }
}
