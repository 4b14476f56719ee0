using Overlap.Benchmarks.Commands;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas.Processes;

/// <summary>The peers of one comparison: their programs start with their first round and end with this object.</summary>
/// <param name="context">What the area measures with.</param>
/// <param name="piscina">Node's pool; <see langword="null"/> when it is not here.</param>
internal sealed class PoolPeers(BenchmarkContext context, NodePackage? piscina) : IAsyncDisposable
{
    private const string Folder = "benchmarks/peers/processes";

    private readonly List<PeerContender> _opened = [];

    /// <summary>The workers of every pool, ours and theirs.</summary>
    public static int Workers => Environment.ProcessorCount;

    public PeerContender Python(string name, string job, int items, ItemUnit? unit = null, IReadOnlyDictionary<string, Metric>? counts = null) => Open(new PeerContender
    {
        Name = name,
        Shown = $"python3 {Folder}/python_pools.py {job} {Workers}",
        Command = [Requirement.Python, context.Workshop.Source("processes/python_pools.py"), job, $"{Workers}"],
        Items = items,
        Unit = unit ?? ItemUnit.Nanoseconds,
        Counts = counts ?? new Dictionary<string, Metric>(),
    });

    /// <summary>Python's <c>ProcessPoolExecutor</c>, whose workers are forked, as is the default on Linux.</summary>
    public PeerContender PythonExecutor(string job, int items, ItemUnit? unit = null) =>
        Python($"Python ProcessPoolExecutor {Workers}", job, items, unit);

    /// <summary>Node's pool of threads, the fastest of Node's pools.</summary>
    /// <param name="quoted">What it took on another day on a machine of two cores, for when it is not here.</param>
    public Contender Piscina(string job, int items, double quoted, ItemUnit? unit = null)
    {
        unit ??= ItemUnit.Nanoseconds;
        return piscina is null
            ? new QuotedContender
            {
                Name = $"piscina {Workers} (quoted, not measured)",
                Shown = "node 20.20.2 on another day, 2 cores",
                Values = new Dictionary<Metric, double> { [unit.Wall] = quoted },
            }
            : Open(new PeerContender
            {
                Name = $"piscina {Workers}",
                Shown = $"npm install {piscina.Name}@{piscina.Version} && node {Folder}/node_pool.mjs {job} {Workers} .",
                Command = ["node", context.Workshop.Source("processes/node_pool.mjs"), job, $"{Workers}", piscina.Folder],
                Items = items,
                Unit = unit,
            });
    }

    /// <summary>Leaves Python's programs out when there is no Python.</summary>
    public IReadOnlyList<Contender> Only(params Contender[] contenders) =>
        context.Only([.. contenders.Select(contender => (NeedOf(contender), contender))]);

    public async ValueTask DisposeAsync()
    {
        foreach (PeerContender peer in _opened)
        {
            await peer.DisposeAsync();
        }
    }

    private PeerContender Open(PeerContender peer)
    {
        _opened.Add(peer);
        return peer;
    }

    private static Requirement? NeedOf(Contender contender) =>
        contender.Shown.StartsWith("python3", StringComparison.Ordinal) ? Requirement.CPython : null;
}
