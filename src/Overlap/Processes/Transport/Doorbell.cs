namespace Overlap.Processes.Transport;

/// <summary>Wakes one thread; rung while nobody waits, the next wait returns at once.</summary>
internal sealed class Doorbell
{
    private readonly object _gate = new();

    // Guarded by _gate.
    private bool _isRung;

    public void Ring()
    {
        Monitor.Enter(_gate);
        _isRung = true;
        Monitor.Pulse(_gate);
        Monitor.Exit(_gate);
    }

    public void Wait()
    {
        Monitor.Enter(_gate);
        while (!_isRung)
        {
            _ = Monitor.Wait(_gate);
        }

        _isRung = false;
        Monitor.Exit(_gate);
    }
}
