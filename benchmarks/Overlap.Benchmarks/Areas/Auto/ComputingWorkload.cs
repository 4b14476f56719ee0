namespace Overlap.Benchmarks.Areas.Auto;

/// <summary>Calls that compute for some milliseconds.</summary>
internal sealed class ComputingWorkload : Workload
{
    public const int Rounds = 1_000_000;

    public override string Title => "calls that compute";

    public override bool Blocks => true;

    public override Task DoAsync(CancellationToken cancellationToken)
    {
        Compute(Rounds);
        return Task.CompletedTask;
    }
}
