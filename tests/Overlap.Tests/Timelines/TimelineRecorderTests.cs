using Overlap.Timelines;

namespace Overlap.Tests.Timelines;

public sealed class TimelineRecorderTests
{
    private readonly TestClocks _clocks = new();

    [Fact]
    public void Sample_TimerFires_ReadsTheProcessorTimeSoFar()
    {
        _clocks.UseElsewhere(500);
        using TimelineRecorder recorder = _clocks.Record();
        _clocks.Pass(20, working: 5);
        _clocks.Timers[0].Fire();
        _clocks.Pass(20, working: 1);

        Timeline timeline = recorder.ToTimeline("t", "inline", 1);

        Assert.Equal([(0, 0), (20, 5), (40, 6)], timeline.CpuSamples.Select(sample => ((int)sample.At.TotalMilliseconds, (int)sample.ProcessCpu.TotalMilliseconds)));
    }

    [Fact]
    public void Sample_RecordingOfDays_KeepsHalfAsOften()
    {
        using TimelineRecorder recorder = _clocks.Record();
        TimeSpan before = _clocks.Timers[0].Period;
        for (int i = 0; i < 20_000; i++)
        {
            _clocks.Pass(20, working: 1);
            _clocks.Timers[0].Fire();
        }

        Timeline timeline = recorder.ToTimeline("t", "inline", 1);

        Assert.InRange(timeline.CpuSamples.Length, 4_000, 16_384);
        Assert.Equal(2 * before, _clocks.Timers[0].Period);
        Assert.Equal(TimeSpan.Zero, timeline.CpuSamples[0].At);
        Assert.Equal(TimeSpan.FromSeconds(20), timeline.ProcessCpu);
    }

    [Fact]
    public void Dispose_Twice_StopsReading()
    {
        TimelineRecorder recorder = _clocks.Record();
        recorder.Dispose();
        recorder.Dispose();

        Assert.True(_clocks.Timers[0].IsDisposed);
        Assert.Equal("t", recorder.ToTimeline("t", "inline", 1).Title);
    }

    [Fact]
    public void OpenLane_Several_AppearInTheOrderOfOpening()
    {
        using TimelineRecorder recorder = _clocks.Record();
        _ = recorder.OpenLane("b", LaneKind.Thread);
        _ = recorder.OpenLane("a", LaneKind.Process, processId: 99);

        Timeline timeline = recorder.ToTimeline("t", "threads", 2);

        Assert.Equal([(0, "b", Environment.ProcessId), (1, "a", 99)], timeline.Lanes.Select(lane => (lane.Index, lane.Name, lane.ProcessId)));
    }

    [Fact]
    [Trait("kind", "stress")]
    public void ToTimeline_WhileFourThreadsRecord_NeverLosesOrRepeatsACall()
    {
        const int Calls = 20_000;
        using TimelineRecorder recorder = new();
        using Barrier start = new(5);
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(n => new Thread(() =>
        {
            LaneRecorder lane = recorder.OpenLane($"thread {n}", LaneKind.Thread);
            start.SignalAndWait(TestContext.Current.CancellationToken);
            for (int i = 0; i < Calls; i++)
            {
                lane.Begin(i, null, recorder.GetTimestamp());
                lane.End(SpanStatus.Succeeded);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        start.SignalAndWait(TestContext.Current.CancellationToken);
        while (Array.Exists(threads, thread => thread.IsAlive))
        {
            foreach (Lane lane in recorder.ToTimeline("t", "threads", 4).Lanes)
            {
                Assert.Equal(Enumerable.Range(0, lane.Spans.Length).Select(i => (long)i), lane.Spans.Select(span => span.Item));
                Assert.All(lane.Spans, span => Assert.True(span.Queued <= span.Started && span.Started <= span.Finished));
            }
        }

        Timeline timeline = recorder.ToTimeline("t", "threads", 4);
        Assert.All(timeline.Lanes, lane => Assert.Equal(Calls, lane.Spans.Length));
        Assert.All(timeline.Lanes, lane => Assert.All(lane.Spans, span => Assert.Equal(SpanStatus.Succeeded, span.Status)));
    }

    [Fact]
    public void ToTimeline_ThreadThatSpins_MeasuresItAsWork()
    {
        Assert.SkipUnless(CpuClock.IsSupported, "the system keeps no count of it");
        using TimelineRecorder recorder = new();
        LaneRecorder lane = recorder.OpenLane("thread 1", LaneKind.Thread);
        lane.Begin(0, null, recorder.GetTimestamp());

        // By the thread's own clock: a busy machine may take the processor away for as long as it likes.
        long begin = CpuClock.OfThread();
        while (CpuClock.OfThread() - begin < 30_000_000)
        {
            Thread.SpinWait(100);
        }

        lane.End(SpanStatus.Succeeded);
        Span span = Assert.Single(recorder.ToTimeline("t", "threads", 1).Lanes[0].Spans);
        Assert.InRange(span.Working, TimeSpan.FromMilliseconds(25), span.Duration);
    }
}
