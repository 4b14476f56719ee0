using Overlap.Testing.Exploration.Threads;
using Real = System.Threading.SpinWait;

namespace Overlap.Testing.Exploration.StandIns;

/// <summary>Stands in for <see cref="System.Threading.SpinWait"/> in code that is explored: a spin lets the other threads come first.</summary>
/// <remarks>
/// Outside an exploration it is what it stands in for. Inside, the first spin counts as a thousand: code that spins a while before it waits has spun
/// enough after one.
/// </remarks>
public struct SpinWait
{
    private const int SpinsInOne = 1000;

    private Real _real;
    private int _count;

    /// <inheritdoc cref="Real.Count"/>
    public readonly int Count => _count == 0 ? _real.Count : _count;

    /// <inheritdoc cref="Real.NextSpinWillYield"/>
    public readonly bool NextSpinWillYield => _count > 0 || _real.NextSpinWillYield;

    /// <inheritdoc cref="Real.SpinOnce()"/>
    public void SpinOnce() => SpinOnce(0);

    /// <inheritdoc cref="Real.SpinOnce(int)"/>
    public void SpinOnce(int sleep1Threshold)
    {
        if (ThreadLane.Step(givesWay: true) is null)
        {
            _real.SpinOnce(sleep1Threshold);
        }
        else
        {
            _count = SpinsInOne;
        }
    }

    /// <inheritdoc cref="Real.Reset"/>
    public void Reset()
    {
        _real.Reset();
        _count = 0;
    }

    /// <inheritdoc cref="Real.SpinUntil(Func{bool})"/>
    public static void SpinUntil(Func<bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        SpinWait spin = default;
        while (!condition())
        {
            spin.SpinOnce();
        }
    }
}
