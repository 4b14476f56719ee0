using Overlap.Pipelines;
using Overlap.Testing;
using Overlap.Timelines;

namespace Overlap.Tests.Pipelines;

public sealed class StageLanesTests : IDisposable
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly VirtualTimeProvider _time = new();
    private readonly TimelineRecorder _recorder;
    private readonly Pipeline _pipeline;

    public StageLanesTests()
    {
        _recorder = new TimelineRecorder(_time, maxSpans: 1_000, static () => 0, static () => TimeSpan.Zero);
        _pipeline = new Pipeline(_time, _recorder);
    }

    public void Dispose() => _recorder.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Timeline_NamedBuffer_HasALane()
    {
        await new CountedSource(3).Buffer(4).Named(_pipeline, "read").CollectAsync(cancellationToken: Token);
        Lane lane = Assert.Single(Take().Lanes);
        Assert.Equal("read", lane.Name);
        Assert.NotEmpty(lane.Spans);
    }

    [Fact]
    public async Task EndInputWait_SourceIsLate_LeavesAGap()
    {
        StageLanes lanes = new(_recorder, "read");
        PumpLane<int> pump = new(new StageMeter("read", _time, lanes), lanes, static _ => new ValueTask<bool>(true));
        pump.BeginInputWait();
        _time.Advance(Second);
        pump.EndInputWait();
        Assert.True(await pump.AcceptAsync(0));
        pump.BeginInputWait();
        _time.Advance(Second * 2);
        pump.EndInputWait();
        Assert.True(await pump.AcceptAsync(1));
        _time.Advance(Second);
        pump.End();
        Assert.Equal(
            [(0, Second, Second), (1, Second * 3, Second * 4)],
            Take().Lanes[0].Spans.Select(static span => (span.Item, span.Started, span.Finished)));
    }

    [Fact]
    public async Task AcceptAsync_NoRoom_ShowsWhereTheStageWasHeldBack()
    {
        StageLanes lanes = new(_recorder, "read");
        TaskCompletionSource<bool> room = new();
        PumpLane<int> pump = new(new StageMeter("read", _time, lanes), lanes, item => item == 0 ? new ValueTask<bool>(true) : new ValueTask<bool>(room.Task));
        Assert.True(await pump.AcceptAsync(0));
        Task<bool> second = pump.AcceptAsync(1).AsTask();
        _time.Advance(Second);
        room.SetResult(true);
        Assert.True(await second);
        pump.End();
        Segment held = Assert.Single(Assert.Single(Take().Lanes[0].Spans).Segments, static segment => segment.Phase == SpanPhase.Throttled);
        Assert.Equal(Second, held.Duration);
    }

    [Fact]
    public async Task Timeline_SynchronousCallsAtTheSameTime_HaveLanesOfTheirOwn()
    {
        using Barrier both = new(2);
        await new CountedSource(2).SelectParallel(
            x =>
            {
                both.SignalAndWait(Token);
                return x;
            },
            new SelectParallelOptions { Workers = 2 }).Named(_pipeline, "square").CollectAsync(cancellationToken: Token);
        Timeline timeline = Take();
        Assert.Equal(["square", "square 2"], timeline.Lanes.Select(static lane => lane.Name));
        Assert.All(timeline.Lanes, static lane => Assert.Equal(SpanStatus.Succeeded, Assert.Single(lane.Spans).Status));
    }

    [Fact]
    public async Task Timeline_AsynchronousCallsOneAtATime_AreSpansOfOneLane()
    {
        TaskCompletionSource[] begun = [new(), new()];
        TaskCompletionSource[] mayEnd = [new(), new()];
        Task<(List<int> Items, Exception? Failure)> all = new CountedSource(2).SelectParallel(
            async (x, token) =>
            {
                begun[x].SetResult();
                await mayEnd[x].Task;
                return x == 1 ? throw new SourceException(x) : x;
            },
            new SelectParallelOptions { Workers = 1 }).Named(_pipeline, "square").CollectAsync(cancellationToken: Token);
        for (int i = 0; i < 2; i++)
        {
            await begun[i].Task;
            _time.Advance(Second);
            mayEnd[i].SetResult();
        }

        Assert.IsType<SourceException>((await all).Failure);
        Lane lane = Assert.Single(Take().Lanes);
        Assert.Equal([SpanStatus.Succeeded, SpanStatus.Failed], lane.Spans.Select(static span => span.Status));
        Assert.All(lane.Spans, static span => Assert.Equal(Second, span.Duration));
    }

    [Fact]
    public void WasHeldBack_LaneFreeAllTheTime_IsTakenDownThere()
    {
        StageLanes lanes = new(_recorder, "square");
        LaneRecorder first = lanes.Take(out _);
        LaneRecorder second = lanes.Take(out _);
        lanes.Return(second);
        _time.Advance(Second);
        lanes.Return(first);
        lanes.WasHeldBack(Second);
        Timeline timeline = Take();
        Assert.Empty(timeline.Lanes[0].Spans);
        Assert.Equal(SpanPhase.Throttled, Assert.Single(Assert.Single(timeline.Lanes[1].Spans).Segments).Phase);
    }

    private Timeline Take() => _recorder.ToTimeline("test", "pipeline", 1);
}
