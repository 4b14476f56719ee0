namespace Overlap.InteropTests.Faults;

/// <summary>A call that takes much longer than a lease: whoever lives renews it in time.</summary>
[Trait("kind", "stress")]
public sealed class LongCallTests
{
    private const int Lease = 3;

    // Two thirds of a lease is how long a busy machine, or its disk, may hold a worker up.
    [Fact]
    public async Task Call_TakesTenLeases_RunsOnce() => await Task.WhenAll(new[] { "redis", "sqlite" }.Select(static async kind =>
    {
        await using Scene scene = await Scene.OpenAsync(kind);
        FleetWorker first = await scene.StartWorkerAsync("lease", $"{Lease}");
        FleetWorker second = await scene.StartWorkerAsync("lease", $"{Lease}");
        await scene.SendAsync(1, seconds: 10 * Lease);

        Verdict verdict = await scene.JudgeAsync();

        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.Equal((0, 0, 0), (verdict.Duplicates, first.LostLeases, second.LostLeases));
    }));
}
