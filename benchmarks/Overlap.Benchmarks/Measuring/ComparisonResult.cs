namespace Overlap.Benchmarks.Measuring;

/// <summary>What every contender of a comparison cost in every round.</summary>
internal sealed class ComparisonResult(Comparison comparison, IReadOnlyList<Measurement[]> rounds, int repeated)
{
    public Comparison Comparison => comparison;

    public int Rounds => rounds.Count;

    /// <summary>The rounds that were measured again because other processes were busy.</summary>
    public int Repeated => repeated;

    /// <summary>The share of the processors that other processes took, at worst, in the rounds kept.</summary>
    public double ForeignCpu => rounds.Max(static round => round.Max(static measurement => measurement.ForeignCpu));

    public IEnumerable<Metric> Metrics =>
        rounds.SelectMany(static round => round).SelectMany(static measurement => measurement.Values.Keys).Distinct();

    public bool Has(string contender) => comparison.Contenders.Any(candidate => candidate.Name == contender);

    public bool Has(string contender, Metric metric) => rounds[0][IndexOf(contender)].Values.ContainsKey(metric);

    public Spread Spread(string contender, Metric metric)
    {
        int index = IndexOf(contender);
        return Measuring.Spread.Of(rounds.Select(round => round[index].Values[metric]));
    }

    /// <summary>The contender's figure over the peer's, taken in each round, so that a machine that drifts drifts for both.</summary>
    public Spread Ratio(string contender, string peer, Metric metric)
    {
        int over = IndexOf(contender);
        int under = IndexOf(peer);
        return Measuring.Spread.Of(rounds.Select(round => round[over].Values[metric] / round[under].Values[metric]));
    }

    private int IndexOf(string contender) => comparison.Contenders.Index().Single(pair => pair.Item.Name == contender).Index;
}
