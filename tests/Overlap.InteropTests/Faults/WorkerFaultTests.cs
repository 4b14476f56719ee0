using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.InteropTests.Faults;

/// <summary>Workers that are killed, stand still, are poisoned and replaced. The ledger tells what became of each call.</summary>
[Trait("kind", "stress")]
public sealed class WorkerFaultTests : IDisposable
{
    private readonly DirectoryInfo _gates = Directory.CreateTempSubdirectory("overlap-gates-");

    public void Dispose() => _gates.Delete(recursive: true);

    [Theory]
    [InlineData("redis")]
    [InlineData("sqlite")]
    public async Task Workers_KilledMidTask_NothingIsLostOrTwiceWithoutReason(string kind)
    {
        const int Kills = 3;
        await using Scene scene = await Scene.OpenAsync(kind);
        await scene.SendAsync(60, 0.02);
        FleetWorker steady = await scene.StartPatientWorkerAsync();
        for (int kill = 0; kill < Kills; kill++)
        {
            FleetWorker victim = await scene.StartWorkerAsync();

            // More, and longer, than the other can take.
            await scene.OccupyAsync(victim, 12, 0.4);
            await victim.KillAsync();
        }

        await scene.SendAsync(24);
        Verdict verdict = await scene.JudgeAsync();

        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.Equal(0, steady.LostLeases);

        // Each victim was in the middle of one call at least.
        Assert.True(verdict.Duplicates >= Kills, $"{verdict}");
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("sqlite")]
    public async Task Worker_FrozenForLongerThanItsLease_OverwritesNothing(string kind)
    {
        const int Pauses = 5;
        await using Scene scene = await Scene.OpenAsync(kind);
        List<(TaskHandle<string> Handle, ResultDocument First)> ends = [];
        FleetWorker frozen = await scene.StartWorkerAsync();
        for (int pause = 0; pause < Pauses; pause++)
        {
            // Nobody gets to its end before one stands still.
            string gate = Path.Combine(_gates.FullName, $"{pause}");
            await scene.SendAsync(new Signature("tasks.gate", gate));
            string id = await frozen.NextStartAsync();
            frozen.Freeze(scene.IsLocked);
            await File.WriteAllTextAsync(gate, "");
            FleetWorker other = await scene.StartWorkerAsync();
            TaskHandle<string> handle = scene.Client.GetHandle<string>(id);
            ends.Add((handle, await handle.WaitAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60))));

            frozen.Thaw();
            await frozen.FinishAsync(id);
            await frozen.StopAsync();
            Assert.Equal(1, frozen.LostLeases);

            // The one that took over is the next to stand still.
            frozen = other;
            Assert.Equal(id, await other.NextStartAsync());
        }

        Verdict verdict = await scene.JudgeAsync();

        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.Equal(Pauses, verdict.Duplicates);
        foreach ((TaskHandle<string> handle, ResultDocument first) in ends)
        {
            Assert.Equal(first.Result, (await handle.ReadAsync())!.Result);
        }
    }

    [Theory]
    [InlineData("redis")]
    [InlineData("sqlite")]
    public async Task Poison_KillsItsWorkers_ThoseAreDeadLettersAndNoneOfTheirNeighbours(string kind)
    {
        const int Poisons = 3;
        await using Scene scene = await Scene.OpenAsync(kind);
        List<TaskHandle> poisons = [];
        for (int number = 0; number < Poisons; number++)
        {
            await scene.SendAsync(32, 0.001);
            poisons.Add(await scene.Client.SendAsync(new Signature("tasks.poison")));
        }

        await scene.SendAsync(1, 0.001);
        Task all = Task.WhenAll(poisons.Concat(scene.Handles).Select(static handle => handle.WaitAsync().AsTask()));
        int deaths = 0;
        FleetWorker worker = await scene.StartWorkerAsync("convicts");
        while (await Task.WhenAny(all, worker.Ended).WaitAsync(TimeSpan.FromSeconds(60)) != all)
        {
            deaths++;
            await worker.WaitStruckAsync();
            worker = await scene.StartWorkerAsync("convicts");
        }

        Verdict verdict = await scene.JudgeAsync();

        Assert.True(verdict.IsInnocent, $"{verdict}");

        // A first delivery counts by being held, so one that came beside another poison has one run less.
        Assert.InRange(deaths, 3, Poisons * 3);
        IReadOnlyList<DeadLetterRecord> letters = await scene.Broker.DeadLetters.ListAsync(100);
        Assert.Equal(poisons.Select(static poison => poison.Id).Order(), letters.Select(static letter => Scene.IdOf(letter)).Order());
        Assert.All(letters, static letter => Assert.Equal(MessageDefect.Poison, letter.Cause.Defect));
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
            fleet.Enqueue(await scene.StartPatientWorkerAsync());
        }

        await scene.SendAsync(150, 0.05);
        for (int number = 0; number < Replacements; number++)
        {
            FleetWorker leaving = fleet.Dequeue();
            await leaving.StopAsync();
            Assert.Equal(0, leaving.LostLeases);
            fleet.Enqueue(await scene.StartPatientWorkerAsync());
            await scene.SendAsync(20);
        }

        Verdict verdict = await scene.JudgeAsync();

        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.Equal(0, verdict.Duplicates);
    }
}
