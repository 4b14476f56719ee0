using Overlap.Distributed.Worker;

namespace Overlap.Distributed.Hosting;

/// <summary>Gives memory back to the system when a worker has had nothing to do for a while: what its heap has grown to under load is not needed to wait.</summary>
/// <remarks>
/// Only the program that is a worker and nothing else does this: a library has no say in its host's heap. Cost: a look at the statistics every five
/// seconds, and one full collection for each time of idleness, when nobody waits for it.
/// </remarks>
internal sealed class IdleMemory : IDisposable
{
    /// <summary>How often it looks; a worker is idle when nothing has come or run from one look to the next.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly Func<(long Received, int Running)> _statistics;
    private readonly Action _release;
    private readonly ITimer _timer;

    // Only the timer's calls use them. They do not overlap: what they do takes far less than the pause.
    private long _seen;
    private bool _isReleased = true;

    /// <summary>Begins to look.</summary>
    /// <param name="statistics">Tells how many calls have come, and how many run.</param>
    /// <param name="release">Gives the memory back.</param>
    /// <param name="clock">The clock.</param>
    public IdleMemory(Func<(long Received, int Running)> statistics, Action release, TimeProvider clock)
    {
        _statistics = statistics;
        _release = release;
        _timer = clock.CreateTimer(static self => ((IdleMemory)self!).Look(), this, Pause, Pause);
    }

    /// <summary>Watches a worker.</summary>
    public static IdleMemory Of(WorkerHost worker, TimeProvider clock) => new(
        () =>
        {
            WorkerStatistics statistics = worker.GetStatistics();
            return (statistics.Received, statistics.Running);
        },
        Release,
        clock);

    /// <summary>Collects all that is garbage, and gives back what the heap holds beyond that.</summary>
    private static void Release() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        (long received, int running) = _statistics();
        bool isIdle = received == _seen && running == 0;
        if (!isIdle)
        {
            _isReleased = false;
        }
        else if (!_isReleased)
        {
            _isReleased = true;
            _release();
        }

        _seen = received;
    }
}
