using Overlap.Testing.Exploration;

namespace Overlap.Waiting;

/// <summary>In place of the library's own: a thread that is stopped is one that the explorer does not choose.</summary>
internal sealed class ThreadParker
{
    // The explorer of the schedule in which it was released: what an earlier schedule left behind counts for nothing.
    private ThreadExplorer? _releasedIn;

    public void Park()
    {
        ThreadExplorer explorer = ThreadExplorer.Current ?? throw new InvalidOperationException("Only threads that are explored are stopped here.");
        Interlocked.MemoryBarrier();
        explorer.Wait(() => ReferenceEquals(_releasedIn, explorer), "to be let go");
        _releasedIn = null;
    }

    public void Release()
    {
        // The original's monitor makes what was written before visible.
        Interlocked.MemoryBarrier();
        _releasedIn = ThreadExplorer.Current;
    }
}
