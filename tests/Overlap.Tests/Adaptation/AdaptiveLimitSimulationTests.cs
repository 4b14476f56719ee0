using Overlap.Adaptation;

namespace Overlap.Tests.Adaptation;

/// <summary>The whole limit, keeper and controller, in simulated time: against the best of many fixed numbers, over many seeds.</summary>
public sealed class AdaptiveLimitSimulationTests
{
    private const int Seeds = 12;
    private const double LeastShare = 0.9;

    private static readonly int[] FixedCounts = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];

    [Fact]
    public void Workload_WaitsFiveMilliseconds_NearlyTheBestFixedNumber() => AssertNearlyBest(20_000, static seed => new WaitingWorld(seed, 0.005));

    [Fact]
    public void Workload_Waits85Milliseconds_NearlyTheBestFixedNumber() => AssertNearlyBest(10_000, static seed => new WaitingWorld(seed, 0.085));

    [Fact]
    public void Workload_Waits400Milliseconds_NearlyTheBestFixedNumber() => AssertNearlyBest(10_000, static seed => new WaitingWorld(seed, 0.4));

    [Fact]
    public void Workload_Computes_NearlyTheBestFixedNumber() => AssertNearlyBest(4_000, static seed => new ComputingWorld(seed, 0.01));

    [Fact]
    public void Workload_WaitsAndComputes_NearlyTheBestFixedNumber() => AssertNearlyBest(8_000, static seed => new MixedWorld(seed, 0.02, 0.005));

    [Fact]
    public void Workload_ServerDoesTwentyAtATime_NearlyTheBestFixedNumber() => AssertNearlyBest(4_000, static seed => new HiddenLimitWorld(seed, 0.05, 20));

    [Fact]
    public void Workload_ServerRefusesAboveTenASecond_NearlyTheBestFixedNumber() =>
        AssertNearlyBest(1_200, static seed => new RefusingWorld(seed, 0.3, 10, saysWhen: true));

    [Fact]
    public void Workload_CallsSlowEachOtherDown_NearlyTheBestFixedNumber() => AssertNearlyBest(4_000, static seed => new MemoryBoundWorld(seed, 0.02, 0.05, 0.01));

    [Theory]
    [InlineData(0.3, true)]
    [InlineData(0.3, false)]
    [InlineData(0.05, true)]
    [InlineData(0.05, false)]
    [InlineData(0.002, false)]
    public void Server_RefusesAboveTenASecond_IsNeverMadeToBan(double delay, bool saysWhen)
    {
        for (int seed = 0; seed < 4 * Seeds; seed++)
        {
            RefusingWorld world = new(seed, delay, 10, saysWhen);
            _ = world.RunAdaptive(1_200);
            Assert.Equal(0, world.Bans);
            Assert.True(world.ThroughputAfter(120) >= 8.5, $"seed {seed}: {world.ThroughputAfter(120)} calls a second of 10");
        }
    }

    [Fact]
    public void Server_RefusesBeyondTwentyAtATime_KeepsBelow()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            CrowdedWorld world = new(seed, 0.05, 20);
            _ = world.RunAdaptive(20_000);

            // Twenty at a time of 50 ms are 400 calls a second.
            Assert.True(world.ThroughputAfter(2_000) >= 400 * 0.85, $"seed {seed}: {world.ThroughputAfter(2_000)} a second");
            Assert.True(world.Refusals <= 100, $"seed {seed}: {world.Refusals} refusals of 20,000 calls");
        }
    }

    [Fact]
    public void Load_ComputesThenWaits_ClimbsAgain()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            ChangingWorld world = new(seed, changesAt: 20);
            _ = world.RunAdaptive(20_000, new AdaptiveOptions { Most = 64 });
            Assert.True(world.HighestLimit(15, 20) <= 32, $"seed {seed}");
            double after = world.Ends.Count(static end => end is > 30 and <= 40) / 10.0;
            Assert.True(after >= 640 * LeastShare, $"seed {seed}: {after} a second, ten seconds after the change, of 640");
        }
    }

    [Fact]
    public void Load_FailsMoreUnderMore_StaysWhereItDidNot()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            FragileWorld world = new(seed, 0.05, sound: 16, shareBeyond: 0.5);
            _ = world.RunAdaptive(20_000);
            Assert.True(world.HighestLimit(5, 1e9) <= 24, $"seed {seed}: {world.HighestLimit(5, 1e9)}");
        }
    }

    [Fact]
    public void Load_FailsAlways_DoesNotClimbFar()
    {
        FragileWorld world = new(1, 0.05, sound: 0, shareBeyond: 1);
        LimitKeeper keeper = world.RunAdaptive(2_000);
        Assert.Equal(16, keeper.Limit);
        Assert.Equal("16: no call has succeeded yet", keeper.Status.Reason);
    }

    [Fact]
    public void Load_HalfFailsWhateverTheNumber_ClimbsAllTheSame()
    {
        FragileWorld world = new(1, 0.05, sound: 0, shareBeyond: 0.5);
        Assert.Equal(64, world.RunAdaptive(4_000, new AdaptiveOptions { Most = 64 }).Limit);
    }

    [Fact]
    public void Memory_ShortBeyondFifty_GivesWay()
    {
        for (int seed = 0; seed < Seeds; seed++)
        {
            CrampedWorld world = new(seed, 0.1, room: 50);
            _ = world.RunAdaptive(20_000);
            Assert.Contains(world.Steps, static step => step.Reason.EndsWith("memory is short", StringComparison.Ordinal));
            Assert.True(world.HighestLimit(20, 30) <= 64, $"seed {seed}: {world.HighestLimit(20, 30)}");
            Assert.True(world.ThroughputAfter(2_000) >= 250, $"seed {seed}: {world.ThroughputAfter(2_000)} a second of 500");
        }
    }

    [Fact]
    public void Calls_FewerThanWorkers_LeaveTheNumberWhereItIs()
    {
        WaitingWorld world = new(1, 0.1);
        LimitKeeper keeper = world.RunAdaptive(3);
        Assert.InRange(keeper.Limit, 2, 4);
    }

    [Fact]
    public void Bounds_Given_AreKept()
    {
        WaitingWorld world = new(3, 0.085);
        _ = world.RunAdaptive(4_000, new AdaptiveOptions { Start = 5, Least = 4, Most = 20 });
        Assert.Equal(5, world.Steps[0].Limit);
        Assert.All(world.Steps, static step => Assert.InRange(step.Limit, 4, 20));
    }

    [Fact]
    public void Run_SameSeed_SameSteps()
    {
        MixedWorld first = new(11, 0.02, 0.005);
        MixedWorld second = new(11, 0.02, 0.005);
        _ = first.RunAdaptive(2_000);
        _ = second.RunAdaptive(2_000);
        Assert.NotEmpty(first.Steps);
        Assert.Equal(first.Steps, second.Steps);
    }

    private static void AssertNearlyBest(int items, Func<int, SimulatedWorld> create)
    {
        double best = 0;
        int bestCount = 0;
        foreach (int count in FixedCounts)
        {
            SimulatedWorld world = create(1_000);
            world.RunFixed(items, count);
            if (world.ThroughputAfter(items / 10) > best)
            {
                (best, bestCount) = (world.ThroughputAfter(items / 10), count);
            }
        }

        for (int seed = 0; seed < Seeds; seed++)
        {
            SimulatedWorld world = create(seed);
            LimitKeeper keeper = world.RunAdaptive(items);
            double share = world.ThroughputAfter(items / 10) / best;
            Assert.True(
                share >= LeastShare,
                $"seed {seed}: {share:P0} of the best fixed number, {bestCount}; ended at {keeper.Limit} ({keeper.Status.Reason})");
        }
    }
}
