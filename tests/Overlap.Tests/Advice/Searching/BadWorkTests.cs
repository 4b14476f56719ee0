using Overlap.Advice;
using Overlap.Advice.Probing;
using Overlap.Advice.Scaling;
using Overlap.Executors;
using Overlap.Processes;
using Overlap.Tests.Adaptation;

namespace Overlap.Tests.Advice.Searching;

/// <summary>Work of which no good advice can be given, and whether that is said. In simulated time.</summary>
public sealed class BadWorkTests
{
    private static readonly Func<double, double> NoWork = static _ => 0;
    private static readonly Func<double, double> AllWork = static time => time;

    [Theory]
    [InlineData(0.5)]
    [InlineData(1.3)]
    [InlineData(2)]
    [InlineData(2.5)]
    public async Task Work_ChangesHalfWay_IsToldWithLowConfidence(double changesAt)
    {
        Recommendation advice = await AdviseAsync(new ChangingWorld(1, changesAt), AllWork, ExecutionModel.Threads);
        Assert.Equal(Confidence.Low, advice.Confidence);
        Assert.Contains(advice.Doubts, static doubt => doubt.Contains("changed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Work_DoesNotChange_IsNotSuspected()
    {
        for (int seed = 0; seed < 20; seed++)
        {
            Recommendation advice = await AdviseAsync(new ComputingWorld(seed, 0.01), AllWork, ExecutionModel.Threads);
            Assert.DoesNotContain(advice.Doubts, static doubt => doubt.Contains("changed", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Work_AllFails_IsNoAdvice()
    {
        FragileWorld world = new(1, 0.05, sound: 0, shareBeyond: 1);
        ProbeFailedException exception = await Assert.ThrowsAsync<ProbeFailedException>(() => AdviseAsync(world, NoWork, ExecutionModel.Async));
        Assert.Contains("it broke", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Work_FailsMoreBeyondSixteen_StaysAtOrBelow()
    {
        for (int seed = 0; seed < 10; seed++)
        {
            Recommendation advice = await AdviseAsync(new FragileWorld(seed, 0.05, sound: 16, shareBeyond: 0.5), NoWork, ExecutionModel.Async);
            Assert.InRange(advice.Workers, 12, 16);
            Assert.NotEqual(Confidence.High, advice.Confidence);
            Assert.Contains(advice.Limits, static sentence => sentence.Contains("clearly more items failed", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Budget_LessThanAnItem_SaysSo()
    {
        WaitingWorld world = new(1, 0.4);
        Recommendation advice = await AdviseAsync(world, NoWork, ExecutionModel.Async, new AdviceOptions { Budget = TimeSpan.FromSeconds(0.3) });
        Assert.False(advice.IsWorthIt);
        Assert.Equal(Confidence.Low, advice.Confidence);
        Assert.Contains(advice.Doubts, static doubt => doubt.Contains("used up by one worker", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0.005)]
    [InlineData(0.4)]
    [InlineData(3)]
    public async Task Budget_OfAnyWork_IsKeptButForWhatRuns(double delay)
    {
        WaitingWorld world = new(1, delay);
        Recommendation advice = await AdviseAsync(world, NoWork, ExecutionModel.Async);
        Assert.True(advice.Spent.TotalSeconds <= 10 + (2 * delay), $"{advice.Spent}");
    }

    [Fact]
    public async Task Sample_RunsOut_SaysSo()
    {
        WaitingWorld world = new(1, 0.05);
        SimulatedProbe probe = new(world, NoWork, ExecutionModel.Async) { Sample = 40, ItemsToTry = 40 };
        Recommendation advice = await Advisor.MeasureAsync(probe, new AdviceOptions { TimeProvider = world.Clock }, TestContext.Current.CancellationToken);
        Assert.NotEqual(Confidence.High, advice.Confidence);
        Assert.Contains(advice.Doubts, static doubt => doubt.StartsWith("the sample of 40 items was used up", StringComparison.Ordinal));
        Assert.True(advice.Workers > 1);
    }

    [Fact]
    public async Task Machine_IsBusy_LowersTheConfidenceAndJudgesByProcessorTime()
    {
        ComputingWorld world = new(1, 0.01);
        SimulatedProbe probe = new(world, AllWork, ExecutionModel.Threads) { ForeignLoad = 0.5 };
        Recommendation advice = await Advisor.MeasureAsync(probe, new AdviceOptions { TimeProvider = world.Clock }, TestContext.Current.CancellationToken);
        Assert.Equal(Confidence.Low, advice.Confidence);
        Assert.Equal(2, advice.Workers);
        Assert.Contains(advice.Evidence, static sentence => sentence.Contains("judged by their own processor time", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Job_OfAFewItems_IsLeftAlone()
    {
        WaitingWorld world = new(1, 0.085);
        SimulatedProbe probe = new(world, NoWork, ExecutionModel.Async) { Items = 6 };
        Recommendation advice = await Advisor.MeasureAsync(probe, new AdviceOptions { TimeProvider = world.Clock }, TestContext.Current.CancellationToken);
        Assert.Contains(advice.LeaveAlone, static sentence => sentence.StartsWith("Leave it as it is", StringComparison.Ordinal));
        Assert.InRange(advice.Workers, 1, 6);
    }

    [Fact]
    public async Task Resource_SharedByAll_IsNamed()
    {
        Recommendation advice = await AdviseAsync(new HiddenLimitWorld(1, 0.02, places: 1), NoWork, ExecutionModel.Threads);
        Assert.False(advice.IsWorthIt);
        Assert.Equal(1, advice.Workers);
        Assert.Contains(advice.LeaveAlone, static sentence => sentence.StartsWith("Something that all items need is the limit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Server_Refuses_NoLargerNumberIsTriedThereafter()
    {
        for (int seed = 0; seed < 10; seed++)
        {
            CrowdedWorld world = new(seed, 0.05, places: 20);
            SimulatedProbe probe = new(world, NoWork, ExecutionModel.Async);
            Recommendation advice = await Advisor.MeasureAsync(probe, new AdviceOptions { TimeProvider = world.Clock }, TestContext.Current.CancellationToken);
            int refused = advice.Measured.Where(static count => count.IsRefused).Max(static count => count.Workers);
            int first = probe.Orders.FindIndex(order => order.Workers == refused);
            Assert.All(probe.Orders.Skip(first + 1), order => Assert.True(order.Workers < refused));
            Assert.InRange(advice.Workers, 10, 20);
        }
    }

    [Fact]
    public async Task Advice_Recommended_HasBeenMeasured()
    {
        for (int seed = 0; seed < 10; seed++)
        {
            Recommendation advice = await AdviseAsync(new HiddenLimitWorld(seed, 0.05, 20), NoWork, ExecutionModel.Async);
            Assert.Contains(advice.Measured, count => count.Model == advice.Model && count.Workers == advice.Workers);
        }
    }

    [Fact]
    public async Task Throughput_StillRisesAtTheMost_IsNotCalledAKnee()
    {
        Recommendation advice = await AdviseAsync(new WaitingWorld(2, 0.4), NoWork, ExecutionModel.Async, new AdviceOptions { MostWorkers = 64 });
        Assert.InRange(advice.Workers, 58, 64);
        Assert.Contains(advice.Limits, static sentence => sentence.StartsWith("64 is the most that was to be tried", StringComparison.Ordinal));
        Assert.DoesNotContain(advice.Evidence, static sentence => sentence.Contains("only waits", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Models_EquallyFast_TheSuitingOneIsTaken()
    {
        Recommendation advice = await AdviseAsync(new WaitingWorld(3, 0.05), NoWork, ExecutionModel.Async);
        Assert.Equal(ExecutionModel.Async, advice.Model);
        Assert.Contains(advice.WhyNot, static sentence => sentence.StartsWith("Threads (", StringComparison.Ordinal) && sentence.Contains("as fast", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Work_OutOfSight_IsToldAsComputingAndGivenToThreads()
    {
        ComputingWorld world = new(1, 0.034);
        SimulatedProbe probe = new(world, AllWork, ExecutionModel.Threads)
        {
            WorksOutOfSight = true,
            Models = [new ProbeModel(ExecutionModel.Inline, 1), new ProbeModel(ExecutionModel.Async), new ProbeModel(ExecutionModel.Threads), new ProbeModel(ExecutionModel.Processes, 4)],
        };

        Recommendation advice = await Advisor.MeasureAsync(probe, new AdviceOptions { TimeProvider = world.Clock }, TestContext.Current.CancellationToken);

        Assert.Equal((Bound.Cpu, ExecutionModel.Threads, 2), (advice.Bound, advice.Model, advice.Workers));
        Assert.InRange(advice.Item.Computing, advice.Item.Duration * 0.99, advice.Item.Duration * 1.01);
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (advice.Item.Delayed, advice.Item.Blocked));
        Assert.DoesNotContain(advice.Evidence.Concat(advice.Doubts), static sentence => sentence.Contains("without a processor", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Work_CannotCross_SaysWhyNoProcesses()
    {
        ComputingWorld world = new(1, 0.01);
        SimulatedProbe probe = new(world, AllWork, ExecutionModel.Threads)
        {
            AgainstProcesses = new NotPortableException("A timer cannot travel."),
            Models = [new ProbeModel(ExecutionModel.Inline, 1), new ProbeModel(ExecutionModel.Threads), new ProbeModel(ExecutionModel.Processes, 4)],
        };

        Recommendation advice = await Advisor.MeasureAsync(probe, new AdviceOptions { TimeProvider = world.Clock }, TestContext.Current.CancellationToken);

        Assert.DoesNotContain(advice.Measured, static count => count.Model == ExecutionModel.Processes);
        Assert.Contains("Processes: not tried, for worker processes cannot do it: A timer cannot travel.", advice.WhyNot);
    }

    [Fact]
    public async Task Work_BlocksInAsynchronousCalls_IsWaitingAndGivenToThreads()
    {
        WaitingWorld world = new(1, 0.05);
        SimulatedProbe probe = new(world, NoWork, ExecutionModel.Async) { BlocksThreads = true, Delayed = TimeSpan.Zero };

        Recommendation advice = await Advisor.MeasureAsync(probe, new AdviceOptions { TimeProvider = world.Clock, MostWorkers = 16 }, TestContext.Current.CancellationToken);

        Assert.Equal((Bound.Io, ExecutionModel.Threads, 16), (advice.Bound, advice.Model, advice.Workers));
        Assert.Equal((advice.Item.Waiting, TimeSpan.Zero), (advice.Item.Blocked, advice.Item.Delayed));
        Assert.Contains(advice.Evidence, static sentence => sentence.Contains("blocks where it could await", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Work_KeepsThreadsThatHaveNoProcessor_IsDelayedAndNotBlocking()
    {
        WaitingWorld world = new(1, 0.05);
        SimulatedProbe probe = new(world, NoWork, ExecutionModel.Async) { BlocksThreads = true, Delayed = TimeSpan.FromMinutes(1) };

        Recommendation advice = await Advisor.MeasureAsync(probe, new AdviceOptions { TimeProvider = world.Clock, MostWorkers = 4 }, TestContext.Current.CancellationToken);

        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (advice.Item.Blocked, advice.Item.Waiting));
        Assert.True(advice.Item.Delayed > TimeSpan.Zero);
    }

    [Fact]
    public async Task Proportion_ProcessorsAreItsLimit_IsNotSomethingOutside()
    {
        Recommendation advice = await AdviseAsync(new ComputingWorld(3, 0.01), AllWork, ExecutionModel.Threads);

        Assert.Equal(ScalingLaw.Ceiling, advice.Fit!.Law);
        Assert.Contains(advice.Evidence, static sentence => sentence.Contains("which the 2 cores do at the most", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sample_OfOneItem_IsToldOnce()
    {
        WaitingWorld world = new(1, 0.05);
        SimulatedProbe probe = new(world, NoWork, ExecutionModel.Async) { Items = 1, Sample = 1, ItemsToTry = 1 };

        Recommendation advice = await Advisor.MeasureAsync(probe, new AdviceOptions { TimeProvider = world.Clock }, TestContext.Current.CancellationToken);

        Assert.Equal("There is one item: nothing to overlap it with.", Assert.Single(advice.LeaveAlone));
        Assert.Single(advice.Doubts);
    }

    [Fact]
    public async Task LittlesLaw_MoreInWorkThanThereAreWorkers_IsNotSaid()
    {
        for (int seed = 0; seed < 8; seed++)
        {
            Recommendation advice = await AdviseAsync(new HiddenLimitWorld(seed, 0.05, 20), NoWork, ExecutionModel.Async);
            double inWork = advice.Measured.First(count => count.Workers == advice.Workers && count.Model == advice.Model).Throughput * advice.Item.Duration.TotalSeconds;
            Assert.Equal(inWork <= advice.Workers, advice.Evidence.Any(static sentence => sentence.Contains("Little's law", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Proportion_ServerIsItsLimit_IsSomethingOutside()
    {
        Recommendation advice = await AdviseAsync(new HiddenLimitWorld(1, 0.05, places: 20), NoWork, ExecutionModel.Async);

        Assert.Equal(ScalingLaw.Ceiling, advice.Fit!.Law);
        Assert.Contains(advice.Evidence, static sentence => sentence.Contains("which something outside does at the most", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Measure_SameWorld_GivesTheSame()
    {
        Recommendation first = await AdviseAsync(new MixedWorld(5, 0.02, 0.005), static _ => 0.005, ExecutionModel.Async);
        Recommendation second = await AdviseAsync(new MixedWorld(5, 0.02, 0.005), static _ => 0.005, ExecutionModel.Async);
        Assert.Equal(first.Measured, second.Measured);
        Assert.Equal(first.Evidence, second.Evidence);
    }

    private static Task<Recommendation> AdviseAsync(SimulatedWorld world, Func<double, double> work, ExecutionModel model, AdviceOptions? options = null) =>
        Advisor.MeasureAsync(new SimulatedProbe(world, work, model), (options ?? new AdviceOptions()) with { TimeProvider = world.Clock }, TestContext.Current.CancellationToken);
}
