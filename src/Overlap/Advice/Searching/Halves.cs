using Overlap.Timelines;

namespace Overlap.Advice.Searching;

/// <summary>Tells whether work changed its nature: whether later items are unlike earlier ones by more than chance.</summary>
internal static class Halves
{
    private const int FewestItems = 8;
    private const double ClearlyUnlike = 1.5;
    private const double StandardErrors = 4;

    /// <summary>Whether the second half of items takes clearly more or less time than the first, or works clearly more or less of it.</summary>
    /// <param name="items">The items, in the order of their start.</param>
    public static bool Differ(IReadOnlyList<Span> items)
    {
        if (items.Count < FewestItems)
        {
            return false;
        }

        int half = items.Count / 2;
        return Differ([.. items.Take(half).Select(static span => span.Duration.TotalSeconds)], [.. items.Skip(half).Select(static span => span.Duration.TotalSeconds)])
            || Differ([.. items.Take(half).Select(WaitOf)], [.. items.Skip(half).Select(WaitOf)]);
    }

    private static double WaitOf(Span span) => (span.Duration - span.Working).TotalSeconds;

    private static bool Differ(double[] before, double[] after)
    {
        (double first, double firstError) = MeanOf(before);
        (double second, double secondError) = MeanOf(after);
        double low = Math.Min(first, second);
        double high = Math.Max(first, second);
        return high > low * ClearlyUnlike && high - low > StandardErrors * Math.Sqrt((firstError * firstError) + (secondError * secondError)) && high > 1e-3;
    }

    private static (double Mean, double Error) MeanOf(double[] values)
    {
        double mean = values.Average();
        return (mean, Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Length - 1) / values.Length));
    }
}
