namespace Overlap.Benchmarks.Measuring;

/// <summary>Something inside this process that is not a loop and takes its own figures, such as how late a failure is heard of.</summary>
internal sealed class ProbeContender : Contender
{
    public required Func<CancellationToken, Task<IReadOnlyDictionary<Metric, double>>> Probe { get; init; }

    public override async Task<Measurement> RunAsync(CancellationToken cancellationToken)
    {
        MachineLoad load = new();
        IReadOnlyDictionary<Metric, double> values = await Probe(cancellationToken);
        return new Measurement(values, load.ForeignShare());
    }
}
