namespace Overlap.Advice.Scaling;

/// <summary>What so many workers did.</summary>
/// <param name="Workers">The workers, at least 1.</param>
/// <param name="Throughput">Unit: items a second, more than 0.</param>
public readonly record struct ScalingPoint(int Workers, double Throughput);
