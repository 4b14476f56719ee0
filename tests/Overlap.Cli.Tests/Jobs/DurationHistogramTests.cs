using Overlap.Cli.Jobs;

namespace Overlap.Cli.Tests.Jobs;

public sealed class DurationHistogramTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.95)]
    [InlineData(1)]
    public void Percentile_ManyDurations_IsWithinOnePercent(double share)
    {
        const int Seed = 17;
        Random random = new(Seed);
        DurationHistogram histogram = new();
        List<TimeSpan> durations = [];
        for (int i = 0; i < 50_000; i++)
        {
            // From a microsecond to minutes, evenly over the orders of magnitude.
            TimeSpan duration = TimeSpan.FromMicroseconds(Math.Pow(10, random.NextDouble() * 8));
            durations.Add(duration);
            histogram.Add(duration);
        }

        durations.Sort();
        TimeSpan exact = durations[(int)Math.Ceiling(share * durations.Count) - 1];
        Assert.InRange(histogram.Percentile(share) / exact, 0.99, 1.01);
    }

    [Fact]
    public void Max_ManyDurations_IsExact()
    {
        DurationHistogram histogram = new();
        histogram.Add(TimeSpan.FromTicks(1_234_567));
        histogram.Add(TimeSpan.FromTicks(7));

        Assert.Equal(TimeSpan.FromTicks(1_234_567), histogram.Max);
    }

    [Fact]
    public void Percentile_NothingAdded_IsZero() => Assert.Equal(TimeSpan.Zero, new DurationHistogram().Percentile(0.5));

    [Fact]
    public void Percentile_LongestPossible_DoesNotOverflow()
    {
        DurationHistogram histogram = new();
        histogram.Add(TimeSpan.FromDays(200_000));

        Assert.InRange(histogram.Percentile(0.5) / TimeSpan.FromDays(200_000), 0.99, 1.01);
    }

    [Fact]
    public void Add_ClockRanBackwards_CountsAsZero()
    {
        DurationHistogram histogram = new();
        histogram.Add(TimeSpan.FromTicks(-5));

        Assert.Equal((1, TimeSpan.Zero), (histogram.Count, histogram.Max));
    }
}
