using System.Runtime.InteropServices;
using Overlap.Cli.Jobs.Run;

namespace Overlap.Cli.Commands;

/// <summary>Lets a user change how many commands run while they run, by signals: USR1 one more, USR2 one less.</summary>
internal sealed class RunSteering : IDisposable
{
    // As Linux numbers them on x64 and Arm64; the framework has no names for them.
    private const PosixSignal More = (PosixSignal)10;
    private const PosixSignal Fewer = (PosixSignal)12;

    private readonly PosixSignalRegistration[] _registrations;

    public RunSteering(RunSession session)
    {
        _registrations =
        [
            PosixSignalRegistration.Create(More, context => Change(context, session, +1)),
            PosixSignalRegistration.Create(Fewer, context => Change(context, session, -1)),
        ];
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private static void Change(PosixSignalContext context, RunSession session, int by)
    {
        context.Cancel = true;
        session.ChangePlaces(by);
    }
}
