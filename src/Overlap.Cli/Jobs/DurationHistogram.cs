using System.Numerics;

namespace Overlap.Cli.Jobs;

/// <summary>Percentiles of durations in constant memory.</summary>
/// <remarks>
/// Shape: every power of two of nanoseconds is cut into 128 equal buckets, so a percentile is at most 0.4 % off; count and maximum are exact.
/// Source: the layout of HdrHistogram.
/// </remarks>
internal sealed class DurationHistogram
{
    private const int SubBucketBits = 7;
    private const int SubBuckets = 1 << SubBucketBits;

    private readonly long[] _counts = new long[(65 - SubBucketBits) * SubBuckets];

    public long Count { get; private set; }

    public TimeSpan Max { get; private set; }

    public TimeSpan Sum { get; private set; }

    public void Add(TimeSpan duration)
    {
        duration = duration < TimeSpan.Zero ? TimeSpan.Zero : duration;
        _counts[IndexOf((ulong)duration.Ticks * TimeSpan.NanosecondsPerTick)]++;
        Count++;
        Sum += duration;
        Max = duration > Max ? duration : Max;
    }

    /// <summary>Gives the duration that this share of all durations does not exceed.</summary>
    /// <param name="share">From 0 to 1.</param>
    public TimeSpan Percentile(double share)
    {
        long rank = Math.Max(1, (long)Math.Ceiling(share * Count));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                TimeSpan middle = TimeSpan.FromTicks((long)(MiddleOf(i) / TimeSpan.NanosecondsPerTick));
                return middle < Max ? middle : Max;
            }
        }

        return Max;
    }

    private static int IndexOf(ulong nanoseconds)
    {
        if (nanoseconds < SubBuckets)
        {
            return (int)nanoseconds;
        }

        int shift = BitOperations.Log2(nanoseconds) - SubBucketBits;
        return ((shift + 1) << SubBucketBits) + (int)((nanoseconds >> shift) - SubBuckets);
    }

    private static double MiddleOf(int index)
    {
        if (index < SubBuckets)
        {
            return index;
        }

        int shift = (index >> SubBucketBits) - 1;
        double low = (double)((index & (SubBuckets - 1)) + SubBuckets) * Math.Pow(2, shift);
        return low + (Math.Pow(2, shift) / 2);
    }
}
