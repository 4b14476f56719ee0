using System.Numerics;

namespace Overlap.Pipelines;

/// <summary>How long the bodies of a stage took, of the calls that were timed.</summary>
/// <remarks>
/// Shape: every power of two of the clock's ticks is cut into 16 equal parts, so a percentile is at most 3 % off.
/// Race: calls are added on any thread; a reading meanwhile may miss the latest.
/// </remarks>
internal sealed class WorkTimes
{
    private const int PartBits = 4;
    private const int Parts = 1 << PartBits;
    private const int AllTimed = 64;

    private readonly int[] _counts = new int[(64 - PartBits) * Parts];

    /// <summary>Whether a call is timed: the first ones, for short runs, then one of 64, since reading a clock twice may cost as much as the call.</summary>
    public static bool Times(long number) => number <= AllTimed || number % AllTimed == 0;

    public void Add(long ticks) => Interlocked.Increment(ref _counts[IndexOf((ulong)Math.Max(0, ticks))]);

    /// <summary>Gives the time that this share of the timed calls did not exceed, in ticks of the clock.</summary>
    /// <param name="share">From 0 to 1.</param>
    /// <returns><see langword="null"/> if none was timed.</returns>
    public long? Percentile(double share)
    {
        long count = 0;
        foreach (int one in _counts)
        {
            count += one;
        }

        long rank = Math.Max(1, (long)Math.Ceiling(share * count));
        long seen = 0;
        for (int i = 0; count > 0 && i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= rank)
            {
                return MiddleOf(i);
            }
        }

        return null;
    }

    private static int IndexOf(ulong ticks)
    {
        if (ticks < Parts)
        {
            return (int)ticks;
        }

        int shift = BitOperations.Log2(ticks) - PartBits;
        return ((shift + 1) << PartBits) + (int)((ticks >> shift) - Parts);
    }

    private static long MiddleOf(int index)
    {
        if (index < Parts)
        {
            return index;
        }

        int shift = (index >> PartBits) - 1;
        long low = (long)((index & (Parts - 1)) + Parts) << shift;
        return low + ((1L << shift) / 2);
    }
}
