using Overlap.Timelines;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines;

public sealed class WorkOutOfSightTests
{
    [Theory]
    [InlineData(LaneKind.Caller)]
    [InlineData(LaneKind.Thread)]
    [InlineData(LaneKind.Slot)]
    public void WithWorkOutOfSight_ProgramComputed_IsWorkOfTheCall(LaneKind kind)
    {
        Timeline timeline = Of("inline", 100, 80, LaneOf(0, kind, Call(0, 0, 100, 1, segments: [Part(SpanPhase.Working, 0, 100)])));

        TimelineSummary summary = timeline.WithWorkOutOfSight().Summarize();

        Assert.Equal((Ms(80), Ms(20)), (summary.Working, summary.Waiting));
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (summary.Unattributed, summary.Delayed));
    }

    [Fact]
    public void WithWorkOutOfSight_TwoCallsAtATime_ShareIt()
    {
        Timeline timeline = Of("threads", 100, 100, LaneOf(0, LaneKind.Thread, Call(0, 0, 100)), LaneOf(1, LaneKind.Thread, Call(1, 0, 100)));

        Timeline worked = timeline.WithWorkOutOfSight();

        Assert.All(worked.Lanes, static lane => Assert.Equal(Ms(50), Assert.Single(lane.Spans).Working));
    }

    [Fact]
    public void WithWorkOutOfSight_SeveralProcessorsForOneCall_IsNoMoreThanItLasts()
    {
        TimelineSummary summary = Of("inline", 100, 180, LaneOf(0, LaneKind.Caller, Call(0, 0, 100))).WithWorkOutOfSight().Summarize();

        Assert.Equal((Ms(100), TimeSpan.Zero), (summary.Working, summary.Waiting));
    }

    [Fact]
    public void WithWorkOutOfSight_ThreadsStoodInLine_IsDelayedAndTheRestWaiting()
    {
        TimelineSummary summary = Of("inline", 100, 60, LaneOf(0, LaneKind.Caller, Call(0, 0, 100))).WithWorkOutOfSight(Ms(30)).Summarize();

        Assert.Equal((Ms(60), Ms(30), Ms(10)), (summary.Working, summary.Delayed, summary.Waiting));
        Assert.Equal(Ms(30), summary.Unattributed);
    }

    [Fact]
    public void WithWorkOutOfSight_ManyThreadsStoodInLine_IsNoMoreThanWorkLeaves()
    {
        TimelineSummary summary = Of("inline", 100, 60, LaneOf(0, LaneKind.Caller, Call(0, 0, 100))).WithWorkOutOfSight(Ms(500)).Summarize();

        Assert.Equal((Ms(60), Ms(40), TimeSpan.Zero), (summary.Working, summary.Delayed, summary.Waiting));
    }

    [Fact]
    public void WithWorkOutOfSight_HeldBackByALimit_StaysHeldBack()
    {
        Timeline timeline = Of("threads", 100, 50, LaneOf(0, LaneKind.Thread, Call(0, 0, 100, segments: [Part(SpanPhase.Throttled, 20, 60)])));

        TimelineSummary summary = timeline.WithWorkOutOfSight().Summarize();

        Assert.Equal((Ms(40), Ms(50), Ms(10)), (summary.HeldBack, summary.Working, summary.Waiting));
    }

    [Fact]
    public void WithWorkOutOfSight_WorkerProcess_IsAsItWas()
    {
        Timeline timeline = Of("processes", 100, 50, LaneOf(0, LaneKind.Process, Call(0, 0, 100, 70)));

        TimelineSummary summary = timeline.WithWorkOutOfSight(Ms(500)).Summarize();

        Assert.Equal((Ms(70), Ms(30)), (summary.Working, summary.Waiting));
    }

    [Fact]
    public void WithWorkOutOfSight_NoReadingOfTheProgram_IsUnattributed()
    {
        Timeline timeline = Of("threads", 100, 50, LaneOf(0, LaneKind.Thread, Call(0, 0, 100, 1))) with { CpuSamples = [] };

        TimelineSummary summary = timeline.WithWorkOutOfSight().Summarize();

        Assert.Equal((Ms(100), TimeSpan.Zero), (summary.Unattributed, summary.Waiting));
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (summary.Delayed, summary.Held));
    }
}
