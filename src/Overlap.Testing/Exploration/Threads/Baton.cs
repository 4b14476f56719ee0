namespace Overlap.Testing.Exploration.Threads;

/// <summary>Lets one thread go on when another says so: how the turn passes from thread to thread.</summary>
/// <remarks>
/// Race: a pass that comes before the wait is kept.
/// Cost: a thread that still looks for its turn takes it in about two microseconds; to wake one that has parked takes ten. Yielding finds the turn
/// soonest on a busy machine and on a quiet one; spinning starves the very thread that is to pass it when there are more threads than cores.
/// </remarks>
#pragma warning disable CA1001 // Never disposed: a baton lives as long as the thread that waits with it, and its handle has a finaliser.
internal sealed class Baton
#pragma warning restore CA1001
{
    private const int Yields = 25;

    private readonly AutoResetEvent _wake = new(initialState: false);
    private int _isPassed;
    private int _isParked;

    /// <summary>Lets the waiting thread go on.</summary>
    public void Pass()
    {
        // A full fence between the flag and the look at the parked thread, as there is one on the other side.
        Interlocked.Exchange(ref _isPassed, 1);
        if (Volatile.Read(ref _isParked) != 0 && Interlocked.Exchange(ref _isParked, 0) != 0)
        {
            _wake.Set();
        }
    }

    /// <summary>Waits for the turn.</summary>
    /// <param name="milliseconds">How long; −1: for ever.</param>
    /// <returns>Whether it came.</returns>
    public bool Wait(int milliseconds = -1)
    {
        for (int i = 0; i < Yields; i++)
        {
            if (Volatile.Read(ref _isPassed) != 0)
            {
                Volatile.Write(ref _isPassed, 0);
                return true;
            }

            Thread.Yield();
        }

        Interlocked.Exchange(ref _isParked, 1);
        bool isWoken = Volatile.Read(ref _isPassed) == 0 && _wake.WaitOne(milliseconds);
        if (!isWoken && Interlocked.Exchange(ref _isParked, 0) == 0)
        {
            // Somebody is about to wake this thread: without taking that, the next wait would end at once.
            _wake.WaitOne();
        }

        return Interlocked.Exchange(ref _isPassed, 0) != 0;
    }
}
