namespace Overlap.Adaptation;

/// <summary>What is normal under the settled limit: the level of throughput and how far stretches differ by themselves.</summary>
internal sealed class LoadWatch
{
    private const double Weight = 0.1;
    private const double LeastNoise = 0.01;
    private const double MostNoise = 0.5;
    private const int Confirmations = 3;

    // Smaller changes are left to the trials, which find them anyway.
    private const double LeastChange = 0.3;
    private const double ManyTimesNoise = 5;

    // A change like this is seen sooner.
    private const double LargeChange = 1;

    private double? _level;
    private double? _last;
    private double _noise = 0.03;
    private int _outside;

    /// <summary>How far two stretches differ under the same limit. Unit: natural logarithm of throughput.</summary>
    public double Noise => Math.Clamp(_noise, LeastNoise, MostNoise);

    /// <summary>The last stretch's throughput by the normal one, when the load has changed.</summary>
    public double Change => Math.Exp((_last ?? 0) - (_level ?? 0));

    /// <summary>Takes a stretch under the settled limit.</summary>
    /// <param name="throughput">The natural logarithm of its throughput.</param>
    /// <returns>Whether the load has changed.</returns>
    public bool Add(double throughput)
    {
        if (_level is not { } level)
        {
            _level = throughput;
            _last = throughput;
            return false;
        }

        if (Math.Abs(throughput - level) > Math.Max(LeastChange, ManyTimesNoise * Noise))
        {
            _last = throughput;
            _outside += Math.Abs(throughput - level) > LargeChange ? 2 : 1;
            return _outside >= Confirmations;
        }

        // The difference of two stretches varies √2 times as much as one; the mean distance is 0.8 of the standard deviation.
        _noise += Weight * ((Math.Abs(throughput - _last!.Value) / (0.8 * Math.Sqrt(2))) - _noise);
        _level = level + (Weight * (throughput - level));
        _last = throughput;
        _outside = 0;
        return false;
    }

    /// <summary>Forgets the level: another limit is settled now, or another load. The noise stays.</summary>
    public void Reset() => (_level, _last, _outside) = (null, null, 0);
}
