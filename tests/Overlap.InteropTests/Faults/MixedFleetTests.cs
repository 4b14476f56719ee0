using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;
using Overlap.InteropTests.Stage;

namespace Overlap.InteropTests.Faults;

/// <summary>Celery's workers and ours on one queue, while some of them die.</summary>
[Trait("kind", "stress")]
public sealed class MixedFleetTests(InteropStage stage)
{
    private const string SoloWorkers = "solo";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    // Its worker brings back at its start whatever somebody holds: it cannot know that our worker's lease has run out.
    private static readonly object OneAtATime = new { worker_prefetch_multiplier = 1, broker_transport_options = new { visibility_timeout = 0 } };

    [Fact]
    public async Task Fleet_OursAreKilled_NothingIsLost()
    {
        const int Kills = 3;
        await using Scene scene = await Scene.OpenAsync("redis");
        await using CeleryWorker python = await CeleryWorker.StartAsync(scene.Url, "mixed@python", ["-P", SoloWorkers], new { worker_prefetch_multiplier = 4 });
        HashSet<string> byPython = [];
        Task reading = ReadAsync();
        await scene.StartWorkerAsync();
        await scene.SendAsync(440, 0.01);
        for (int kill = 0; kill < Kills; kill++)
        {
            FleetWorker victim = await scene.StartWorkerAsync();
            await scene.OccupyAsync(victim, 20, 0.01);
            await victim.KillAsync();
        }

        await scene.SendAsync(Math.Max(0, 500 - scene.Handles.Count), 0.01);
        foreach (TaskHandle handle in scene.Handles)
        {
            await handle.WaitAsync().AsTask().WaitAsync(Patience);
        }

        await python.DisposeAsync();
        await reading;
        Verdict verdict = await scene.JudgeAsync();

        Assert.True(verdict.IsInnocent, $"{verdict}");
        Assert.NotEmpty(byPython);
        Assert.True(byPython.Count < scene.Handles.Count);

        async Task ReadAsync()
        {
            await foreach (string line in python.Told.ReadAllAsync())
            {
                string id = line.Split(' ')[1];
                if (line.StartsWith("started", StringComparison.Ordinal))
                {
                    scene.Ledger.Start("python", id);
                    byPython.Add(id);
                }
                else
                {
                    scene.Ledger.Finish("python", id);
                }
            }
        }
    }

    [Fact]
    public async Task CelerysWorkerIsKilled_WhatItHeld_IsBroughtBackByOurs()
    {
        string url = await stage.NewDatabaseAsync();
        await using RedisBroker broker = new(url, new RedisBrokerOptions { VisibilityTimeout = TimeSpan.FromSeconds(1), Lease = TimeSpan.FromSeconds(1) });
        await using RedisBackend backend = new(url);
        TaskClient client = new(broker, backend);
        TaskHandle<string> handle;
        await using (CeleryWorker python = await CeleryWorker.StartAsync(url, "doomed@python", ["-P", SoloWorkers], OneAtATime))
        {
            handle = await client.SendAsync<string>(new Signature("tasks.note", 1, 600));
            Assert.Equal($"started {handle.Id}", await python.Told.ReadAsync().AsTask().WaitAsync(Patience));
            await python.KillAsync();
        }

        await using WorkerHost host = new(broker, new TaskRegistry().Add("tasks.note", static (long number, double seconds) => "net"), backend);
        await host.StartAsync();

        Assert.Equal("net", await handle.GetAsync().AsTask().WaitAsync(Patience));
    }

    [Fact]
    public async Task OursIsKilled_WhatItHeld_IsBroughtBackByCelerys()
    {
        await using Scene scene = await Scene.OpenAsync("redis");
        FleetWorker doomed = await scene.StartWorkerAsync();
        TaskHandle<WireValue> handle = await scene.Client.SendAsync<WireValue>(new Signature("tasks.note", 7, 3));
        await doomed.NextStartAsync();
        await doomed.KillAsync();

        await using CeleryWorker python = await CeleryWorker.StartAsync(scene.Url, "heir@python", ["-P", SoloWorkers], OneAtATime);

        Assert.Equal((WireValue)7, await handle.GetAsync().AsTask().WaitAsync(Patience));
    }
}
