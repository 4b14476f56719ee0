using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes.Faults;

/// <summary>Many calls, many deaths: every call ends once, right or with a name. Also case 13, a call that kills every worker.</summary>
[Collection(nameof(FaultCollection))]
[Trait("kind", "stress")]
public sealed class CampaignTests
{
    private const int Seed = 20_260_101;
    private const int CallsBetweenKills = 100;

    [Fact]
    public async Task Kills_RandomWorkers_FailOnlyCallsThatRan()
    {
        int kills = Campaign.Times(50, 500);
        await using FaultPool pool = new(2);
        (int right, List<Exception> failures) = await RunAsync(pool, pool.Executor, kills);
        Assert.Equal(kills * CallsBetweenKills, right + failures.Count);
        Assert.InRange(failures.Count, 0, kills);
        foreach (Exception failure in failures)
        {
            WorkerDiedException death = Assert.IsType<WorkerDiedException>(failure);
            Assert.True(death.ProcessId > 0);
            Assert.Equal(Misdeeds.Kill, death.Signal);
        }

        await pool.EndAsync();
    }

    [Fact]
    public async Task Kills_RandomWorkers_CostIdempotentCallsNothing()
    {
        int kills = Campaign.Times(50, 500);
        await using FaultPool pool = new(2);
        IExecutor idempotent = pool.Executor.With(new ProcessCallOptions { Idempotent = true });
        (int right, List<Exception> failures) = await RunAsync(pool, idempotent, kills);
        Assert.Equal(kills * CallsBetweenKills, right + failures.Count);
        Assert.All(failures, static failure => Assert.Contains("3 workers", Assert.IsType<WorkerDiedException>(failure).Message, StringComparison.Ordinal));
        await pool.EndAsync();
    }

    [Fact]
    public async Task Kill_OfTheWorkerInTheMiddleOf2000_FailsExactlyOne()
    {
        for (int run = 0; run < Campaign.Times(10, 100); run++)
        {
            await using FaultPool pool = new(2);
            Task<int>[] calls = [.. Enumerable.Range(0, 2_000).Select(i => i == 1_000
                ? pool.Executor.SubmitAsync(Misdeeds.Hold, (pool.Stage, "held"))
                : pool.Executor.SubmitAsync(Misdeeds.Echo, i))];
            await pool.Stage.WaitAsync("held-at");
            int worker = int.Parse(pool.Stage.Notes("held")[0]);
            Misdeeds.Send(worker, Misdeeds.Kill);
            WorkerDiedException death = await Assert.ThrowsAsync<WorkerDiedException>(() => calls[1_000].WaitAsync(FaultPool.Guard));
            Assert.Equal(worker, death.ProcessId);
            for (int i = 0; i < calls.Length; i++)
            {
                if (i != 1_000)
                {
                    Assert.Equal(i, await calls[i].WaitAsync(FaultPool.Guard));
                }
            }

            await pool.EndAsync();
        }
    }

    [Fact]
    public async Task Map_WhileWorkersAreKilled_GivesEveryItemOnce()
    {
        await using FaultPool pool = new(2);
        IExecutor idempotent = pool.Executor.With(new ProcessCallOptions { Idempotent = true });
        Random random = new(Seed);
        int expected = 0;
        await foreach (int result in idempotent.MapAsync(Enumerable.Range(0, 50_000), Misdeeds.Echo))
        {
            Assert.Equal(expected++, result);
            if (expected % 5_000 == 0)
            {
                KillOne(random);
            }
        }

        Assert.Equal(50_000, expected);
        await pool.EndAsync();
    }

    [Fact]
    public async Task Poison_KillsThreeWorkers_AndNoFourth()
    {
        await using FaultPool pool = new(2);
        IExecutor idempotent = pool.Executor.With(new ProcessCallOptions { Idempotent = true });
        Task<int>[] others = [.. Enumerable.Range(0, 500).Select(i => idempotent.SubmitAsync(Misdeeds.Echo, i))];
        Task<int> poison = idempotent.SubmitAsync(
            static stage =>
            {
                stage.Add("victims", $"{Environment.ProcessId}");
                return Misdeeds.Die("kill");
            },
            pool.Stage);
        Task<int>[] more = [.. Enumerable.Range(500, 500).Select(i => idempotent.SubmitAsync(Misdeeds.Echo, i))];
        WorkerDiedException death = await Assert.ThrowsAsync<WorkerDiedException>(() => poison.WaitAsync(FaultPool.Guard));
        Assert.Contains("3 workers", death.Message, StringComparison.Ordinal);
        Assert.Equal(3, pool.Stage.Notes("victims").Distinct().Count());
        Assert.Equal(Enumerable.Range(0, 1_000), await Task.WhenAll([.. others, .. more]).WaitAsync(FaultPool.Guard));
        await pool.EndAsync();
    }

    private static async Task<(int Right, List<Exception> Failures)> RunAsync(FaultPool pool, IExecutor executor, int kills)
    {
        Random random = new(Seed);
        List<Task<int>> calls = [];
        for (int kill = 0; kill < kills; kill++)
        {
            int first = calls.Count;
            calls.AddRange(Enumerable.Range(first, CallsBetweenKills).Select(i => executor.SubmitAsync(Spend, (i, random.Next(2_000)))));

            // Somewhere in the middle of this round, by the calls that have ended and not by the clock.
            await Task.WhenAny(calls[first + random.Next(CallsBetweenKills)]).WaitAsync(FaultPool.Guard);
            KillOne(random);
            ExecutorStatistics now = pool.Executor.GetStatistics();
            Assert.Equal(now.Submitted, now.Queued + now.Running + now.Succeeded + now.Failed + now.Canceled);
        }

        int right = 0;
        List<Exception> failures = [];
        for (int i = 0; i < calls.Count; i++)
        {
            try
            {
                Assert.Equal(i, await calls[i].WaitAsync(FaultPool.Guard));
                right++;
            }
            catch (WorkerDiedException death)
            {
                failures.Add(death);
            }
        }

        return (right, failures);
    }

    private static void KillOne(Random random)
    {
        int[] workers = PoolAftermath.Children();
        if (workers.Length > 0)
        {
            Misdeeds.Send(workers[random.Next(workers.Length)], Misdeeds.Kill);
        }
    }

    private static int Spend((int Value, int Rounds) work)
    {
        int waste = 0;
        for (int i = 0; i < work.Rounds * 5; i++)
        {
            waste ^= i;
        }

        GC.KeepAlive(waste);
        return work.Value;
    }
}
