using Overlap.Testing.Exploration.Scheduling;

namespace Overlap.Testing.Exploration.Threads;

/// <summary>Runs a program of threads, one of them at a time.</summary>
internal sealed class ThreadMode(Action<ThreadExplorer> program, ExplorationOptions options) : IExploredMode
{
    private const int MostDisturbed = 100;

    private const string AlwaysCollects =
        "no run ends without a collection, which moves the fields that store buffers know by their address: allocate less, or explore without store buffers";

    private readonly Baton _over = new();   // Waited for by the thread that explores.
    private int _disturbed;                // Runs in a row that a collection made worthless.

    public string SeedPrefix => options.StoreBuffers ? "s1-" : "t1-";

    public bool GuardsItself => true;

    public RunOutcome Run(Schedule schedule)
    {
        ThreadRun run = new(schedule, options, _over);
        ThreadExplorer explorer = new(run);
        RunOutcome outcome = run.Execute(() => program(explorer));
        _disturbed = outcome.IsToBeRepeated ? _disturbed + 1 : 0;
        return _disturbed < MostDisturbed
            ? outcome
            : outcome with { Failure = FailureKind.Exception, Message = AlwaysCollects, IsToBeRepeated = false };
    }
}
