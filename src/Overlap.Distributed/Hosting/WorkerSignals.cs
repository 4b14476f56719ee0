using System.Runtime.InteropServices;

namespace Overlap.Distributed.Hosting;

/// <summary>Turns the first Ctrl-C or request to terminate into a gentle stop; the second one ends the program at once.</summary>
internal sealed class WorkerSignals : IDisposable
{
    private readonly LineLog _log;
    private readonly WorkerRequest _request;
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    public WorkerSignals(LineLog log, WorkerRequest request)
    {
        _log = log;
        _request = request;
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle)];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stopping.Token;

    /// <summary>The first signal; <see langword="null"/>: none came.</summary>
    public PosixSignal? Signal { get; private set; }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _stopping.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref _signals) > 1)
        {
            // Not cancelled: the system does what it does to a program that has no handler.
            return;
        }

        context.Cancel = true;
        Signal = context.Signal;
        if (!_request.IsQuiet)
        {
            _log.Tell($"stopping: what runs may take {_request.StopTimeout.TotalSeconds:0.###} s; again to end at once");
        }

        _stopping.Cancel();
    }
}
