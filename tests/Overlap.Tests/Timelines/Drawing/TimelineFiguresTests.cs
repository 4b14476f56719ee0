using Overlap.Timelines;
using Overlap.Timelines.Drawing;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines.Drawing;

public sealed class TimelineFiguresTests
{
    [Fact]
    public void Tail_OneStraggler_IsNamed()
    {
        TimelineFigures figures = Figures(Of("threads", 100, 0,
            LaneOf(0, LaneKind.Thread, Call(0, 0, 40)),
            LaneOf(1, LaneKind.Thread, Call(1, 0, 40)),
            LaneOf(2, LaneKind.Thread, Call(147, 0, 100, label: "slow"))));

        Assert.Equal((Ms(60), 1, 147L), (figures.Tail!.Length, figures.Tail.Stragglers, figures.Tail.Last.Item));
        Assert.Contains("tail 60.0 ms: 1 straggler, item 147 (slow)", Wording.Remarks(figures));
    }

    [Fact]
    public void Tail_AllEndTogether_IsNotMentioned()
    {
        Assert.Null(Figures(Of("threads", 100, 0, LaneOf(0, LaneKind.Thread, Call(0, 0, 100)), LaneOf(1, LaneKind.Thread, Call(1, 0, 98)))).Tail);
    }

    [Fact]
    public void Bound_OneLongItem_IsThatItem()
    {
        LowerBound bound = Figures(Of("threads", 100, 10, LaneOf(0, LaneKind.Thread, Call(0, 0, 90)), LaneOf(1, LaneKind.Thread, Call(1, 0, 10)))).Bound;

        Assert.Equal((Ms(90), "the longest item"), (bound.Time, bound.Why));
    }

    [Fact]
    public void Bound_ProcessorsAreShort_IsTheProcessorTime()
    {
        Assert.Equal(Ms(80), Figures(Of("threads", 100, 160, [.. Enumerable.Range(0, 8).Select(i => LaneOf(i, LaneKind.Thread, Call(i, 0, 50, 20)))])).Bound.Time);
    }

    [Fact]
    public void SpeedUp_InlineOfTheSameJob_IsTheRatioOfWalls()
    {
        Timeline[] all = [Of("inline", 100, 0, LaneOf(0, LaneKind.Caller, Call(0, 0, 100))), Of("threads", 50, 0, LaneOf(0, LaneKind.Thread, Call(0, 5, 30)))];

        Assert.Equal(4, new TimelineFigures(all[1], all).SpeedUp!.Value, 9);
        Assert.Null(new TimelineFigures(all[0], all).SpeedUp);
    }

    [Fact]
    public void SpeedUp_InlineOfAnotherJob_IsUnknown()
    {
        Timeline[] all = [Of("inline", 100, 0, LaneOf(0, LaneKind.Caller, Call(0, 0, 100))) with { Title = "fib" }, Of("threads", 50, 0, LaneOf(0, LaneKind.Thread, Call(0, 5, 30)))];

        Assert.Null(new TimelineFigures(all[1], all).SpeedUp);
    }

    [Fact]
    public void Percentiles_TwentyItems_AreNearestRank()
    {
        Timeline timeline = Of("inline", 1_000, 0, LaneOf(0, LaneKind.Caller, [.. Enumerable.Range(1, 20).Select(i => Call(i, i * 30, (i * 30) + i))]));
        TimelineFigures figures = Figures(timeline);

        Assert.Equal((Ms(10), Ms(19), Ms(20)), (figures.P50, figures.P95, figures.Longest));
    }

    [Fact]
    public void Of_LanesThatOverlap_PacksIntoAsFewRowsAsAreInFlight()
    {
        Lane lane = LaneOf(0, LaneKind.Slot, Call(0, 0, 50), Call(1, 10, 20), Call(2, 20, 60), Call(3, 50, 70));

        Assert.Equal([[0L, 3L], [1L, 2L]], LanePacking.Of(lane).Select(row => row.Select(span => span.Item).ToArray()));
    }

    private static TimelineFigures Figures(Timeline timeline) => new(timeline, [timeline]);
}
