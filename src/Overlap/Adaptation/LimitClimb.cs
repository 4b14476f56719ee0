namespace Overlap.Adaptation;

/// <summary>The way up: doubles the limit as long as throughput rises with it, and says where to stay.</summary>
/// <remarks>
/// What disturbs a stretch (new connections, code compiled for the first time, other programs) only ever makes it slower, so of several stretches
/// under one limit the fastest counts, and a gain that is in doubt is looked at again.
/// Source: slow start of TCP (RFC 5681) for the doubling, Little's law for the knee.
/// </remarks>
internal sealed class LimitClimb(LimitBounds bounds)
{
    // Of what the added workers could bring at most: enough to go on at once, enough to go on after a second look.
    private const double ClearGain = 0.5;
    private const double LeastGain = 0.15;
    private const int MostLooks = 3;

    // A limit that brings nearly the best throughput is as good as one that brings it, and lighter on the other side.
    private const double NearlyBest = 0.95;

    // In-flight calls beyond throughput times undisturbed latency only wait; half more than that covers what varies.
    private const double Headroom = 1.5;

    private readonly List<(int Limit, double Throughput)> _levels = [];
    private TimeSpan _leastLatency = TimeSpan.MaxValue;
    private int _leastLatencyAt;
    private int _looks;

    /// <summary>What the last stretch brought over the level before. Unit: times.</summary>
    public double Gain { get; private set; } = 1;

    /// <summary>The level before the last.</summary>
    public int From { get; private set; }

    /// <summary>The highest level below a limit at which a stretch was seen; 0 when there is none.</summary>
    public int LevelBelow(int limit) => _levels.Where(level => level.Limit < limit).Select(static level => level.Limit).DefaultIfEmpty(0).Max();

    /// <summary>Looks at a stretch under a limit.</summary>
    /// <returns>The next limit to look at: the same one, or a higher one; <see langword="null"/> when the climb is over.</returns>
    public int? Next(int limit, in LimitSample sample)
    {
        double throughput = sample.Throughput;
        if (_levels.Count > 0 && _levels[^1].Limit == limit)
        {
            _looks++;
            _levels[^1] = (limit, Math.Max(throughput, _levels[^1].Throughput));
        }
        else
        {
            _looks = 1;
            _levels.Add((limit, throughput));
        }

        if (sample.Latency < _leastLatency)
        {
            _leastLatency = sample.Latency;
            _leastLatencyAt = limit;
        }

        if (_levels.Count > 1)
        {
            (From, double before) = _levels[^2];
            Gain = _levels[^1].Throughput / before;
            double possible = ((double)limit / From) - 1;
            if (Gain < 1 + (possible * ClearGain))
            {
                if (_looks < MostLooks)
                {
                    return limit;
                }

                if (Gain < 1 + (possible * LeastGain))
                {
                    return null;
                }
            }
        }

        return limit >= bounds.Most ? null : bounds.Clamp(limit * 2.0);
    }

    /// <summary>Chooses among what was seen: the least limit that brings nearly the best throughput.</summary>
    public int Choose()
    {
        double best = _levels.Max(static level => level.Throughput);
        int chosen = _levels.Where(level => level.Throughput >= best * NearlyBest).Min(static level => level.Limit);
        int below = Math.Max(bounds.Least, LevelBelow(chosen));

        // Where latency was seen without a queue, it tells how many calls can be in work at the other side; the last doubling overshoots that.
        return _leastLatencyAt * 2 > chosen ? chosen : Math.Clamp(bounds.Clamp(Math.Ceiling(best * _leastLatency.TotalSeconds * Headroom)), below, chosen);
    }
}
