using Overlap.Testing.Exploration.Scheduling;

namespace Overlap.Testing.Exploration.Threads;

/// <summary>Runs a program of threads, one of them at a time.</summary>
internal sealed class ThreadMode(Action<ThreadExplorer> program, ExplorationOptions options) : IExploredMode
{
    private readonly Baton _over = new();   // Waited for by the thread that explores.

    public string SeedPrefix => options.StoreBuffers ? "s1-" : "t1-";

    public bool GuardsItself => true;

    public RunOutcome Run(Schedule schedule)
    {
        ThreadRun run = new(schedule, options, _over);
        ThreadExplorer explorer = new(run);
        return run.Execute(() => program(explorer));
    }
}
