namespace Overlap.Benchmarks.Measuring;

/// <summary>
/// A peer that is not here: its figure of another day and machine, times what a yardstick that was measured beside it then costs now. Its name says "scaled".
/// </summary>
internal sealed class ScaledContender : Contender
{
    /// <summary>What is measured in the same round, before this one.</summary>
    public required LoopContender Yardstick { get; init; }

    /// <summary>What the yardstick took then, of the same metric as the quoted figure.</summary>
    public required double YardstickThen { get; init; }

    /// <summary>The peer's figure then.</summary>
    public required double Quoted { get; init; }

    /// <summary>What the peer allocated, if it is known. Bytes do not depend on the machine and are not scaled.</summary>
    public double? QuotedBytes { get; init; }

    public override Task<Measurement> RunAsync(CancellationToken cancellationToken)
    {
        Measurement yardstick = Yardstick.Latest ?? throw new InvalidOperationException($"{Yardstick.Name} must be measured before {Name}");
        double value = Quoted * yardstick.Values[Metric.PerItem] / YardstickThen;
        Dictionary<Metric, double> values = new() { [Metric.PerItem] = value };
        if (QuotedBytes is { } bytes)
        {
            values[Metric.AllocatedPerItem] = bytes;
        }

        return Task.FromResult(new Measurement(values, ForeignCpu: 0));
    }
}
