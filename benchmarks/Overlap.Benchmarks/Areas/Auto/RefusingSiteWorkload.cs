namespace Overlap.Benchmarks.Areas.Auto;

/// <summary>A site that answers 429 to what comes more often than ten times a second.</summary>
internal sealed class RefusingSiteWorkload() : SiteWorkload(
    "a site that answers 429 above 10 requests a second, pages take 300 ms", TimeSpan.FromMilliseconds(300), ["--too-many", "10/s"], computing: 0)
{
    // More workers would only be refused more; each of these needs its time until the burst that is allowed at first is used up.
    public override IReadOnlyList<int> Counts { get; } = [1, 2, 3, 4, 6, 8];

    public override TimeSpan TrialLength => TimeSpan.FromSeconds(8);

    public override TimeSpan RunLength => TimeSpan.FromSeconds(25);

    public override async Task ForgetAsync(CancellationToken cancellationToken)
    {
        // What the run before has used up of the site's allowance comes back.
        await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken);
        await base.ForgetAsync(cancellationToken);
    }
}
