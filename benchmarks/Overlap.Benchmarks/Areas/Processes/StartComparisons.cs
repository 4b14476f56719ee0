using Overlap.Benchmarks.Commands;
using Overlap.Benchmarks.Measuring;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Benchmarks.Areas.Processes;

/// <summary>What a pool costs a program that has none yet, and what one that is there does for computing.</summary>
internal static class StartComparisons
{
    private const int FibCalls = 20;
    private const int FibNumber = 35;
    private const int FibWorkers = 2;

    public static async Task<ComparisonResult> FirstResultAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        int workers = PoolPeers.Workers;
        Contender ours = Command(
            context, "overlap processes", $"new ProcessPoolExecutor({workers}), await executor.SubmitAsync(x => x, 1)",
            ["dotnet", typeof(FirstResult).Assembly.Location, FirstResult.Verb, $"{workers}"]);
        Contender spawn = Python(context, "spawn");
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "From nothing to the first result",
                Contenders = context.Only((null, ours), (Requirement.CPython, spawn), (Requirement.CPython, Python(context, "fork"))),
                Ratios = [Metric.InProgram, Metric.Process],
                Targets = [Target.AtMostTimes(ours.Name, Metric.InProgram, 0.75, spawn.Name)],
                Note = "In the program: from making the pool to the first result. A program of .NET cannot fork, so Python's fork, whose worker is a copy "
                    + "of the program with everything loaded, cannot be matched.",
            },
            cancellationToken);
    }

    public static async Task<ComparisonResult> FibAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        await using ProcessPoolExecutor processes = new(FibWorkers);
        await using ThreadPoolExecutor threads = new(FibWorkers);
        Contender warm = Loop("processes 2", "executor.SubmitAsync(Fib, 35), twenty times", processes);
        Contender cold = new LoopContender
        {
            Name = "processes 2, from nothing",
            Shown = "the same with a new ProcessPoolExecutor(2) each time",
            Items = FibCalls,
            Unit = ItemUnit.Milliseconds,
            Loop = static async calls =>
            {
                await using ProcessPoolExecutor executor = new(FibWorkers);
                await FibAsync(executor, calls);
            },
        };
        Contender peer = Loop("threads 2", "the same with new ThreadPoolExecutor(2)", threads);
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "fib(35), twenty times",
                Contenders = [warm, cold, peer],
                Ratios = [Metric.PerCall, Metric.CpuPerCall],
                Targets =
                [
                    Target.AtMostTimes(warm.Name, Metric.PerCall, 1.1, peer.Name),
                    Target.AtMostTimes(cold.Name, Metric.PerCall, 1.1, peer.Name),
                ],
                Note = "From nothing: workers start, and compile the function, in every round.",
            },
            cancellationToken);
    }

    private static CommandContender Python(BenchmarkContext context, string method) => Command(
        context, $"Python ProcessPoolExecutor, {method}", $"python3 benchmarks/peers/processes/first_result.py {method} {PoolPeers.Workers}",
        [Requirement.Python, context.Workshop.Source("processes/first_result.py"), method, $"{PoolPeers.Workers}"]);

    private static CommandContender Command(BenchmarkContext context, string name, string shown, IReadOnlyList<string> command) => new()
    {
        Name = name,
        Shown = shown,
        Workshop = context.Workshop,
        Command = command,
        SecondsMember = "seconds",
        ItemsMember = "items",
        ExpectedItems = 1,
    };

    private static LoopContender Loop(string name, string shown, IExecutor executor) =>
        new() { Name = name, Shown = shown, Items = FibCalls, Unit = ItemUnit.Milliseconds, Loop = calls => FibAsync(executor, calls) };

    private static async Task FibAsync(IExecutor executor, int calls)
    {
        long[] results = await Task.WhenAll(Enumerable.Range(0, calls).Select(_ => executor.SubmitAsync(PoolFunctions.Fib, FibNumber)));
        if (results.Any(static result => result != 9_227_465))
        {
            throw new InvalidOperationException("fib(35) is not 9,227,465");
        }
    }
}
