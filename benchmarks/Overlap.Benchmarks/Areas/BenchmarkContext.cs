using Overlap.Benchmarks.Commands;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas;

/// <summary>What an area measures with.</summary>
internal sealed record BenchmarkContext
{
    public required InterleavedRunner Runner { get; init; }

    public required Workshop Workshop { get; init; }

    /// <summary>The command line under test.</summary>
    public required string Overlap { get; init; }

    /// <summary>The required peers that are there.</summary>
    public required IReadOnlyList<Requirement> Available { get; init; }

    /// <summary>Drops the contenders whose peer is not there.</summary>
    public IReadOnlyList<Contender> Only(params (Requirement? Needs, Contender Contender)[] contenders) =>
        [.. contenders.Where(pair => pair.Needs is null || Available.Contains(pair.Needs)).Select(static pair => pair.Contender)];
}
