namespace Overlap.Testing.Exploration.Threads;

/// <summary>Lets one thread go on when another says so: how the turn passes from thread to thread.</summary>
/// <remarks>
/// Race: a pass that comes before the wait is kept.
/// Cost: passing to a thread that still spins takes a fraction of a microsecond, to one that has parked some microseconds.
/// </remarks>
internal sealed class Baton
{
    // Long enough for the other thread's step, short enough not to starve it where both share a core.
    private const int Spins = 60;
    private const int SpinLength = 20;

    private static readonly int SpinsHere = Environment.ProcessorCount > 1 ? Spins : 0;

    private readonly object _gate = new();
    private int _isPassed;
    private bool _isParked;   // Written under _gate.

    /// <summary>Lets the waiting thread go on.</summary>
    public void Pass()
    {
        // A full fence between the flag and the look at the parked thread, as there is one on the other side.
        Interlocked.Exchange(ref _isPassed, 1);
        if (Volatile.Read(ref _isParked))
        {
            lock (_gate)
            {
                Monitor.Pulse(_gate);
            }
        }
    }

    /// <summary>Waits for the turn.</summary>
    /// <param name="milliseconds">How long; −1: for ever.</param>
    /// <returns>Whether it came.</returns>
    public bool Wait(int milliseconds = -1)
    {
        for (int i = 0; i < SpinsHere; i++)
        {
            if (Volatile.Read(ref _isPassed) != 0)
            {
                Volatile.Write(ref _isPassed, 0);
                return true;
            }

            Thread.SpinWait(SpinLength);
        }

        lock (_gate)
        {
            Volatile.Write(ref _isParked, true);
            Interlocked.MemoryBarrier();
            while (Volatile.Read(ref _isPassed) == 0 && Monitor.Wait(_gate, milliseconds))
            {
                // A pulse may be late, for a turn that was taken without parking: look again.
            }

            Volatile.Write(ref _isParked, false);
            return Interlocked.Exchange(ref _isPassed, 0) != 0;
        }
    }
}
