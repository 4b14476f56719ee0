using System.Runtime.InteropServices;
using Overlap.Cli.Jobs;

namespace Overlap.Cli.Commands;

/// <summary>Turns the first Ctrl-C or request to terminate into a gentle stop; the second one ends the program at once.</summary>
/// <remarks>Where what runs may take as long as it likes after the first Ctrl-C, the second cancels it, and the third ends the program.</remarks>
internal sealed class SignalHandler : IDisposable
{
    // As Linux numbers it; the framework has no name for it.
    private const PosixSignal FileTooLarge = (PosixSignal)25;

    private readonly RunControl _control;
    private readonly TimeSpan? _grace;
    private readonly Action _onFirst;
    private readonly Action _onLast;
    private readonly PosixSignalRegistration[] _registrations;
    private int _signals;

    /// <param name="control">What to stop.</param>
    /// <param name="grace">How long running items may take after a Ctrl-C before they are cancelled; <see langword="null"/> for no limit.</param>
    /// <param name="onFirst">Called after the first signal, on a thread of the runtime.</param>
    /// <param name="onLast">Called before the program ends at once.</param>
    public SignalHandler(RunControl control, TimeSpan? grace, Action onFirst, Action? onLast = null)
    {
        _control = control;
        _grace = grace;
        _onFirst = onFirst;
        _onLast = onLast ?? (static () => { });
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Handle),
            .. OperatingSystem.IsLinux() ? [PosixSignalRegistration.Create(FileTooLarge, FailTheWrite)] : Array.Empty<PosixSignalRegistration>(),
        ];
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    // A file beyond the limit of the user (ulimit -f) is an error of the write that was too much, and the end of the program no more than a full disk.
    private static void FailTheWrite(PosixSignalContext context) => context.Cancel = true;

    private void Handle(PosixSignalContext context)
    {
        bool isInterrupt = context.Signal == PosixSignal.SIGINT;
        StopReason reason = isInterrupt ? StopReason.Interrupted : StopReason.Terminated;
        int signals = Interlocked.Increment(ref _signals);
        if (signals > (_grace is null ? 2 : 1))
        {
            // Not cancelled: the system does what it does to a program that has no handler.
            _onLast();
            return;
        }

        context.Cancel = true;
        if (signals > 1)
        {
            _control.Stop(reason);
            return;
        }

        _control.Drain(reason, isInterrupt ? _grace : RunControl.Grace);
        _onFirst();
    }
}
