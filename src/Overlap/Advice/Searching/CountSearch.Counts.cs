namespace Overlap.Advice.Searching;

// The numbers of workers of the model that suits: up, between, and back when the other side says no.
internal sealed partial class CountSearch
{
    private const double MuchWaiting = 0.9;

    // One stretch that was disturbed must not end a climb that has hardly begun.
    private const int EarlyCount = 4;

    // A number this close to one that was measured tells nothing new.
    private const double ClearlyBelow = 1.1;

    // More fail, and not by chance.
    private const double MoreFailures = 0.1;
    private const int FewestMoreFailures = 3;

    private async Task ClimbAsync()
    {
        int step = _one.WaitShare > MuchWaiting ? 4 : 2;
        int misses = 0;
        double best = _one.Throughput;
        double latency = _one.Latency;
        for (int workers = 1; workers < _most;)
        {
            int next = (int)Math.Min(_most, (long)workers * step);
            if (await TryCountAsync(next, LengthFor(latency), latency).ConfigureAwait(false) is not { } stretch)
            {
                return;
            }

            double gain = stretch.Throughput / best;
            latency = Math.Max(stretch.Latency, _one.Latency);
            misses = gain < Thresholds.LeastGain ? misses + 1 : 0;
            if (misses > (workers <= EarlyCount ? 1 : 0))
            {
                return;
            }

            // Where the gain falls behind, the bend is near.
            step = gain < (1 + ((double)next / workers)) / 2 ? 2 : step;
            best = Math.Max(best, stretch.Throughput);
            workers = next;
        }
    }

    /// <summary>Closes in on the least number that does enough, between the largest that does not and the smallest that does.</summary>
    private async Task RefineAsync()
    {
        bool hasTriedKnee = false;
        while (true)
        {
            CountTally[] all = [.. SoundOf(_model)];
            double best = BestOf(all);
            int at = Array.FindIndex(all, tally => RateOf(tally) >= best * EnoughShare);
            if (at <= 0)
            {
                return;
            }

            int low = all[at - 1].Workers;
            int high = all[at].Workers;
            if (high - low <= 1 || high <= low * CloseEnough)
            {
                return;
            }

            // As many as are in work at the other side at the best rate (Little's law) are needed, and hardly more.
            int knee = (int)Math.Ceiling(best * _one.Latency);
            int middle = !hasTriedKnee && knee > low && knee * ClearlyBelow < high ? knee : (int)Math.Round(Math.Sqrt((double)low * high));
            hasTriedKnee = true;
            double latency = all[at].Latency;
            if (await TryCountAsync(Math.Clamp(middle, low + 1, high - 1), LengthFor(latency), latency).ConfigureAwait(false) is null)
            {
                return;
            }
        }
    }

    /// <summary>Finds what the other side bears: it has refused once, and what it had saved up for us is used up.</summary>
    private async Task StayPoliteAsync()
    {
        while (_refusedAt is { } refused && NextPolite(refused) is { } next)
        {
            double latency = UndisturbedLatency();

            // Whether a number is refused shows only in time: what the other side had saved up for us hides it.
            TimeSpan length = TimeSpan.FromSeconds(Math.Max(_prober.Budget.TotalSeconds * ForPoliteness, Rounds * latency));
            if (await TryCountAsync(next, length, latency).ConfigureAwait(false) is null && _refusedAt == refused)
            {
                return;
            }
        }
    }

    private int? NextPolite(int refused)
    {
        CountTally? top = SoundOf(_model).LastOrDefault();
        if (_prober.AllowedRate is not { } rate)
        {
            // The second refusal, by fewer workers, tells the rate.
            return top is { Workers: > 1, Stretches.Count: 1 } ? top.Workers : Between(top, refused);
        }

        // As many as are in work at that rate (Little's law), and one more as long as that much is not done.
        int allowed = Math.Clamp((int)Math.Round(rate * UndisturbedLatency()), 1, Math.Max(1, refused - 1));
        return allowed > 1 && _prober.Find(_model, allowed) is null ? allowed
            : top is not null && top.Workers + 1 < refused && top.Throughput < rate * EnoughShare ? top.Workers + 1
            : null;
    }

    private static int? Between(CountTally? top, int refused) =>
        top is not null && refused - top.Workers > 1 && refused > top.Workers * CloseEnough ? (int)Math.Round(Math.Sqrt((double)top.Workers * refused)) : null;

    /// <summary>The mean time of the items of all stretches in which nobody was refused. Unit: seconds.</summary>
    private double UndisturbedLatency()
    {
        Stretch[] undisturbed = [.. _prober.Tallies.SelectMany(static tally => tally.Stretches).Where(static stretch => !stretch.IsRefused)];
        int items = undisturbed.Sum(static stretch => stretch.Items);
        return items == 0 ? _one.Latency : undisturbed.Sum(static stretch => stretch.Latency * stretch.Items) / items;
    }

    /// <summary>Measures a number; notes whether it was too many.</summary>
    /// <returns>The stretch, or <see langword="null"/> when the number cannot be tried or was too many.</returns>
    private async Task<Stretch?> TryCountAsync(int workers, TimeSpan length, double latency)
    {
        Stretch? stretch = await _prober.TryMeasureAsync(_model, workers, length, latency).ConfigureAwait(false);
        if (stretch is null)
        {
            return null;
        }

        if (stretch.IsRefused)
        {
            _refusedAt = Math.Min(workers, _refusedAt ?? workers);
            return null;
        }

        double more = ((double)stretch.Failed / stretch.Items) - ((double)_one.Failed / _one.Items);
        if (stretch.Failed >= FewestMoreFailures && more > MoreFailures)
        {
            _failsMoreAt = Math.Min(workers, _failsMoreAt ?? workers);
            return null;
        }

        return stretch;
    }
}
