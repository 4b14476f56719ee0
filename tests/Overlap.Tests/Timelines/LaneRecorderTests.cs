using Overlap.Timelines;

namespace Overlap.Tests.Timelines;

public sealed class LaneRecorderTests
{
    private readonly TestClocks _clocks = new();

    [Fact]
    public void End_AfterWorkAndWaiting_MeasuresTheWork()
    {
        using TimelineRecorder recorder = _clocks.Record();
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        lane.Begin(7, "a", recorder.GetTimestamp());
        _clocks.Pass(10, working: 3);
        lane.End(SpanStatus.Succeeded);

        Span span = Assert.Single(recorder.ToTimeline("t", "threads", 1).Lanes[0].Spans);

        Assert.Equal((7L, "a", Ms(10), Ms(3), SpanStatus.Succeeded), (span.Item, span.Label, span.Duration, span.Working, span.Status));
        Assert.Empty(span.Segments);
    }

    [Fact]
    public void End_ProcessorsTakenByOthers_IsDelayedNotWaiting()
    {
        using TimelineRecorder recorder = _clocks.Record();
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        lane.Begin(0, null, 0);
        _clocks.Pass(10, working: 3, delayed: 6);
        lane.End(SpanStatus.Succeeded);

        Timeline timeline = recorder.ToTimeline("t", "threads", 1);

        Assert.Equal((Ms(3), Ms(6)), (timeline.Lanes[0].Spans[0].Working, timeline.Lanes[0].Spans[0].Delayed));
        Assert.Equal((Ms(3), Ms(6), Ms(1)), (timeline.Summarize().Working, timeline.Summarize().Unattributed, timeline.Summarize().Waiting));
    }

    [Fact]
    public void End_DelayBeforeTheCall_IsNotTheCalls()
    {
        using TimelineRecorder recorder = _clocks.Record();
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        _clocks.Pass(50, delayed: 50);
        lane.Begin(0, null, 0);
        _clocks.Pass(10, working: 3);
        lane.End(SpanStatus.Succeeded);

        Assert.Equal(Ms(0), recorder.ToTimeline("t", "threads", 1).Lanes[0].Spans[0].Delayed);
    }

    [Fact]
    public void Begin_CallsAreShort_DelayIsNotAskedFor()
    {
        using TimelineRecorder recorder = _clocks.Record();
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        for (int i = 0; i < 100; i++)
        {
            lane.Begin(i, null, 0);
            _clocks.Pass(0.05, working: 0.01);
            lane.End(SpanStatus.Succeeded);
        }

        Assert.Equal(1, _clocks.DelayReadings);
    }

    [Fact]
    public void End_ShortCallsOfAGroup_ShareItsWorkByTheirLength()
    {
        using TimelineRecorder recorder = _clocks.Record();
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        lane.MeasuresGroups = true;
        foreach (double milliseconds in (double[])[0.01, 0.02, 0.03])
        {
            lane.Begin(0, null, 0);
            _clocks.Pass(milliseconds, working: milliseconds / 2);
            lane.End(SpanStatus.Succeeded);
        }

        Span[] spans = [.. recorder.ToTimeline("t", "threads", 1).Lanes[0].Spans];

        Assert.Equal([Ms(0.005), Ms(0.01), Ms(0.015)], spans.Select(static span => span.Working));
        Assert.All(spans, static span => Assert.Empty(span.Segments));
    }

    [Fact]
    public void ToTimeline_GroupNotSettled_ShowsItsCallsAsUnattributed()
    {
        using TimelineRecorder recorder = _clocks.Record();
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        lane.MeasuresGroups = true;
        lane.Begin(0, null, 0);
        _clocks.Pass(0.01, working: 0.01);
        lane.End(SpanStatus.Succeeded);

        Assert.Equal(SpanPhase.Unattributed, Assert.Single(recorder.ToTimeline("t", "threads", 1).Lanes[0].Spans[0].Segments).Phase);
        lane.Settle();
        Span span = recorder.ToTimeline("t", "threads", 1).Lanes[0].Spans[0];
        Assert.Empty(span.Segments);
        Assert.Equal(Ms(0.01), span.Working);
    }

    [Fact]
    public void Begin_LongAfterAShortCall_DoesNotChargeItsGroupForTheGap()
    {
        using TimelineRecorder recorder = _clocks.Record();
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        lane.MeasuresGroups = true;
        lane.Begin(0, null, 0);
        _clocks.Pass(0.01, working: 0.002);
        lane.End(SpanStatus.Succeeded);
        lane.Settle();
        _clocks.Pass(5, working: 5);
        lane.Begin(1, null, 0);
        _clocks.Pass(0.2, working: 0.1);
        lane.End(SpanStatus.Succeeded);

        Assert.Equal([Ms(0.002), Ms(0.1)], recorder.ToTimeline("t", "threads", 1).Lanes[0].Spans.Select(static span => span.Working));
    }

    [Fact]
    public void Begin_LongAfterSubmission_KeepsTheTimeInTheQueue()
    {
        using TimelineRecorder recorder = _clocks.Record();
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        long queuedAt = recorder.GetTimestamp();
        _clocks.Pass(5);
        lane.Begin(0, null, queuedAt);
        _clocks.Pass(1);
        lane.End(SpanStatus.Succeeded);

        Span span = recorder.ToTimeline("t", "threads", 1).Lanes[0].Spans[0];

        Assert.Equal((Ms(0), Ms(5), Ms(6)), (span.Queued, span.Started, span.Finished));
    }

    [Fact]
    public void Begin_StraightAfterEnd_ChargesTheGapToNobody()
    {
        using TimelineRecorder recorder = _clocks.Record();
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        lane.Begin(0, null, 0);
        _clocks.Pass(1, working: 1);
        lane.End(SpanStatus.Succeeded);
        _clocks.Pass(0.004, working: 0.004);
        lane.Begin(1, null, 0);
        _clocks.Pass(1, working: 0.5);
        lane.End(SpanStatus.Succeeded);

        Assert.Equal([Ms(1), Ms(0.5)], recorder.ToTimeline("t", "threads", 1).Lanes[0].Spans.Select(span => span.Working));
    }

    [Fact]
    public void Begin_LongAfterEnd_ReadsTheThreadsClockAgain()
    {
        using TimelineRecorder recorder = _clocks.Record();
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        lane.Begin(0, null, 0);
        lane.End(SpanStatus.Succeeded);
        _clocks.Pass(1, working: 1);
        lane.Begin(1, null, 0);
        _clocks.Pass(1, working: 0.25);
        lane.End(SpanStatus.Succeeded);

        Assert.Equal(Ms(0.25), recorder.ToTimeline("t", "threads", 1).Lanes[0].Spans[1].Working);
    }

    [Fact]
    public void Begin_StraightAfterAnotherThreadsEnd_UsesItsOwnThreadsClock()
    {
        using TimelineRecorder recorder = _clocks.Record();
        LaneRecorder lane = recorder.OpenLane("caller", LaneKind.Caller);
        Thread other = new(() =>
        {
            lane.Begin(0, null, 0);
            lane.End(SpanStatus.Succeeded);
        });
        other.Start();
        other.Join();

        // This thread's clock stands far ahead of the other's.
        _clocks.SetThreadCpu(5_000);
        lane.Begin(1, null, 0);
        _clocks.Pass(10, working: 2);
        lane.End(SpanStatus.Succeeded);

        Assert.Equal(Ms(2), recorder.ToTimeline("t", "inline", 1).Lanes[0].Spans.Single(span => span.Item == 1).Working);
    }

    [Fact]
    public void End_MoreWorkThanTime_IsCutToTheDuration()
    {
        using TimelineRecorder recorder = _clocks.Record();
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        lane.Begin(0, null, 0);
        _clocks.Pass(1, working: 1.01);
        lane.End(SpanStatus.Succeeded);

        Assert.Equal(Ms(1), recorder.ToTimeline("t", "threads", 1).Lanes[0].Spans[0].Working);
    }

    [Fact]
    public void End_NoThreadClock_LeavesTheSpanUnattributed()
    {
        using TimelineRecorder recorder = _clocks.Record(threadCpu: false);
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        lane.Begin(0, null, 0);
        _clocks.Pass(4);
        lane.End(SpanStatus.Succeeded);

        Span span = recorder.ToTimeline("t", "threads", 1).Lanes[0].Spans[0];

        Assert.Equal([new Segment(SpanPhase.Unattributed, Ms(0), Ms(4))], span.Segments);
        Assert.Equal(TimeSpan.Zero, span.Working);
    }

    [Fact]
    public void ToTimeline_CallRuns_HasItOnceAsRunning()
    {
        using TimelineRecorder recorder = _clocks.Record();
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        lane.Begin(0, null, 0);
        _clocks.Pass(1);
        lane.End(SpanStatus.Succeeded);
        lane.Begin(1, "slow", 0);
        _clocks.Pass(9);

        Timeline timeline = recorder.ToTimeline("t", "threads", 1);

        Assert.Equal([SpanStatus.Succeeded, SpanStatus.Running], timeline.Lanes[0].Spans.Select(span => span.Status));
        Assert.Equal((timeline.Duration, "slow"), (timeline.Lanes[0].Spans[1].Finished, timeline.Lanes[0].Spans[1].Label));
        Assert.Equal(SpanPhase.Unattributed, Assert.Single(timeline.Lanes[0].Spans[1].Segments).Phase);
    }

    [Fact]
    public void ToTimeline_CallHasEnded_HasItOnce()
    {
        using TimelineRecorder recorder = _clocks.Record();
        LaneRecorder lane = recorder.OpenLane("slot 1", LaneKind.Slot);
        lane.BeginAsynchronous(0, null, 0).End(SpanStatus.Succeeded);
        lane.Begin(1, null, 0);
        lane.End(SpanStatus.Failed);

        Assert.Equal([0L, 1L], recorder.ToTimeline("t", "async", 1).Lanes[0].Spans.Select(span => span.Item));
    }

    [Fact]
    public void End_BeyondTheLimit_CountsAsDropped()
    {
        using TimelineRecorder recorder = _clocks.Record(maxSpans: 2);
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        for (int i = 0; i < 5; i++)
        {
            lane.Begin(i, null, 0);
            lane.End(SpanStatus.Succeeded);
        }

        Timeline timeline = recorder.ToTimeline("t", "threads", 1);

        Assert.Equal((2, 3L), (timeline.Lanes[0].Spans.Length, timeline.DroppedSpans));
    }

    [Fact]
    public void End_ThousandsOfCalls_KeepsAllInOrder()
    {
        using TimelineRecorder recorder = _clocks.Record(maxSpans: 10_000);
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        for (int i = 0; i < 5_000; i++)
        {
            lane.Begin(i, null, 0);
            _clocks.Pass(0.01);
            lane.End(SpanStatus.Succeeded);
        }

        Assert.Equal(Enumerable.Range(0, 5_000).Select(i => (long)i), recorder.ToTimeline("t", "threads", 1).Lanes[0].Spans.Select(span => span.Item));
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));
}
