using Overlap.Timelines;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines;

public sealed class TimelineSummaryTests
{
    [Fact]
    public void Summarize_TwoThreads_AddsUp()
    {
        Timeline timeline = Of("threads", 100, 30,
            LaneOf(0, LaneKind.Thread, Call(0, 10, 60, 20), Call(2, 60, 90, 0, SpanStatus.Failed)),
            LaneOf(1, LaneKind.Thread, Call(1, 10, 50, 10)));

        TimelineSummary summary = timeline.Summarize();

        Assert.Equal((3L, 1L), (summary.Items, summary.Failed));
        Assert.Equal((Ms(80), Ms(120), Ms(30)), (summary.Wall, summary.ItemTime, summary.Working));
        Assert.Equal((Ms(90), TimeSpan.Zero), (summary.Waiting, summary.Unattributed));
        Assert.Equal(1.5, summary.OverlapFactor, 9);
        Assert.Equal(0.75, summary.WaitShare, 9);
        Assert.Equal(0.15, summary.CpuUtilization, 9);
    }

    [Fact]
    public void Summarize_NothingRecorded_IsAllZero()
    {
        TimelineSummary summary = Of("inline", 0, 0).Summarize();

        Assert.Equal((0L, TimeSpan.Zero, 0d, 0d), (summary.Items, summary.Wall, summary.OverlapFactor, summary.WaitShare));
    }

    [Fact]
    public void Summarize_ProcessUsedMoreThanSlotsShowed_IsUnattributed()
    {
        Timeline timeline = Of("async", 100, 40, LaneOf(0, LaneKind.Slot, Call(0, 0, 100, 10, segments: [Part(SpanPhase.Working, 0, 10)])));

        TimelineSummary summary = timeline.Summarize();

        Assert.Equal((Ms(30), Ms(60)), (summary.Unattributed, summary.Waiting));
    }

    [Theory]
    [InlineData(LaneKind.Caller)]
    [InlineData(LaneKind.Thread)]
    public void Summarize_AsynchronousCallOnAThreadResumedOutOfSight_IsUnattributed(LaneKind kind)
    {
        Timeline timeline = Of("inline", 100, 40, LaneOf(0, kind, Call(0, 0, 100, 10, segments: [Part(SpanPhase.Working, 0, 10)])));

        TimelineSummary summary = timeline.Summarize();

        Assert.Equal((Ms(30), Ms(60)), (summary.Unattributed, summary.Waiting));
    }

    [Fact]
    public void Summarize_ProcessUsedMoreThanThreadsShowed_IsStillWaiting()
    {
        // A thread's own clock misses nothing: somebody else used the processor.
        TimelineSummary summary = Of("threads", 100, 100, LaneOf(0, LaneKind.Thread, Call(0, 0, 100, 10))).Summarize();

        Assert.Equal((TimeSpan.Zero, Ms(90)), (summary.Unattributed, summary.Waiting));
    }

    [Fact]
    public void Summarize_ProcessorUsedWhileNoSlotWasOpen_BlamesNoSlot()
    {
        Timeline timeline = Of("async", 100, 0, LaneOf(0, LaneKind.Slot, Call(0, 0, 50))) with { CpuSamples = [new(Ms(0), Ms(0)), new(Ms(50), Ms(5)), new(Ms(100), Ms(55))] };

        TimelineSummary summary = timeline.Summarize();

        Assert.Equal((Ms(5), Ms(45)), (summary.Unattributed, summary.Waiting));
    }

    [Fact]
    public void Summarize_MoreUnseenThanOpenTime_IsCutToTheOpenTime()
    {
        TimelineSummary summary = Of("async", 10, 20, LaneOf(0, LaneKind.Slot, Call(0, 0, 10, segments: [Part(SpanPhase.Throttled, 0, 4)]))).Summarize();

        Assert.Equal((Ms(6), Ms(4), TimeSpan.Zero), (summary.Unattributed, summary.HeldBack, summary.Waiting));
    }

    [Fact]
    public void Summarize_ThreadWithoutClock_AsksTheProcess()
    {
        TimelineSummary summary = Of("threads", 10, 3, LaneOf(0, LaneKind.Thread, Call(0, 0, 10, segments: [Part(SpanPhase.Unattributed, 0, 10)]))).Summarize();

        Assert.Equal((Ms(3), Ms(7)), (summary.Unattributed, summary.Waiting));
    }

    [Fact]
    public void Summarize_WorkerProcesses_AddTheirWorkToTheProcessors()
    {
        TimelineSummary summary = Of("processes", 100, 10, LaneOf(0, LaneKind.Process, Call(0, 0, 100, 90))).Summarize();

        Assert.Equal((Ms(100), TimeSpan.Zero), (summary.ProcessCpu, summary.Unattributed));
        Assert.Equal(0.5, summary.CpuUtilization, 9);
    }

    [Fact]
    public void Summarize_AnyMixture_PartsMakeUpTheWhole()
    {
        foreach (Timeline timeline in Pages())
        {
            TimelineSummary summary = timeline.Summarize();

            Assert.Equal(summary.ItemTime, summary.Working + summary.HeldBack + summary.Unattributed + summary.Waiting);
        }
    }
}
