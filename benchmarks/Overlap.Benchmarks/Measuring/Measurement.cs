namespace Overlap.Benchmarks.Measuring;

/// <summary>What one contender cost in one round.</summary>
/// <param name="Values">The figures that this kind of contender has.</param>
/// <param name="ForeignCpu">The share of the machine's processors that went to neither this program nor anything it started.</param>
internal sealed record Measurement(IReadOnlyDictionary<Metric, double> Values, double ForeignCpu);
