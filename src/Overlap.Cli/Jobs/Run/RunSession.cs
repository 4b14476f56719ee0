using Overlap.Cli.Jobs.Run.Children;
using Overlap.Cli.Jobs.Run.Outputs;
using Overlap.Cli.Jobs.Run.Starts;

namespace Overlap.Cli.Jobs.Run;

/// <summary>What signals, keys and outputs reach of a run that goes on. Thread-safe; before and after the run its verbs do nothing.</summary>
/// <param name="printer">Prints what commands write.</param>
/// <param name="say">Tells the user something, in one line.</param>
internal sealed class RunSession(OutputPrinter printer, Action<string> say)
{
    private volatile StartGate? _gate;
    private volatile ChildWatcher? _watcher;

    public OutputPrinter Printer { get; } = printer;

    public Action<string> Say { get; } = say;

    /// <summary>The most commands at a time that can be asked for while the run goes on.</summary>
    public int MostPlaces { get; private set; } = 1;

    /// <summary>Tells that a run goes on; <see langword="null"/> that it has ended.</summary>
    public void Attach(StartGate? gate, ChildWatcher? watcher, int mostPlaces) => (_gate, _watcher, MostPlaces) = (gate, watcher, mostPlaces);

    /// <summary>Lets more or fewer commands run at a time.</summary>
    public void ChangePlaces(int by)
    {
        if (_gate is not { } gate)
        {
            return;
        }

        int before = gate.Places;
        gate.Places = Math.Clamp(before + by, 1, MostPlaces);
        if (gate.Places != before)
        {
            Say($"{Rendering.Text.Count(gate.Places, "command", "commands")} at a time from now on");
        }
    }

    /// <summary>Stops all that runs, as Ctrl-Z does; its time limits stand still.</summary>
    public void Pause() => _watcher?.Pause();

    /// <summary>Continues what was stopped.</summary>
    public void Continue() => _watcher?.Continue();

    /// <summary>Sends a signal to all that runs.</summary>
    public void SignalAll(int signal) => _watcher?.SignalAll(signal);
}
