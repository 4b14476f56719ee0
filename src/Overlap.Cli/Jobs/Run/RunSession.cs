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
        int wanted = Math.Clamp(before + by, 1, MostPlaces);
        if (wanted != before)
        {
            // A number that somebody asks for stays: it is not looked for any more.
            bool wasAutomatic = gate.Adaptation is not null;
            gate.Places = wanted;
            Say($"{Rendering.Text.Count(wanted, "command", "commands")} at a time from now on{(wasAutomatic ? ", no longer auto" : "")}");
        }
    }

    /// <summary>Stops all that runs and then this program, as Ctrl-Z does; time limits stand still.</summary>
    /// <param name="stopSelf">Stops this program; returns when it was continued.</param>
    public void Pause(Action stopSelf)
    {
        if (_watcher is { } watcher)
        {
            watcher.Pause(stopSelf);
        }
        else
        {
            stopSelf();
        }
    }

    /// <summary>Continues what was stopped.</summary>
    public void Continue() => _watcher?.Continue();

    /// <summary>Sends a signal to all that runs.</summary>
    public void SignalAll(int signal) => _watcher?.SignalAll(signal);
}
