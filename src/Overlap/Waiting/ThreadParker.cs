namespace Overlap.Waiting;

/// <summary>Stops a thread until another one lets it go on: how a blocking wait waits.</summary>
/// <remarks>
/// Race: a release that comes before the stop is kept, so that the stop ends at once.
/// Cost: a short spin, then the monitor of the object; no thread of the pool is needed to release.
/// A build for the race explorer has a class of its own in this place.
/// </remarks>
internal sealed class ThreadParker
{
    private const int Spins = 10;

    private readonly object _gate = new();
    private bool _isReleased;   // Written under _gate, read by the spinning thread.

    /// <summary>Waits for <see cref="Release"/>, and takes it.</summary>
    /// <exception cref="ThreadInterruptedException">The thread was interrupted; a release is still to be taken.</exception>
    public void Park()
    {
        SpinWait spin = default;
        while (spin.Count < Spins && !Volatile.Read(ref _isReleased))
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }

        Monitor.Enter(_gate);
        try
        {
            while (!_isReleased)
            {
                Monitor.Wait(_gate);
            }

            _isReleased = false;
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    public void Release()
    {
        Monitor.Enter(_gate);
        _isReleased = true;
        Monitor.Pulse(_gate);
        Monitor.Exit(_gate);
    }
}
