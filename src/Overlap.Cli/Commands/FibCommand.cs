using System.CommandLine;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fib;
using Overlap.Executors;

namespace Overlap.Cli.Commands;

/// <summary><c>overlap fib</c>: the CPU-bound classic.</summary>
internal sealed class FibCommand : JobVerb
{
    private static readonly FibOptions Defaults = new();

    private readonly Option<Count?> _argument = ValueOption.Number("--n", "N", $"the argument (default: {Defaults.Argument})", 0, 92);

    private readonly Option<Count?> _times = ValueOption.Number("--times", "K", $"how often (default: {Defaults.Times})", 1, int.MaxValue);

    public override string Name => "fib";

    public override string Summary => "compute fib(35) twenty times: the classic of computing";

    public override string Description => """
        Computes Fibonacci numbers by the naive recursion. All of the time is computing, so only more processors help:
        in .NET threads use them all. Under async the recursion awaits at every call, as the classic program does.
        """;

    public override IReadOnlyList<(string Command, string Meaning)> Examples { get; } =
    [
        ("overlap fib", "on one thread per core"),
        ("overlap fib --model inline --n 38 --times 5 --jsonl", "one after the other, each value as a line"),
        ("overlap compare fib", "under every model, with a verdict"),
    ];

    public override IReadOnlyList<OptionGroup> OwnGroups => [new OptionGroup("The job", _argument, _times)];

    public override ExecutionModel DefaultModel => ExecutionModel.Threads;

    public override JobPlan CreatePlan(ParseResult values, AttemptPolicy attempts, JobContext context)
    {
        FibOptions options = new()
        {
            Argument = values.GetValue(_argument)?.Value ?? Defaults.Argument,
            Times = values.GetValue(_times)?.Value ?? Defaults.Times,
        };
        return JobPlan.Of(_ => new FibJob(options));
    }
}
