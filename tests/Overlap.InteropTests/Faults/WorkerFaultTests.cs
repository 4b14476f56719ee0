using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.InteropTests.Faults;

/// <summary>Workers that are killed, stand still, are poisoned and replaced. The ledger tells what became of each call.</summary>
[Trait("kind", "stress")]
public sealed class WorkerFaultTests
{
    [Theory]
    [InlineData("redis")]
    [InlineData("sqlite")]
    public async Task Workers_KilledMidTask_NothingIsLostOrTwiceWithoutReason(string kind)
    {
        const int Kills = 3;
        await using Scene scene = await Scene.OpenAsync(kind);
        await scene.SendAsync(60, 0.02);
        FleetWorker steady = await scene.StartWorkerAsync();
        for (int kill = 0; kill < Kills; kill++)
        {
            FleetWorker victim = await scene.StartWorkerAsync();

            // More, and longer, than the other can take.
            await scene.SendAsync(12, 0.4);
            await victim.NextStartAsync();
            await victim.KillAsync();
        }

        await scene.SendAsync(24);
        Verdict verdict = await scene.JudgeAsync();

        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.Equal(0, steady.LostLeases);

        // Each victim was in the middle of one call at least.
        Assert.True(verdict.Duplicates >= Kills, $"{verdict}");
    }

    [Fact]
    public async Task Call_TakesTenLeases_RunsOnce() => await Task.WhenAll(new[] { "redis", "sqlite" }.Select(static async kind =>
    {
        await using Scene scene = await Scene.OpenAsync(kind);
        FleetWorker first = await scene.StartWorkerAsync();
        FleetWorker second = await scene.StartWorkerAsync();
        await scene.SendAsync(1, seconds: 10);

        Verdict verdict = await scene.JudgeAsync();

        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.Equal((0, 0, 0), (verdict.Duplicates, first.LostLeases, second.LostLeases));
    }));

    [Theory]
    [InlineData("redis")]
    [InlineData("sqlite")]
    public async Task Worker_FrozenForLongerThanItsLease_OverwritesNothing(string kind)
    {
        await using Scene scene = await Scene.OpenAsync(kind);
        FleetWorker frozen = await scene.StartWorkerAsync();
        await scene.SendAsync(1, 0.5);
        string id = await frozen.NextStartAsync();
        frozen.Freeze();
        FleetWorker other = await scene.StartWorkerAsync();
        TaskHandle<string> handle = scene.Client.GetHandle<string>(id);
        ResultDocument first = await handle.WaitAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60));

        frozen.Thaw();
        await frozen.FinishAsync(id);
        await frozen.StopAsync();
        Verdict verdict = await scene.JudgeAsync();

        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.Equal(1, frozen.LostLeases);
        Assert.Equal(0, other.LostLeases);
        Assert.Equal(first.Result, (await handle.ReadAsync())!.Result);
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("sqlite")]
    public async Task Poison_KillsItsWorkers_IsADeadLetterAfterThreeAndOthersAreDone(string kind)
    {
        // One at a time: of several, one may strike those on their last delivery that another has just brought there (docs/queue/celery.md).
        const int Poisons = 1;
        await using Scene scene = await Scene.OpenAsync(kind);
        List<TaskHandle> poisons = [];
        for (int number = 0; number < Poisons; number++)
        {
            await scene.SendAsync(32, 0.001);
            poisons.Add(await scene.Client.SendAsync(new Signature("tasks.poison")));
        }

        Task all = Task.WhenAll(poisons.Concat(scene.Handles).Select(static handle => handle.WaitAsync().AsTask()));
        int deaths = 0;
        FleetWorker worker = await scene.StartWorkerAsync();
        while (await Task.WhenAny(all, worker.Ended).WaitAsync(TimeSpan.FromSeconds(60)) != all)
        {
            deaths++;
            await worker.WaitStruckAsync();
            worker = await scene.StartWorkerAsync();
        }

        Verdict verdict = await scene.JudgeAsync();

        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.InRange(deaths, Poisons, Poisons * 3);
        Assert.Equal(Poisons, await scene.Broker.DeadLetters.CountAsync());
        foreach (TaskHandle poison in poisons)
        {
            Assert.Equal("WorkerLostError", (await poison.ReadAsync())!.Error!.Type);
        }
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("sqlite")]
    public async Task Workers_ReplacedOneAfterTheOther_RunEachCallOnce(string kind)
    {
        const int Replacements = 5;
        await using Scene scene = await Scene.OpenAsync(kind);
        Queue<FleetWorker> fleet = new();
        for (int number = 0; number < 3; number++)
        {
            fleet.Enqueue(await scene.StartWorkerAsync());
        }

        await scene.SendAsync(150, 0.05);
        for (int number = 0; number < Replacements; number++)
        {
            FleetWorker leaving = fleet.Dequeue();
            await leaving.StopAsync();
            Assert.Equal(0, leaving.LostLeases);
            fleet.Enqueue(await scene.StartWorkerAsync());
            await scene.SendAsync(20);
        }

        Verdict verdict = await scene.JudgeAsync();

        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.Equal(0, verdict.Duplicates);
    }
}
