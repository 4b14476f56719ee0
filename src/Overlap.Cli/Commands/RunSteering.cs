using System.Runtime.InteropServices;
using Overlap.Cli.Jobs.Run;
using Overlap.Cli.Rendering;

namespace Overlap.Cli.Commands;

/// <summary>Lets a user change how many commands run while they run, by keys and signals, and stop and continue all of them.</summary>
/// <remarks>
/// + and USR1: one more; - and USR2: one less. Commands are in groups of their own, so the terminal's Ctrl-Z does not reach them: they are
/// stopped here, before the program stops itself, and continued with it.
/// </remarks>
internal sealed class RunSteering : IDisposable
{
    // As Linux numbers them on x64 and Arm64; the framework has no names for them.
    private const PosixSignal More = (PosixSignal)10;
    private const PosixSignal Fewer = (PosixSignal)12;

    private readonly RunSession _session;
    private readonly KeyReader? _keys;
    private readonly PosixSignalRegistration[] _registrations;

    /// <param name="session">The run.</param>
    /// <param name="readsKeys">Whether the terminal's keys are for this program: nothing else reads them.</param>
    public RunSteering(RunSession session, bool readsKeys)
    {
        _session = session;
        _keys = readsKeys ? KeyReader.TryOpen(OnKey) : null;
        _registrations = OperatingSystem.IsWindows() ? [] :
        [
            PosixSignalRegistration.Create(More, context => Change(context, +1)),
            PosixSignalRegistration.Create(Fewer, context => Change(context, -1)),
            PosixSignalRegistration.Create(PosixSignal.SIGTSTP, OnStop),
            PosixSignalRegistration.Create(PosixSignal.SIGCONT, OnContinue),
        ];
    }

    /// <summary>Gives the terminal back as it was, because the program is about to end.</summary>
    public void LetGo() => _keys?.Restore();

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _keys?.Dispose();
    }

    private void OnKey(char key)
    {
        switch (key)
        {
            case '+':
                _session.ChangePlaces(+1);
                break;
            case '-':
                _session.ChangePlaces(-1);
                break;
        }
    }

    private void Change(PosixSignalContext context, int by)
    {
        context.Cancel = true;
        _session.ChangePlaces(by);
    }

    private void OnStop(PosixSignalContext context)
    {
        context.Cancel = true;
        _keys?.Restore();
        _session.Pause(TerminalCalls.StopSelf);
    }

    private void OnContinue(PosixSignalContext context)
    {
        _keys?.Take();
        _session.Continue();
    }
}
