namespace Overlap.Benchmarks.Measuring;

/// <summary>The median of several rounds, and how far they lie apart.</summary>
internal readonly record struct Spread(double Median, double Min, double Max)
{
    public static Spread Of(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        ArgumentOutOfRangeException.ThrowIfZero(sorted.Length, nameof(values));
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    /// <summary>How a ratio is written: a small one with as many digits as tell it from its neighbours.</summary>
    public static string RatioFormat(double ratio) => ratio < 0.1 ? "0.0000" : "0.00";

    public string ToString(string format) =>
        $"{Median.ToString(format)} ({Min.ToString(format)}–{Max.ToString(format)})";
}
