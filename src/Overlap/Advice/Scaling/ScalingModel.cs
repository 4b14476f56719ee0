namespace Overlap.Advice.Scaling;

/// <summary>Fits the laws of scaling to measured points.</summary>
/// <remarks>
/// Pure: the same points give the same fit.
/// Method: least squares of the relative errors. Written as time by items, N / X = 1/λ · (1 + σ(N − 1) + κN(N − 1)), the laws of Amdahl and
/// Gunther are linear in their coefficients; those that come out negative are left out. Of the laws the one is taken that explains the points
/// with the fewest coefficients.
/// Source: Gunther, "Guerrilla Capacity Planning"; Schwarz, "Estimating the Dimension of a Model" (the criterion).
/// </remarks>
public static class ScalingModel
{
    /// <summary>The fewest points that say more than themselves.</summary>
    public const int FewestPoints = 4;

    // Closer than this no law need come: measurements repeat no better.
    private const double FinestError = 0.005;

    /// <summary>Fits the law that suits the points best.</summary>
    /// <param name="points">At least one; several of one number of workers are several points.</param>
    /// <returns>The fit; <see langword="null"/> for less than four different numbers of workers: then the best measured one is all that is known.</returns>
    /// <exception cref="ArgumentException">A point has no workers or no throughput.</exception>
    public static ScalingFit? Fit(IReadOnlyList<ScalingPoint> points)
    {
        Check(points);
        if (points.DistinctBy(static point => point.Workers).Count() < FewestPoints)
        {
            return null;
        }

        return new[] { FitLine(points, ScalingLaw.Linear, 1), FitLine(points, ScalingLaw.Amdahl, 2), FitLine(points, ScalingLaw.Universal, 3), FitLine(points, ScalingLaw.Universal, 2), FitCeiling(points) }
            .OfType<Candidate>()
            .MinBy(candidate => candidate.Score(points.Count))?.Fit;
    }

    /// <summary>Fits one law.</summary>
    /// <param name="law">The law.</param>
    /// <param name="points">The points.</param>
    /// <returns>The fit; <see langword="null"/> when the points do not determine it, or only with a negative coefficient.</returns>
    /// <exception cref="ArgumentException">A point has no workers or no throughput.</exception>
    public static ScalingFit? Fit(ScalingLaw law, IReadOnlyList<ScalingPoint> points)
    {
        Check(points);
        return (law switch
        {
            ScalingLaw.Linear => FitLine(points, law, 1),
            ScalingLaw.Amdahl => FitLine(points, law, 2),
            ScalingLaw.Ceiling => FitCeiling(points),
            _ => FitLine(points, law, 3) ?? FitLine(points, law, 2),
        })?.Fit;
    }

    private static void Check(IReadOnlyList<ScalingPoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        if (points.Count == 0 || points.Any(static point => point.Workers < 1 || !double.IsFinite(point.Throughput) || point.Throughput <= 0))
        {
            throw new ArgumentException("A point needs at least one worker and a throughput above zero.", nameof(points));
        }
    }

    private static Candidate? FitLine(IReadOnlyList<ScalingPoint> points, ScalingLaw law, int coefficients)
    {
        int freedom = points.Count - coefficients;
        if (freedom < 1)
        {
            return null;
        }

        double[] values = [.. points.Select(static point => point.Workers / point.Throughput)];
        LeastSquares? line = LeastSquares.Fit(
            [.. points.Select(point => ScalingFit.RowOf(coefficients, law, point.Workers))], values, [.. values.Select(static value => 1 / (value * value))]);
        if (line is null || line.Coefficients[0] <= 0 || line.Coefficients.Skip(1).Any(static coefficient => coefficient < 0))
        {
            return null;
        }

        double first = line.Coefficients[0];
        double[] others = [.. line.Coefficients.Skip(1).Select(coefficient => coefficient / first)];
        ScalingFit fit = new(law, points, line, line.Residual / freedom, freedom, 1 / first, ceiling: null)
        {
            Contention = law == ScalingLaw.Amdahl || coefficients == 3 ? others[0] : 0,
            Coherence = law == ScalingLaw.Universal ? others[^1] : 0,
        };
        return new Candidate(fit, line.Residual, coefficients);
    }

    private static Candidate? FitCeiling(IReadOnlyList<ScalingPoint> points)
    {
        ScalingPoint[] sorted = [.. points.OrderBy(static point => point.Workers)];
        Candidate? best = null;
        for (int rising = 1; rising < sorted.Length && sorted.Length > 2; rising++)
        {
            // The mean of the relative errors is zero on either side.
            double rate = HarmonicMean(sorted[..rising].Select(static point => point.Throughput / point.Workers));
            double ceiling = HarmonicMean(sorted[rising..].Select(static point => point.Throughput));
            double residual = sorted.Sum(point => Square((point.Throughput / Math.Min(rate * point.Workers, ceiling)) - 1));
            if (best is null || residual < best.Residual)
            {
                int freedom = sorted.Length - 2;
                best = new Candidate(new ScalingFit(ScalingLaw.Ceiling, points, null, residual / freedom, freedom, rate, ceiling), residual, 2);
            }
        }

        return best;
    }

    private static double HarmonicMean(IEnumerable<double> values) => 1 / values.Average(static value => 1 / value);

    private static double Square(double value) => value * value;

    private sealed record Candidate(ScalingFit Fit, double Residual, int Coefficients)
    {
        /// <summary>The criterion of Schwarz: a further coefficient must earn its place.</summary>
        public double Score(int points) =>
            (points * Math.Log(Math.Max(Residual / points, FinestError * FinestError))) + (Coefficients * Math.Log(points));
    }
}
