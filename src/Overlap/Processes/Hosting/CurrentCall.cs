using Overlap.Processes.Transport;
using Overlap.Waiting;

namespace Overlap.Processes.Hosting;

/// <summary>The call that runs, as the thread that listens to the pool sees it: to be cancelled, or given credit.</summary>
#pragma warning disable CA1001 // It lives as long as the process; a source whose callbacks may still run is never disposed.
internal sealed class CurrentCall(SlotTable slots)
#pragma warning restore CA1001
{
    private readonly object _gate = new();

    // Guarded by _gate.
    private CancellationTokenSource _source = new();
    private int _slot = -1;
    private int _generation;

    /// <summary>Makes a call the current one.</summary>
    /// <returns>Its token; cancelled already when the pool was quicker.</returns>
    public CancellationToken Enter(int slot, int generation)
    {
        Monitor.Enter(_gate);
        (_slot, _generation) = (slot, generation);
        CancellationToken token = _source.Token;
        Monitor.Exit(_gate);
        CancelIfRequested();
        return token;
    }

    public void Leave()
    {
        Monitor.Enter(_gate);
        _slot = -1;
        if (_source.IsCancellationRequested || !_source.TryReset())
        {
            // Not disposed: its callbacks may still run.
            _source = new CancellationTokenSource();
        }

        Monitor.Exit(_gate);
    }

    /// <summary>Cancels the current call if the pool has asked for it, and lets a waiting stream look at its credit.</summary>
    public void CancelIfRequested()
    {
        Monitor.Enter(_gate);
        CancellationTokenSource? toCancel = _slot >= 0 && slots.IsCancelRequested(_slot, _generation) ? _source : null;
        Monitor.PulseAll(_gate);
        Monitor.Exit(_gate);
        if (toCancel is { IsCancellationRequested: false })
        {
            // The callbacks are the user's: they must not hold up the thread that listens to the pool.
            Continuations.Post(static source => ((CancellationTokenSource)source!).Cancel(), toCancel);
        }
    }

    /// <summary>Sleeps until more values may be given than were.</summary>
    public void WaitForCredit(int slot, long given, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (slots.GetCredit(slot) > given)
        {
            return;
        }

        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static gate =>
            {
                Monitor.Enter(gate!);
                Monitor.PulseAll(gate!);
                Monitor.Exit(gate!);
            },
            _gate);
        Monitor.Enter(_gate);
        slots.SetWaitingForCredit(slot, true);
        while (slots.GetCredit(slot) <= given && !cancellationToken.IsCancellationRequested)
        {
            _ = Monitor.Wait(_gate);
        }

        slots.SetWaitingForCredit(slot, false);

        Monitor.Exit(_gate);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
