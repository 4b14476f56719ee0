using Overlap.Timelines;

namespace Overlap.Tests.Timelines;

public sealed class SpanRecorderTests
{
    private readonly TestClocks _clocks = new();

    [Fact]
    public void End_TwoContinuations_PlacesTheWork()
    {
        Span span = RecordOne(call =>
        {
            call.BeginWork();
            _clocks.Pass(2, working: 2);
            call.EndWork();
            _clocks.Pass(10);
            call.BeginWork();
            _clocks.Pass(1, working: 1);
            call.EndWork();
        });

        Assert.Equal([new Segment(SpanPhase.Working, Ms(0), Ms(2)), new Segment(SpanPhase.Working, Ms(12), Ms(13))], span.Segments);
        Assert.Equal(Ms(3), span.Working);
    }

    [Fact]
    public void BeginWork_BranchesAtOnce_CountOverlapOnce()
    {
        Span span = RecordOne(call =>
        {
            call.BeginWork();
            _clocks.Pass(1);
            Thread other = new(() =>
            {
                call.BeginWork();
                _clocks.Pass(1);
                call.EndWork();
            });
            other.Start();
            other.Join();
            _clocks.Pass(1);
            call.EndWork();
        });

        Assert.Equal(Ms(3), span.Working);
        _ = Assert.Single(span.Segments);
    }

    [Fact]
    public void EndWork_ThreadBlockedOrLostItsProcessor_CountsOnlyWhatItUsed()
    {
        Span span = RecordOne(call =>
        {
            call.BeginWork();
            _clocks.Pass(10, working: 4);
            call.EndWork();
        });

        Assert.Equal([new Segment(SpanPhase.Working, Ms(0), Ms(10))], span.Segments);
        Assert.Equal(Ms(4), span.Working);
    }

    [Fact]
    public void EndWork_OnAnotherThread_CountsTheWholeStretch()
    {
        Span span = RecordOne(call =>
        {
            Thread other = new(call.BeginWork);
            other.Start();
            other.Join();
            _clocks.Pass(10, working: 4);
            call.EndWork();
        });

        Assert.Equal(Ms(10), span.Working);
    }

    [Fact]
    public void AddPhase_WorkInsideIt_NeverOverlaps()
    {
        Span span = RecordOne(call =>
        {
            call.BeginWork();
            _clocks.Pass(1, working: 1);
            long held = call.GetTimestamp();
            _clocks.Pass(1, working: 1);
            call.EndWork();
            _clocks.Pass(5);
            call.BeginWork();
            _clocks.Pass(1, working: 1);
            call.EndWork();
            _clocks.Pass(2);
            call.AddPhase(SpanPhase.Throttled, held);
        });

        // What ran while the call was held back belongs to being held back.
        Assert.Equal([new Segment(SpanPhase.Working, Ms(0), Ms(2)), new Segment(SpanPhase.Throttled, Ms(2), Ms(10))], span.Segments);
        Assert.Equal(Ms(2), span.Working);
    }

    [Fact]
    public void AddWork_CpuElsewhere_CountsAsWorkAndNeverMoreThanTheCall()
    {
        Span half = RecordOne(call =>
        {
            _clocks.Pass(10);
            call.AddWork(Ms(5));
        });
        Span twoProcessors = RecordOne(call =>
        {
            _clocks.Pass(10);
            call.AddWork(Ms(20));
        });

        Assert.Equal((Ms(5), Ms(10)), (half.Working, twoProcessors.Working));
    }

    [Fact]
    public void End_WhileWorking_EndsTheWorkToo()
    {
        Span span = RecordOne(call =>
        {
            call.BeginWork();
            _clocks.Pass(4, working: 4);
        });

        Assert.Equal((Ms(4), Ms(4)), (span.Working, span.Duration));
    }

    [Fact]
    public void End_Twice_RecordsTheFirst()
    {
        using TimelineRecorder recorder = _clocks.Record();
        SpanRecorder call = recorder.OpenLane("slot 1", LaneKind.Slot).BeginAsynchronous(0, null, 0);
        call.End(SpanStatus.Failed);
        call.End(SpanStatus.Succeeded);
        call.BeginWork();
        call.EndWork();

        Assert.Equal(SpanStatus.Failed, Assert.Single(recorder.ToTimeline("t", "async", 1).Lanes[0].Spans).Status);
    }

    [Fact]
    public void EndWork_ThousandsOfTimes_KeepsTheAmountAndLimitsThePlaces()
    {
        Span span = RecordOne(call =>
        {
            for (int i = 0; i < 3_000; i++)
            {
                call.BeginWork();
                _clocks.Pass(0.5, working: 0.5);
                call.EndWork();
                _clocks.Pass(0.5);
            }
        });

        Assert.Equal(1_024, span.Segments.Length);
        Assert.Equal(Ms(1_500), span.Working);
    }

    [Fact]
    public void ToTimeline_CallRuns_HasWhatIsKnownOfIt()
    {
        using TimelineRecorder recorder = _clocks.Record();
        SpanRecorder call = recorder.OpenLane("slot 1", LaneKind.Slot).BeginAsynchronous(3, null, 0);
        call.BeginWork();
        _clocks.Pass(1, working: 1);
        call.EndWork();
        _clocks.Pass(4);
        call.BeginWork();
        _clocks.Pass(1);

        Span span = Assert.Single(recorder.ToTimeline("t", "async", 1).Lanes[0].Spans);

        Assert.Equal((SpanStatus.Running, Ms(6), Ms(2)), (span.Status, span.Duration, span.Working));
    }

    [Fact]
    public void ToTimeline_Twice_TheFirstStaysAsItWas()
    {
        using TimelineRecorder recorder = _clocks.Record();
        SpanRecorder call = recorder.OpenLane("slot 1", LaneKind.Slot).BeginAsynchronous(3, null, 0);
        call.BeginWork();
        _clocks.Pass(1);
        call.EndWork();
        Timeline first = recorder.ToTimeline("t", "async", 1);
        call.End(SpanStatus.Succeeded);
        Timeline second = recorder.ToTimeline("t", "async", 1);

        Assert.Equal((SpanStatus.Running, SpanStatus.Succeeded), (first.Lanes[0].Spans.Single().Status, second.Lanes[0].Spans.Single().Status));
    }

    [Fact]
    [Trait("kind", "stress")]
    public void ToTimeline_WhileSlotsChangeHands_HasEachCallOnce()
    {
        const int Slots = 8;
        const int Calls = 5_000;
        using TimelineRecorder recorder = new();
        Thread[] threads = [.. Enumerable.Range(0, Slots).Select(n => new Thread(() =>
        {
            LaneRecorder lane = recorder.OpenLane($"slot {n}", LaneKind.Slot);
            for (int i = 0; i < Calls; i++)
            {
                SpanRecorder call = lane.BeginAsynchronous(i, null, recorder.GetTimestamp());
                call.BeginWork();
                call.EndWork();
                call.End(SpanStatus.Succeeded);
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        while (Array.Exists(threads, thread => thread.IsAlive))
        {
            foreach (Lane lane in recorder.ToTimeline("t", "async", Slots).Lanes)
            {
                Assert.Equal(Enumerable.Range(0, lane.Spans.Length).Select(i => (long)i), lane.Spans.Select(span => span.Item));
            }
        }

        Assert.All(recorder.ToTimeline("t", "async", Slots).Lanes, lane => Assert.Equal(Calls, lane.Spans.Count(span => span.Status == SpanStatus.Succeeded)));
    }

    private Span RecordOne(Action<SpanRecorder> call)
    {
        using TimelineRecorder recorder = _clocks.Record();
        SpanRecorder span = recorder.OpenLane("slot 1", LaneKind.Slot).BeginAsynchronous(0, null, 0);
        call(span);
        span.End(SpanStatus.Succeeded);
        return Assert.Single(recorder.ToTimeline("t", "async", 1).Lanes[0].Spans);
    }

    private static TimeSpan Ms(double milliseconds) => TimeSpan.FromTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));
}
