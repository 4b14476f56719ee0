using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Exploration;

public sealed class StrategyTests
{
    // Two lanes of k points are k + 1 steps each, their start being the first: as many orders as ways to mix them.
    [Theory]
    [InlineData(2, 0, 2)]
    [InlineData(2, 1, 6)]
    [InlineData(2, 2, 20)]
    [InlineData(2, 3, 70)]
    [InlineData(3, 1, 90)]
    [InlineData(3, 2, 1_680)]
    public void Exhaustive_Unbounded_RunsEveryOrderOnce(int lanes, int points, int orders)
    {
        ExplorationResult result = Explore.Run(
            SmallPrograms.Points(lanes, points), new ExplorationOptions { Strategy = ExplorationStrategy.Exhaustive, Preemptions = null });
        Assert.Equal(orders, result.Schedules);
        Assert.True(result.IsExhausted);
    }

    // Without preemption a lane that runs runs to its end: as many schedules as orders of the lanes. One preemption of two lanes of three steps:
    // either may begin, and be left after its first or second step.
    [Theory]
    [InlineData(3, 2, 0, 6)]
    [InlineData(2, 2, 0, 2)]
    [InlineData(2, 2, 1, 6)]
    public void Exhaustive_Bounded_RunsTheOrdersWithSoManyPreemptions(int lanes, int points, int preemptions, int orders)
    {
        ExplorationResult result = Explore.Run(
            SmallPrograms.Points(lanes, points), new ExplorationOptions { Strategy = ExplorationStrategy.Exhaustive, Preemptions = preemptions });
        Assert.Equal(orders, result.Schedules);
        Assert.True(result.IsExhausted);
    }

    [Fact]
    public void Exhaustive_Choices_TriesEveryNumber()
    {
        HashSet<(int, int)> seen = [];
        ExplorationResult result = Explore.Run(
            x =>
            {
                seen.Add((x.Choose(3), x.Choose(4)));
                return Task.CompletedTask;
            },
            new ExplorationOptions { Strategy = ExplorationStrategy.Exhaustive });
        Assert.Equal(12, seen.Count);
        Assert.Equal(12, result.Schedules);
    }

    [Fact]
    public void Exhaustive_MoreSchedulesThanAsked_IsNotExhausted()
    {
        ExplorationResult result = Explore.Run(
            SmallPrograms.Points(3, 3), new ExplorationOptions { Strategy = ExplorationStrategy.Exhaustive, Schedules = 100, Preemptions = null });
        Assert.Equal(100, result.Schedules);
        Assert.False(result.IsExhausted);
    }

    [Fact]
    public void Portfolio_SmallProgram_EndsWhenAllWasRun()
    {
        ExplorationResult result = Explore.Run(SmallPrograms.Points(2, 1), new ExplorationOptions { Preemptions = null });
        Assert.True(result.IsExhausted);
        Assert.InRange(result.Schedules, 6, 30);
    }

    [Theory]
    [InlineData(ExplorationStrategy.Random)]
    [InlineData(ExplorationStrategy.Pct)]
    [InlineData(ExplorationStrategy.Exhaustive)]
    [InlineData(ExplorationStrategy.Portfolio)]
    public void Run_EachStrategy_FindsTheDeadlockOfOppositeOrder(ExplorationStrategy strategy)
    {
        ExplorationResult result = Explore.Run(SmallPrograms.OppositeOrder, new ExplorationOptions { Strategy = strategy, Schedules = 200 });
        Assert.Equal(FailureKind.Deadlock, result.Failure?.Kind);
    }

    // Needs the three steps of one lane exactly between those of another, among many others: seldom by a walk at random.
    [Fact]
    public void Pct_BugOfDepthTwo_IsFound()
    {
        ExplorationResult result = Explore.Run(
            static x =>
            {
                int phase = 0;
                x.Spawn("victim", async () =>
                {
                    int seen = phase;
                    await x.Point();
                    x.Assert(phase - seen < 8, "eight steps of the other in between");
                });
                x.Spawn("other", async () =>
                {
                    for (int i = 0; i < 8; i++)
                    {
                        phase++;
                        await x.Point();
                    }
                });
                return Task.CompletedTask;
            },
            new ExplorationOptions { Strategy = ExplorationStrategy.Pct, Depth = 2, Schedules = 300 });
        Assert.Equal(FailureKind.Assertion, result.Failure?.Kind);
    }

    [Fact]
    public void Run_SameSeed_MakesTheSameSchedules()
    {
        List<string> Orders(ulong seed)
        {
            List<string> orders = [];
            Explore.Run(
                x =>
                {
                    string order = "";
                    foreach (string name in (string[])["a", "b", "c"])
                    {
                        x.Spawn(name, async () =>
                        {
                            order += name;
                            await x.Point();
                            order += name;
                        });
                    }

                    x.AtEnd(() => orders.Add(order));
                    return Task.CompletedTask;
                },
                new ExplorationOptions { Strategy = ExplorationStrategy.Random, Seed = seed, Schedules = 50 });
            return orders;
        }

        Assert.Equal(Orders(7), Orders(7));
        Assert.NotEqual(Orders(7), Orders(8));
    }

    [Fact]
    public void Run_CancellationAgainstHandOver_LeavesTheLockToOneAlways() => Explore.Run(
        static async x =>
        {
            AsyncLock gate = new();
            using CancellationTokenSource cancellation = new();
            int inside = 0;
            async Task Enter(CancellationToken token)
            {
                try
                {
                    using Lease lease = await gate.EnterAsync(token);
                    x.Assert(++inside == 1, "one at a time");
                    await x.Point();
                    inside--;
                }
                catch (OperationCanceledException)
                {
                }
            }

            await Task.WhenAll(
                x.Spawn("holder", () => Enter(default)),
                x.Spawn("cancelled", () => Enter(cancellation.Token)),
                x.Spawn("last", () => Enter(default)),
                x.Spawn("canceller", async () =>
                {
                    await x.Point();
                    Cancel(cancellation);
                }));
            x.Assert(gate.GetStatistics() == new AsyncLockStatistics(false, 0), "left free");
        },
        new ExplorationOptions { Schedules = 3_000 }).ThrowIfFailed();

    [Fact]
    public void Progress_ManySchedules_IsToldOfThem()
    {
        List<int> told = [];
        Explore.Run(SmallPrograms.Points(3, 3), new ExplorationOptions { Strategy = ExplorationStrategy.Random, Schedules = 1_100, Progress = told.Add });
        Assert.Equal([512, 1_024], told);
    }

    // Not CancelAsync, which goes to the pool.
    private static void Cancel(CancellationTokenSource cancellation) => cancellation.Cancel();
}
