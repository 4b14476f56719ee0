using Overlap.Advice;
using Overlap.Executors;
using Overlap.Tests.Adaptation;

namespace Overlap.Tests.Advice.Searching;

/// <summary>The whole advice in simulated time, over many seeds, against fixed numbers of workers measured at length.</summary>
public sealed class SimulatedAdviceTests
{
    private const int Seeds = 8;
    private const double NearlyBest = 0.95;
    private const double CloseTo = 0.25;

    private static readonly int[] Counts = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];

    [Fact]
    public Task Workload_WaitsFiveMilliseconds_IsAdvisedWell() =>
        AssertAsync(20_000, static seed => new WaitingWorld(seed, 0.005), static _ => 0.00005, ExecutionModel.Async, seeds: 2);

    [Fact]
    public Task Workload_Waits85Milliseconds_IsAdvisedWell() =>
        AssertAsync(20_000, static seed => new WaitingWorld(seed, 0.085), static _ => 0.00005, ExecutionModel.Async);

    [Fact]
    public Task Workload_Waits400Milliseconds_IsAdvisedWell() =>
        AssertAsync(20_000, static seed => new WaitingWorld(seed, 0.4), static _ => 0.00005, ExecutionModel.Async);

    [Fact]
    public Task Workload_Computes_IsAdvisedWell() =>
        AssertAsync(8_000, static seed => new ComputingWorld(seed, 0.01), static time => time, ExecutionModel.Threads);

    [Fact]
    public Task Workload_WaitsAndComputes_IsAdvisedWell() =>
        AssertAsync(8_000, static seed => new MixedWorld(seed, 0.02, 0.005), static _ => 0.005, ExecutionModel.Async);

    [Fact]
    public Task Workload_ServerDoesTwentyAtATime_IsAdvisedWell() =>
        AssertAsync(8_000, static seed => new HiddenLimitWorld(seed, 0.05, 20), static _ => 0, ExecutionModel.Async);

    [Fact]
    public Task Workload_CallsSlowEachOtherDown_IsAdvisedWell() =>
        AssertAsync(8_000, static seed => new MemoryBoundWorld(seed, 0.02, 0.05, 0.01), static _ => 0, ExecutionModel.Threads);

    [Fact]
    public async Task Workload_ServerRefusesAboveTenASecond_IsAdvisedWellAndNeverBans()
    {
        Yardstick yardstick = new([1, 2, 3, 4, 6, 8], static count => ThroughputOf(new RefusingWorld(1_000, 0.3, 10, saysWhen: true), 1_200, count));
        for (int seed = 0; seed < Seeds; seed++)
        {
            RefusingWorld world = new(seed, 0.3, 10, saysWhen: true);
            Recommendation advice = await AdviseAsync(world, static _ => 0.001, ExecutionModel.Async);
            Assert.Equal(0, world.Bans);
            yardstick.AssertGood(advice, ExecutionModel.Async, seed);
            Assert.Contains(advice.Limits, static sentence => sentence.Contains("refused", StringComparison.Ordinal));
        }
    }

    private static async Task AssertAsync(int items, Func<int, SimulatedWorld> create, Func<double, double> work, ExecutionModel model, int seeds = Seeds)
    {
        Yardstick yardstick = new(Counts, count => ThroughputOf(create(1_000), items, count));
        for (int seed = 0; seed < seeds; seed++)
        {
            yardstick.AssertGood(await AdviseAsync(create(seed), work, model), model, seed);
        }
    }

    private static Task<Recommendation> AdviseAsync(SimulatedWorld world, Func<double, double> work, ExecutionModel model) =>
        Advisor.MeasureAsync(new SimulatedProbe(world, work, model), new AdviceOptions { TimeProvider = world.Clock });

    private static double ThroughputOf(SimulatedWorld world, int items, int workers)
    {
        world.RunFixed(items, workers);
        return world.ThroughputAfter(items / 10);
    }

    /// <summary>What fixed numbers of workers do, each measured once and at length.</summary>
    private sealed class Yardstick(int[] counts, Func<int, double> throughput)
    {
        private readonly Dictionary<int, double> _done = counts.ToDictionary(static count => count, throughput);

        public void AssertGood(Recommendation advice, ExecutionModel model, int seed)
        {
            Assert.Equal(model, advice.Model);
            double best = counts.Max(count => _done[count]);
            int least = counts.First(count => _done[count] >= best * NearlyBest);
            if (!_done.TryGetValue(advice.Workers, out double advised))
            {
                _done[advice.Workers] = advised = throughput(advice.Workers);
            }

            bool isFast = advised >= best * NearlyBest;
            bool isClose = Math.Abs(advice.Workers - least) <= least * CloseTo;
            Assert.True(isFast || isClose, $"seed {seed}: {advice.Workers} workers do {advised:0.0} a second, {least} do nearly the best, which is {best:0.0}. {string.Join(" | ", advice.Measured.Select(static m => $"{m.Model} {m.Workers}: {m.Throughput:0.0} ({m.Items} items{(m.IsRefused ? ", refused" : "")})"))}; {string.Join(' ', advice.Limits)}");
            Assert.True(advice.Spent <= advice.Budget + TimeSpan.FromSeconds(3), $"seed {seed}: {advice.Spent}");
        }
    }
}
