namespace Overlap.Benchmarks.Measuring;

/// <summary>A figure to reach: a median of one contender, or the median of its ratio to another in the same round.</summary>
internal sealed record Target(string Contender, Metric Metric, string? Peer, double Limit, bool AtLeast)
{
    public static Target AtMost(string contender, Metric metric, double limit) => new(contender, metric, null, limit, false);

    public static Target AtMostTimes(string contender, Metric metric, double limit, string peer) => new(contender, metric, peer, limit, false);

    /// <summary>The contender must be so many times as fast as the peer.</summary>
    public static Target SpeedUp(string contender, Metric metric, double limit, string peer) => new(contender, metric, peer, limit, true);

    /// <summary>Says what was asked, what was measured and whether that is enough; <see langword="null"/> if a contender is absent.</summary>
    public string? Judge(ComparisonResult result)
    {
        if (!result.Has(Contender) || (Peer is not null && !result.Has(Peer)))
        {
            return null;
        }

        if (Peer is null)
        {
            double value = result.Spread(Contender, Metric).Median;
            return Line($"{Contender}, {Metric.Name} ≤ {Limit.ToString(Metric.Format)} {Metric.Unit}", $"{value.ToString(Metric.Format)} {Metric.Unit}", value <= Limit);
        }

        // The ratio is the contender's figure over the peer's; a speed-up is its reciprocal.
        double ratio = result.Ratio(Contender, Peer, Metric).Median;
        return AtLeast
            ? Line($"{Contender} ≥ {Limit:0.0##} × as fast as {Peer}, {Metric.Name}", $"{1 / ratio:0.00} ×", 1 / ratio >= Limit)
            : Line($"{Contender} ≤ {Limit:0.0##} × {Peer}, {Metric.Name}", $"{ratio.ToString(Spread.RatioFormat(ratio))} ×", ratio <= Limit);
    }

    private static string Line(string asked, string measured, bool reached) => $"{asked}: **{measured}**, {(reached ? "reached" : "missed")}";
}
