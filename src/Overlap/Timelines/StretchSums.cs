namespace Overlap.Timelines;

/// <summary>Adds up amounts that are spread evenly over times, one sum per stretch between bounds.</summary>
/// <remarks>Cost: an amount over a thousand stretches costs no more than one over two, by keeping differences.</remarks>
internal sealed class StretchSums(long[] bounds)
{
    private readonly double[] _partial = new double[bounds.Length];
    private readonly double[] _differences = new double[bounds.Length];

    public void Add(long from, long to, double density)
    {
        from = Math.Max(from, bounds[0]);
        to = Math.Min(to, bounds[^1]);
        if (to <= from)
        {
            return;
        }

        int first = IndexOf(from);
        int last = IndexOf(to);
        if (first == last)
        {
            _partial[first] += density * (to - from);
            return;
        }

        _partial[first] += density * (bounds[first + 1] - from);
        _partial[last] += density * (to - bounds[last]);
        _differences[first + 1] += density;
        _differences[last] -= density;
    }

    public double[] ToArray()
    {
        double[] sums = new double[bounds.Length - 1];
        double density = 0;
        for (int i = 0; i < sums.Length; i++)
        {
            density += _differences[i];
            sums[i] = _partial[i] + (density * (bounds[i + 1] - bounds[i]));
        }

        return sums;
    }

    private int IndexOf(long at)
    {
        int found = Array.BinarySearch(bounds, at);
        return found >= 0 ? found : ~found - 1;
    }
}
