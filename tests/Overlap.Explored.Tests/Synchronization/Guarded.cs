using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.Synchronization;

/// <summary>What a primitive lets only so many at a time get at.</summary>
internal sealed class Guarded(ThreadExplorer explorer, int most = 1)
{
    private int _inside;

    /// <summary>How many have been inside.</summary>
    public int Visits { get; private set; }

    /// <summary>Is inside for a while, during which others may run.</summary>
    public void Visit(int weight = 1)
    {
        _inside += weight;
        Visits++;
        explorer.Assert(_inside <= most, "too many are inside at once");
        explorer.Point();
        _inside -= weight;
    }
}
