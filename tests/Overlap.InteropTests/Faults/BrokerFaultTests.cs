using Overlap.Distributed.Redis.Resp;
using Overlap.InteropTests.Stage;

namespace Overlap.InteropTests.Faults;

/// <summary>A Redis that is killed and comes back, or stands still, under workers and a client that stay.</summary>
[Trait("kind", "stress")]
public sealed class BrokerFaultTests
{
    private const int Slots = 2;

    [Fact]
    public async Task Redis_KilledAndStartedAgain_NothingIsLostAndWorkersGoOn()
    {
        const int Restarts = 3;
        await using Scene scene = await Scene.OpenAsync("redis");
        FleetWorker[] workers = [await scene.StartWorkerAsync(), await scene.StartWorkerAsync()];
        for (int restart = 0; restart < Restarts; restart++)
        {
            await scene.OccupyAsync(workers[restart % 2], 40, 0.02);
            int begun = scene.Ledger.Runs;
            HashSet<string> unsettled = await ListUnsettledAsync(scene);
            await scene.Redis!.KillAsync();

            // What was accepted is in the file; what is sent while there is no server is accepted when it is back.
            Task sending = scene.SendAsync(3);
            await scene.Redis.StartAgainAsync();
            await sending;

            // What was settled before is settled: only the rest may rightly run twice.
            scene.Ledger.StrikeBroker(unsettled, begun);
        }

        Verdict verdict = await scene.JudgeAsync();

        // Both still consume, and no more ran twice than was in the slots.
        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.InRange(verdict.Duplicates, 0, Restarts * workers.Length * Slots);
    }

    [Fact]
    public async Task Redis_StandsStillThreeTimes_NothingIsLostAndWorkersGoOn()
    {
        const int Stops = 3;
        await using Scene scene = await Scene.OpenAsync("redis");
        FleetWorker[] workers = [await scene.StartWorkerAsync(), await scene.StartWorkerAsync()];
        for (int stop = 0; stop < Stops; stop++)
        {
            await scene.OccupyAsync(workers[stop % 2], 20, 0.02);
            int begun = scene.Ledger.Runs;
            HashSet<string> unsettled = await ListUnsettledAsync(scene);
            scene.Redis!.Freeze();

            // Longer than a lease.
            await Task.Delay(TimeSpan.FromSeconds(1.5));
            scene.Redis.Thaw();
            await scene.SendAsync(3);
            scene.Ledger.StrikeBroker(unsettled, begun);
        }

        Verdict verdict = await scene.JudgeAsync();

        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.InRange(verdict.Duplicates, 0, Stops * workers.Length * Slots);
    }

    // The calls whose messages are held, wait, or are being claimed. Looked at in this order, the way that messages go back last: none is missed.
    private static async Task<HashSet<string>> ListUnsettledAsync(Scene scene)
    {
        List<string> messages = [.. await ListAsync("LRANGE", "celery", "0", "-1")];
        foreach (string claim in await ListAsync("KEYS", "_overlap.claim.*"))
        {
            messages.AddRange(await ListAsync("LRANGE", claim, "0", "-1"));
        }

        messages.AddRange(await ListAsync("HVALS", "unacked"));
        return [.. scene.Handles.Select(static handle => handle.Id).Where(id => messages.Exists(message => message.Contains(id, StringComparison.Ordinal)))];

        async Task<IEnumerable<string>> ListAsync(params string[] command) =>
            (await InteropStage.AskAsync(scene.Url, command)).Items.ToArray().Select(static (RespValue item) => item.AsText());
    }
}
