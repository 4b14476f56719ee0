using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Areas.Processes;
using Overlap.Benchmarks.Commands;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>The process pool beside Python's and Node's.</summary>
internal sealed class ProcessesArea : BenchmarkArea
{
    public override string Name => "processes";

    public override string Summary => "the process pool against Python's ProcessPoolExecutor and multiprocessing.Pool and Node's piscina: calls, large arguments, start, deaths";

    public override IReadOnlyList<Requirement> Requirements => [Requirement.Gcc, Requirement.LibC, Requirement.CPython, Requirement.Node, Requirement.Npm];

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        NodePackage? piscina = context.Available.Contains(Requirement.Node) && context.Available.Contains(Requirement.Npm)
            ? await NodePackage.InstallAsync(context.Workshop, await PiscinaForNodeAsync(cancellationToken), Console.Error, cancellationToken)
            : null;
        yield return await WithPeersAsync(CallComparisons.GatherAsync);
        yield return await WithPeersAsync(CallComparisons.RoundTripAsync);
        yield return await WithPeersAsync(CallComparisons.MapAsync);
        yield return await WithPeersAsync(ArgumentComparison.RunAsync);
        yield return await StartComparisons.FirstResultAsync(context, cancellationToken);
        yield return await StartComparisons.FibAsync(context, cancellationToken);
        yield return await WithPeersAsync(DeathComparisons.KilledAsync);
        yield return await DeathComparisons.DeadlineAsync(context, cancellationToken);
        yield return await WithPeersAsync(DeathComparisons.LostAsync);

        async Task<ComparisonResult> WithPeersAsync(Func<BenchmarkContext, PoolPeers, CancellationToken, Task<ComparisonResult>> measure)
        {
            await using PoolPeers peers = new(context, piscina);
            return await measure(context, peers, cancellationToken);
        }
    }

    /// <summary>The newest piscina that the Node that is here can run; Debian's is often older than the newest one wants.</summary>
    private static async Task<string> PiscinaForNodeAsync(CancellationToken cancellationToken)
    {
        string major = await ShortCommand.RunAsync("node", ["-p", "process.versions.node.split('.')[0]"], cancellationToken);
        return int.Parse(major) >= 20 ? "piscina" : "piscina@4";
    }
}
