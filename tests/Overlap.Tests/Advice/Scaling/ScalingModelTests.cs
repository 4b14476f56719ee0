using Overlap.Advice.Scaling;

namespace Overlap.Tests.Advice.Scaling;

public sealed class ScalingModelTests
{
    private static readonly int[] Counts = [1, 2, 4, 8, 16, 32, 64];

    [Fact]
    public void Fit_Linear_IsFound()
    {
        ScalingFit fit = ScalingModel.Fit(Points(Counts, static n => 11.5 * n))!;
        Assert.Equal(ScalingLaw.Linear, fit.Law);
        Assert.Equal(11.5, fit.Rate, 9);
        Assert.Equal(1, fit.RSquared, 9);
        Assert.Null(fit.Peak);
    }

    [Fact]
    public void Fit_Amdahl_GivesItsCoefficients()
    {
        ScalingFit fit = ScalingModel.Fit(Points(Counts, static n => 20.0 * n / (1 + (0.08 * (n - 1)))))!;
        Assert.Equal(ScalingLaw.Amdahl, fit.Law);
        Assert.Equal(20, fit.Rate, 6);
        Assert.Equal(0.08, fit.Contention, 9);
        Assert.Equal(0, fit.Coherence);
    }

    [Fact]
    public void Fit_Universal_GivesItsCoefficientsAndPeak()
    {
        ScalingFit fit = ScalingModel.Fit(Points(Counts, static n => 995.6 * n / (1 + (0.0267 * (n - 1)) + (0.000769 * n * (n - 1)))))!;
        Assert.Equal(ScalingLaw.Universal, fit.Law);
        Assert.Equal(995.6, fit.Rate, 4);
        Assert.Equal(0.0267, fit.Contention, 8);
        Assert.Equal(0.000769, fit.Coherence, 9);
        Assert.Equal(Math.Sqrt((1 - 0.0267) / 0.000769), fit.Peak!.Value, 4);
    }

    [Fact]
    public void Fit_Ceiling_GivesWhatTheOtherSideDoes()
    {
        ScalingFit fit = ScalingModel.Fit(Points(Counts, static n => Math.Min(20.0 * n, 400)))!;
        Assert.Equal(ScalingLaw.Ceiling, fit.Law);
        Assert.Equal(400, fit.Ceiling!.Value, 6);
        Assert.Equal(20, fit.Rate, 6);
    }

    [Theory]
    [InlineData(ScalingLaw.Amdahl)]
    [InlineData(ScalingLaw.Universal)]
    public void Predict_NoisyCurves_TruthLiesInNearlyAllIntervals(ScalingLaw law)
    {
        double Truth(double n) => law == ScalingLaw.Amdahl ? 50 * n / (1 + (0.05 * (n - 1))) : 50 * n / (1 + (0.03 * (n - 1)) + (0.001 * n * (n - 1)));
        int inside = 0;
        int asked = 0;
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            ScalingFit fit = ScalingModel.Fit(law, Points([1, 2, 4, 8, 16, 32], n => Truth(n) * (1 + (0.03 * Normal(random))))) ?? ScalingModel.Fit(Points(Counts, n => Truth(n)))!;
            foreach (int workers in (int[])[3, 12, 24])
            {
                Interval interval = fit.Predict(workers)!.Value;
                inside += Truth(workers) >= interval.Low && Truth(workers) <= interval.High ? 1 : 0;
                asked++;
            }
        }

        Assert.InRange((double)inside / asked, 0.93, 1);
    }

    [Fact]
    public void Fit_LessThanFourNumbers_IsNone() =>
        Assert.Null(ScalingModel.Fit([new ScalingPoint(1, 1), new ScalingPoint(2, 2), new ScalingPoint(4, 4), new ScalingPoint(4, 4.1)]));

    [Fact]
    public void Predict_BeyondTwiceTheLargest_IsNone()
    {
        ScalingFit fit = ScalingModel.Fit(Points(Counts, static n => 3.0 * n))!;
        Assert.NotNull(fit.Predict(128));
        Assert.Null(fit.Predict(129));
    }

    [Fact]
    public void Fit_FasterThanLinear_HasNoNegativeCoefficient()
    {
        ScalingFit fit = ScalingModel.Fit(Points(Counts, static n => 5 * Math.Pow(n, 1.1)))!;
        Assert.True(fit.Contention >= 0 && fit.Coherence >= 0);
    }

    [Fact]
    public void Fit_AllAlike_ExplainsThem()
    {
        ScalingFit fit = ScalingModel.Fit(Points(Counts, static _ => 7.0))!;
        Assert.Equal(7, fit.Predict(16)!.Value.Value, 1);
        Assert.InRange(fit.RSquared, 0, 1);
    }

    [Fact]
    public void Fit_RandomPoints_NeverFailsAndStaysFinite()
    {
        for (int seed = 0; seed < 2_000; seed++)
        {
            Random random = new(seed);
            int[] counts = [.. Enumerable.Range(0, random.Next(1, 9)).Select(_ => random.Next(1, 2_000))];
            if (ScalingModel.Fit(Points(counts, _ => Math.Exp((random.NextDouble() * 40) - 20))) is { } fit)
            {
                Interval interval = fit.Predict(fit.MeasuredTo)!.Value;
                Assert.True(double.IsFinite(interval.Value) && interval.Low >= 0 && interval.Low <= interval.Value && interval.Value <= interval.High * 1.0000001, $"seed {seed}: {interval}");
                Assert.InRange(fit.RSquared, 0, 1);
            }
        }
    }

    [Theory]
    [InlineData(0, 1.0)]
    [InlineData(1, 0.0)]
    [InlineData(1, double.NaN)]
    [InlineData(1, double.PositiveInfinity)]
    public void Fit_ImpossiblePoint_IsRefused(int workers, double throughput) =>
        Assert.Throws<ArgumentException>(() => ScalingModel.Fit([new ScalingPoint(workers, throughput)]));

    [Theory]
    [InlineData(1, 12.706)]
    [InlineData(30, 2.042)]
    [InlineData(1_000, 1.962)]
    public void StudentT_KnownQuantiles_AreMet(int freedom, double quantile) => Assert.Equal(quantile, StudentT.Of(freedom), 3);

    private static ScalingPoint[] Points(int[] counts, Func<int, double> throughput) => [.. counts.Select(count => new ScalingPoint(count, throughput(count)))];

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
