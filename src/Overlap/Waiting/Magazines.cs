namespace Overlap.Waiting;

/// <summary>Evens out what threads keep for later use: one that has too many puts a magazine of them here, one that has none takes it.</summary>
/// <remarks>
/// A node is often taken on one thread and given back on another; without this the one would allocate for ever what the other lets go.
/// Source: J. Bonwick, J. Adams, "Magazines and Vmem", USENIX 2001.
/// Memory: a few magazines; more are left to the collector. Cost: a short gate for every <see cref="Size"/> nodes, and none while all is even.
/// </remarks>
internal sealed class Magazines<T>
    where T : IntrusiveQueue<T>.Node
{
    /// <summary>The nodes of one magazine, linked by <c>Next</c>; what a thread keeps at most.</summary>
    public const int Size = 32;

    private const int MostMagazines = 64;

    private SpinGate _gate;
    private T? _first;     // Guarded by _gate: the magazines, each by its first node, linked by Previous.
    private int _count;    // Written under _gate; read outside it to see that there is nothing to take.

    /// <summary>Puts a full magazine here.</summary>
    public void Give(T magazine)
    {
        _gate.Enter();
        if (_count < MostMagazines)
        {
            magazine.Previous = _first;
            _first = magazine;
            _count++;
        }

        _gate.Exit();
    }

    /// <summary>Takes a full magazine, if there is one.</summary>
    public T? Take()
    {
        if (_count == 0)
        {
            return null;
        }

        _gate.Enter();
        T? magazine = _first;
        if (magazine is not null)
        {
            _first = magazine.Previous;
            magazine.Previous = null;
            _count--;
        }

        _gate.Exit();
        return magazine;
    }
}
