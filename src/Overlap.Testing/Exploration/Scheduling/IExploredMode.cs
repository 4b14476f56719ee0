namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>A program with the way in which it is run: tasks on one thread, or threads of which one runs at a time.</summary>
internal interface IExploredMode
{
    /// <summary>What seeds of this mode begin with.</summary>
    string SeedPrefix { get; }

    /// <summary>Whether the mode finds by itself that a step does not end; else the exploration's watchdog does.</summary>
    bool GuardsItself => false;

    /// <summary>The lane that runs now and where it was seen last, for the watchdog, which asks from another thread.</summary>
    string CurrentLane => "the program";

    /// <summary>The same program for a run on another thread, when this one is stuck.</summary>
    IExploredMode Again() => this;

    /// <summary>What was seen after the run whose fault it is; <see langword="null"/> when nothing was. Asked between runs, and once at the end.</summary>
    /// <param name="isLast">Whether no further run follows, so that it is worth to wait a moment.</param>
    RunOutcome? LateFailure(bool isLast) => null;

    /// <summary>Runs the program once under a schedule. Throws nothing that the program threw.</summary>
    RunOutcome Run(Schedule schedule);
}
