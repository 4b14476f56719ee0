namespace Overlap.Benchmarks.Measuring;

/// <summary>The same work done by several contenders in turn. The first contender is ours; ratios are its figure over another's.</summary>
internal sealed record Comparison
{
    public required string Title { get; init; }

    public required IReadOnlyList<Contender> Contenders { get; init; }

    /// <summary>The figures that get a ratio, besides being shown.</summary>
    public required IReadOnlyList<Metric> Ratios { get; init; }

    public IReadOnlyList<Target> Targets { get; init; } = [];

    /// <summary>Rounds that are run and thrown away: caches, just-in-time compilation, a server's first requests.</summary>
    public int WarmUps { get; init; } = 1;

    /// <summary>The most rounds to keep, of contenders that take so long that more would keep everybody waiting. Default: as many as asked for.</summary>
    public int MostRounds { get; init; } = int.MaxValue;

    /// <summary>What a reader must know to judge the figures.</summary>
    public string? Note { get; init; }
}
