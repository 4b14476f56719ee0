namespace Overlap.Benchmarks.Measuring;

/// <summary>A peer that is not here and whose figure is therefore an earlier one. Its name says so in every row and target.</summary>
internal sealed class QuotedContender : Contender
{
    public required IReadOnlyDictionary<Metric, double> Values { get; init; }

    public override Task<Measurement> RunAsync(CancellationToken cancellationToken) => Task.FromResult(new Measurement(Values, ForeignCpu: 0));
}
