namespace Overlap.Adaptation;

/// <summary>Another limit beside the settled one, stretch by stretch in turns, until it is clear which is better.</summary>
/// <remarks>
/// Each stretch of the other limit is held against the mean of the two beside it: what changes steadily meanwhile falls out of the comparison.
/// </remarks>
internal sealed class LimitTrial(int other, bool isUp, double noise, double before)
{
    private const int MostTurns = 8;

    // More workers must bring something, fewer must not cost: in between, whatever is stays. That is the hysteresis.
    private const double LeastGain = 0.02;
    private const double HopelessGain = 0.04;
    private const double MostLoss = 0.02;

    // How many standard errors the mean must be away from a bound: more for more workers, since they burden the other side.
    private const double CertaintyUp = 2.2;
    private const double Certainty = 1.5;

    private readonly List<double> _differences = [];
    private double _before = before;
    private double? _tried;

    public int Other => other;

    public bool IsUp => isUp;

    /// <summary>Whether the next stretch is the other limit's.</summary>
    public bool IsOthersTurn => _tried is null;

    /// <summary>What the other limit brings over the settled one. Unit: share; negative for a loss.</summary>
    public double Gain => _differences.Count == 0 ? 0 : Math.Exp(_differences.Average()) - 1;

    /// <summary>Takes the stretch of whose turn it was.</summary>
    /// <param name="throughput">The natural logarithm of its throughput.</param>
    /// <returns>Whether the other limit is better; <see langword="null"/> as long as that is open.</returns>
    public bool? Add(double throughput)
    {
        if (_tried is not { } tried)
        {
            _tried = throughput;
            return null;
        }

        _differences.Add(tried - ((_before + throughput) / 2));
        _before = throughput;
        _tried = null;
        return Judge();
    }

    private bool? Judge()
    {
        int turns = _differences.Count;
        double mean = _differences.Average();
        double own = turns == 1 ? 0 : Math.Sqrt(_differences.Sum(value => (value - mean) * (value - mean)) / (turns - 1));

        // One stretch against the mean of two varies by the square root of 1.5 times as much as one.
        double error = Math.Max(noise * Math.Sqrt(1.5), own) / Math.Sqrt(turns);
        double least = isUp ? LeastGain : -MostLoss;
        double hopeless = isUp ? HopelessGain : -MostLoss;
        return mean - (error * (isUp ? CertaintyUp : Certainty)) > least ? true : mean + (error * Certainty) < hopeless || turns == MostTurns ? false : null;
    }
}
