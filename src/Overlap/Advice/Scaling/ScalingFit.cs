namespace Overlap.Advice.Scaling;

/// <summary>A law fitted to measured points: what it says between them, and a little beyond.</summary>
/// <remarks>
/// Units: workers; items a second; σ, κ and R² without a unit.
/// It says nothing beyond twice the largest measured number of workers.
/// </remarks>
public sealed class ScalingFit
{
    private const int FurthestBeyond = 2;

    private readonly LeastSquares? _line;
    private readonly double _variance;
    private readonly int _freedom;

    internal ScalingFit(ScalingLaw law, IReadOnlyList<ScalingPoint> points, LeastSquares? line, double variance, int freedom, double rate, double? ceiling)
    {
        Law = law;
        _line = line;
        _variance = variance;
        _freedom = freedom;
        Rate = rate;
        Ceiling = ceiling;
        MeasuredTo = points.Max(static point => point.Workers);
        RSquared = RSquaredOf(points);
    }

    /// <summary>The law that fits best, of those that need not more coefficients than the points can bear.</summary>
    public ScalingLaw Law { get; }

    /// <summary>λ: what one worker does. Unit: items a second.</summary>
    public double Rate { get; }

    /// <summary>σ: the part of the work that waits for others of its kind. From 0; 0 for a law without it.</summary>
    public double Contention { get; internal init; }

    /// <summary>κ: what each pair of workers costs. From 0; 0 for a law without it.</summary>
    public double Coherence { get; internal init; }

    /// <summary>C: the most that is done whatever the number of workers. Unit: items a second; <see langword="null"/> for a law without it.</summary>
    public double? Ceiling { get; }

    /// <summary>How much of the points' variance the law explains: 1 for all of it.</summary>
    public double RSquared { get; }

    /// <summary>The largest measured number of workers.</summary>
    public int MeasuredTo { get; }

    /// <summary>The number of workers beyond which the law says that more do less; <see langword="null"/> when there is none within what it may tell.</summary>
    public double? Peak =>
        Coherence > 0 && Contention < 1 && Math.Sqrt((1 - Contention) / Coherence) is var peak && peak >= 1 && peak <= FurthestBeyond * MeasuredTo ? peak : null;

    /// <summary>Says what so many workers would do.</summary>
    /// <param name="workers">The workers, at least 1.</param>
    /// <returns>Items a second, with the bounds of a single measurement; <see langword="null"/> beyond twice the largest measured number.</returns>
    public Interval? Predict(int workers)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        if (workers > (long)FurthestBeyond * MeasuredTo)
        {
            return null;
        }

        double value = At(workers);
        double reach = StudentT.Of(_freedom);
        if (_line is null)
        {
            return Interval.Around(value, reach * Math.Sqrt(_variance));
        }

        // The line is of time by items, N / X: what is fitted has the same relative error everywhere.
        double[] row = RowOf(_line.Coefficients.Length, Law, workers);
        double time = workers / value;
        double error = reach * Math.Sqrt(_variance * (_line.VarianceAt(row) + (time * time)));
        return new Interval(value, workers / (time + error), time > error ? workers / (time - error) : Rate * workers);
    }

    internal double At(double workers) => Ceiling is { } ceiling
        ? Math.Min(Rate * workers, ceiling)
        : Rate * workers / (1 + (Contention * (workers - 1)) + (Coherence * workers * (workers - 1)));

    internal static double[] RowOf(int coefficients, ScalingLaw law, double workers) => (coefficients, law) switch
    {
        (1, _) => [1],
        (2, ScalingLaw.Amdahl) => [1, workers - 1],
        (2, _) => [1, workers * (workers - 1)],
        _ => [1, workers - 1, workers * (workers - 1)],
    };

    private double RSquaredOf(IReadOnlyList<ScalingPoint> points)
    {
        double mean = points.Average(static point => point.Throughput);
        double all = points.Sum(point => Square(point.Throughput - mean));
        double left = points.Sum(point => Square(point.Throughput - (Ceiling is { } ceiling ? Math.Min(Rate * point.Workers, ceiling) : Fitted(point.Workers))));

        // Of points that are all alike nothing is left to explain.
        return all <= 1e-12 * mean * mean * points.Count ? 1 : Math.Max(0, 1 - (left / all));
    }

    private double Fitted(int workers) => workers / _line!.ValueAt(RowOf(_line.Coefficients.Length, Law, workers));

    private static double Square(double value) => value * value;
}
