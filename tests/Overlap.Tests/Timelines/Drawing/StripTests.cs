using System.Text;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines.Drawing;

/// <summary>The strips below the lanes, the marks on them, and the processes beside them.</summary>
public sealed class StripTests
{
    // Three processes; item 3 keeps one of them long after the others.
    private static readonly Timeline Late = Of("processes", 100, 2,
        LaneOf(0, LaneKind.Process, Call(0, 0, 20, 20), Call(2, 20, 40, 20)) with { ProcessId = 501 },
        LaneOf(1, LaneKind.Process, Call(1, 0, 20, 20), Call(3, 20, 100, 20, label: "late")) with { ProcessId = 502 },
        LaneOf(2, LaneKind.Process, Call(4, 0, 40, 40)) with { ProcessId = 503 });

    [Fact]
    public void QueueLevels_CallsThatWait_AreCountedInEachColumn()
    {
        Timeline timeline = Of("threads", 40, 0, LaneOf(0, LaneKind.Thread, Call(0, 0, 10), Call(1, 10, 20), Call(2, 25, 40)));

        Assert.Equal([2, 1, 0.5, 0], QueueLevels.Of(timeline, new TimeScale(0, Ms(40).Ticks, 4)).Select(static level => Math.Round(level, 9)));
    }

    [Fact]
    public void QueueLevels_MoreColumnsThanTicks_AreFiniteAndTrue()
    {
        Timeline timeline = Of("threads", 1, 0, LaneOf(0, LaneKind.Thread, Call(0, 0, 1), Call(1, 1, 1)));

        Assert.All(QueueLevels.Of(timeline, new TimeScale(0, 10, 100)), static level => Assert.Equal(1, level, 6));
    }

    [Fact]
    public void Text_CallsWaitInTheQueue_HasARow()
    {
        string row = Assert.Single(TimelineText.Draw([Late], new TimelineTextOptions { Width = 70 }), static line => line.StartsWith("queued", StringComparison.Ordinal));

        Assert.Equal("queued        ███████████▂ of 2", row);
    }

    [Fact]
    public void Text_NobodyWaits_HasNoRow() =>
        Assert.DoesNotContain(TimelineText.Draw([Of("threads", 40, 0, LaneOf(0, LaneKind.Thread, Call(0, 0, 40)))]), static line => line.StartsWith("queued", StringComparison.Ordinal));

    [Fact]
    public void Text_SeveralProcesses_AreNamedAndTheCriticalOneToo()
    {
        string text = string.Join('\n', TimelineText.Draw([Late], new TimelineTextOptions { Width = 120 }));

        Assert.Contains("process 1 501 █", text, StringComparison.Ordinal);
        Assert.Contains("critical path: process 2 502, 2 items, busy 100 % of the run, longest item 3 (late) 80.0 ms", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_LanesOfAProcessApart_AreBroughtTogether()
    {
        Timeline timeline = Of("processes", 10, 1, [.. new[] { 7, 8, 7 }.Select((pid, i) => LaneOf(i, LaneKind.Process, Call(i, 0, 10, 10)) with { ProcessId = pid })]);

        Assert.Equal(["process 1 7", "process 3 7", "process 2 8"], new TimelineFigures(timeline, [timeline]).Lanes.Select(new TimelineFigures(timeline, [timeline]).NameOf));
    }

    [Fact]
    public void Svg_AnyRun_HasStripsInFlightQueuedAndOfProcessors()
    {
        string svg = TimelineSvg.Draw([Late]);

        Assert.All(["in flight", "queued", "CPU"], name => Assert.Contains($">{name}</text>", svg, StringComparison.Ordinal));
        Assert.Contains("of 2 cores</text>", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Svg_RunWithATail_MarksItAndTheBoundAndTheLane()
    {
        string svg = TimelineSvg.Draw([Late]);

        Assert.Contains("<title>tail 60.0 ms: fewer than half", svg, StringComparison.Ordinal);
        Assert.Contains("<title>lower bound 80.0 ms: the longest item</title>", svg, StringComparison.Ordinal);
        Assert.Contains("<text class=\"lane end critical\"", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Svg_RunWithoutATail_HasNoMark()
    {
        string svg = TimelineSvg.Draw([Of("threads", 40, 8, LaneOf(0, LaneKind.Thread, Call(0, 0, 40)), LaneOf(1, LaneKind.Thread, Call(1, 0, 40)))]);

        Assert.DoesNotContain("class=\"tail\"", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"bound\"", svg, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_RunWithATail_HasItTheBoundAndTheQueueAsData()
    {
        using MemoryStream stream = new();
        TimelineHtml.Write(stream, [Late]);
        string page = Encoding.UTF8.GetString(stream.ToArray());

        Assert.Contains("\"tail\":400000,\"bound\":800000,\"queue\":[[0,2],[200000,0]]", page, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"process 2 502\"", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Trace_CallsWaitInTheQueue_IsACounter()
    {
        using MemoryStream stream = new();
        ChromeTrace.Write(stream, [Late]);
        string trace = Encoding.UTF8.GetString(stream.ToArray());

        Assert.Contains("""{"ph":"C","name":"queued","ts":0,"pid":1,"args":{"queued":2}}""", trace, StringComparison.Ordinal);
        Assert.Contains("""{"ph":"C","name":"queued","ts":20000,"pid":1,"args":{"queued":0}}""", trace, StringComparison.Ordinal);
    }

    [Fact]
    public void LanePacking_CallsOfManySlots_NeedAsManyLanesAsWereInFlight()
    {
        Assert.Equal(
            [("place 1", 2), ("place 2", 1)],
            LanePacking.Lanes([Call(2, 20, 30), Call(0, 0, 20), Call(1, 10, 25)], "place", LaneKind.Slot, 7).Select(static lane => (lane.Name, lane.Spans.Length)));
    }

    [Fact]
    public void File_OfAnEarlierProgram_IsRead()
    {
        // Written before limits, delays and unattributed segments were recorded.
        const string File = """
            {"version":1,"timelines":[{"title":"pages","model":"async","workers":2,"cores":2,"startedAt":"2026-11-21T03:00:00+00:00","duration":0.2,"cpu":[[0,0],[0.2,0.01]],
            "lanes":[{"name":"slot 1","kind":"slot","pid":4711,"spans":[{"item":0,"label":"/0","started":0.001,"finished":0.1,"working":0.0004,"segments":[["working",0.001,0.0014]]}]}]}]}
            """;
        Timeline timeline = Assert.Single(TimelineFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(File))));

        Assert.Empty(timeline.Limits);
        Assert.Equal((Ms(99), TimeSpan.Zero), (timeline.Lanes[0].Spans[0].Duration, timeline.Lanes[0].Spans[0].Delayed));
    }
}
