namespace Overlap.Testing.Exploration.Scheduling;

/// <summary>A program with the way in which it is run: tasks on one thread, or threads of which one runs at a time.</summary>
internal interface IExploredMode
{
    /// <summary>What seeds of this mode begin with.</summary>
    string SeedPrefix { get; }

    /// <summary>Runs the program once under a schedule. Throws nothing that the program threw.</summary>
    RunOutcome Run(Schedule schedule);
}
