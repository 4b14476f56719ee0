using System.Runtime.InteropServices;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Commands;

/// <summary>Turns the first Ctrl-C or request to terminate into a gentle stop; the second one ends the program at once.</summary>
internal sealed class SignalHandler : IDisposable
{
    private readonly RunControl _control;
    private readonly TimeSpan _grace;
    private readonly Action _onFirst;
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    /// <param name="control">What to stop.</param>
    /// <param name="grace">How long running items may take to end before they are cancelled.</param>
    /// <param name="onFirst">Called after the first signal, on a thread of the runtime.</param>
    public SignalHandler(RunControl control, TimeSpan grace, Action onFirst)
    {
        _control = control;
        _grace = grace;
        _onFirst = onFirst;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
        ];
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void Handle(PosixSignalContext context)
    {
        if (Interlocked.Increment(ref _signals) > 1)
        {
            // Not cancelled: the system does what it does to a program that has no handler.
            return;
        }

        context.Cancel = true;
        _control.Drain(context.Signal == PosixSignal.SIGINT ? StopReason.Interrupted : StopReason.Terminated, _grace);
        _onFirst();
    }
}
