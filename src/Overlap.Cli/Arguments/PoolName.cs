using Overlap.Distributed.Hosting;

namespace Overlap.Cli.Arguments;

/// <summary>What runs a worker's calls, as the command line names it.</summary>
internal sealed record PoolName(WorkerPool Pool)
{
    public const string Expected = "threads, async or processes";

    public static readonly string[] Words = ["threads", "async", "processes"];

    public static PoolName? TryParse(string text) => text switch
    {
        "threads" => new PoolName(WorkerPool.Threads),
        "async" => new PoolName(WorkerPool.Async),
        "processes" => new PoolName(WorkerPool.Processes),
        _ => null,
    };
}
