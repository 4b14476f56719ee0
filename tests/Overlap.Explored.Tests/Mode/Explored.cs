using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.Mode;

/// <summary>A program that is found by its attribute.</summary>
internal sealed class Explored
{
    private int _count;

    [Explored(Strategy = ExplorationStrategy.Exhaustive)]
    public void TwoIncrements(ThreadExplorer x)
    {
        x.Spawn("one", () => Interlocked.Increment(ref _count));
        x.Spawn("two", () => Interlocked.Increment(ref _count));
        x.AtEnd(() => x.Assert(_count == 2));
    }
}
