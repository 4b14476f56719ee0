using Overlap.Testing.Exploration.Scheduling;

namespace Overlap.Testing.Exploration.Threads;

/// <summary>Runs a program of threads, one of them at a time.</summary>
internal sealed class ThreadMode(Action<ThreadExplorer> program, ExplorationOptions options) : IExploredMode
{
    public string SeedPrefix => options.StoreBuffers ? "s1-" : "t1-";

    public RunOutcome Run(Schedule schedule)
    {
        ThreadRun run = new(schedule, options);
        ThreadExplorer explorer = new(run);
        return run.Execute(() => program(explorer));
    }
}
