namespace Overlap.InteropTests.Faults;

/// <summary>A Redis that is killed and comes back, under workers and a client that stay.</summary>
[Trait("kind", "stress")]
public sealed class BrokerFaultTests
{
    [Fact]
    public async Task Redis_KilledAndStartedAgain_NothingIsLostAndWorkersGoOn()
    {
        const int Restarts = 3;
        await using Scene scene = await Scene.OpenAsync("redis");
        FleetWorker[] workers = [await scene.StartWorkerAsync(), await scene.StartWorkerAsync()];
        for (int restart = 0; restart < Restarts; restart++)
        {
            await scene.SendAsync(40, 0.02);
            await workers[restart % 2].NextStartAsync();
            await scene.Redis!.KillAsync();

            // What was accepted is in the file; what is sent while there is no server is accepted when it is back.
            Task sending = scene.SendAsync(3);
            await scene.Redis.StartAgainAsync();
            await sending;
            foreach (FleetWorker worker in workers)
            {
                scene.Ledger.Strike(worker.Name);
            }
        }

        Verdict verdict = await scene.JudgeAsync();

        // Both still consume, and no more ran twice than was in the slots.
        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.InRange(verdict.Duplicates, 0, Restarts * workers.Length * 2);
    }
}
