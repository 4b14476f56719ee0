using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines.Drawing;

public sealed class TimelineFileTests
{
    [Fact]
    public void Read_WhatWasWritten_IsTheSame()
    {
        Timeline[] written =
        [
            .. Pages(),
            Of("async", 100, 60, LaneOf(0, LaneKind.Slot, Call(
                4, 1, 99.1234, 12.5, SpanStatus.Canceled, "é \u2028 </script>", Part(SpanPhase.Throttled, 1, 5), Part(SpanPhase.Working, 5, 17.5), Part(SpanPhase.Unattributed, 20, 30)))) with { DroppedSpans = 9 },
        ];

        ImmutableArray<Timeline> read = RoundTrip(written);

        Assert.Equal(written.Select(Flat), read.Select(Flat));
    }

    [Fact]
    public void Read_ATickOfTime_IsNotLost()
    {
        Span span = Call(0, 0, 0) with { Started = TimeSpan.FromTicks(1), Finished = TimeSpan.FromTicks(123_456_789_012_345), Queued = TimeSpan.Zero };

        Assert.Equal(span.Finished, RoundTrip([Of("inline", 1, 0, LaneOf(0, LaneKind.Caller, span))])[0].Lanes[0].Spans[0].Finished);
    }

    [Fact]
    public void Write_OneTimeline_IsTheDocumentedShape()
    {
        Timeline timeline = Of("threads", 20, 4, LaneOf(0, LaneKind.Thread, Call(0, 1, 20, 2.5, label: "a"), Call(1, 20, 20, 0, SpanStatus.Failed)));

        Assert.Equal(
            """{"version":1,"timelines":[{"title":"pages","model":"threads","workers":1,"cores":2,"startedAt":"2026-11-21T03:00:00+00:00","duration":0.02,"cpu":[[0,0],[0.02,0.004]],"lanes":[{"name":"thread 1","kind":"thread","pid":4711,"spans":[{"item":0,"label":"a","queued":0,"started":0.001,"finished":0.02,"working":0.0025},{"item":1,"queued":0,"started":0.02,"finished":0.02,"status":"failed"}]}]}]}""",
            Written([timeline]));
    }

    [Fact]
    public void Read_HostileLabels_GivesThemBackWhole()
    {
        Timeline read = RoundTrip([HostileLabels.Timeline()])[0];

        // Half characters cannot be written in any encoding; all else comes back as it was.
        Assert.Equal(HostileLabels.All.Select(label => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(label))), read.Lanes.Select(lane => lane.Spans[0].Label!));
    }

    [Fact]
    public void Read_NamesFromALaterProgram_AreSkipped()
    {
        string text = Written(Pages(2)).Replace("\"cores\":2", "\"cores\":2,\"later\":{\"a\":[1,{}]}", StringComparison.Ordinal);

        Assert.Equal(3, Read(text).Length);
    }

    [Fact]
    public void Read_ByteOrderMark_IsAccepted()
    {
        Assert.Equal(3, Read("\uFEFF" + Written(Pages(2))).Length);
    }

    [Fact]
    public void Read_CutOffAnywhere_IsOneClearException()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Written(Pages(1)));
        for (int length = 0; length < whole.Length; length++)
        {
            _ = Assert.Throws<TimelineFormatException>(() => TimelineFile.Read(new MemoryStream(whole, 0, length)));
        }
    }

    [Fact]
    public void Read_AnyByteChanged_ThrowsNothingElse()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Written([Of("async", 10, 1, LaneOf(0, LaneKind.Slot, Call(0, 1, 9, 2, SpanStatus.Failed, "é", Part(SpanPhase.Working, 1, 3))))]));
        for (int i = 0; i < whole.Length; i++)
        {
            foreach (byte change in (byte[])[0, (byte)'"', (byte)'-', (byte)'9', (byte)'e', (byte)'[', (byte)'}', 0xff])
            {
                byte[] changed = [.. whole];
                changed[i] = change;
                try
                {
                    _ = TimelineFile.Read(new MemoryStream(changed));
                }
                catch (TimelineFormatException)
                {
                    // The only exception a reader may meet.
                }
            }
        }
    }

    [Theory]
    [InlineData("", "file", "cut off or not JSON")]
    [InlineData("null", "file", "not an object")]
    [InlineData("[]", "file", "not an object")]
    [InlineData("{}", "version", "missing")]
    [InlineData("""{"version":2,"timelines":[]}""", "version", "is 2, and this program reads version 1")]
    [InlineData("""{"version":1}""", "timelines", "missing")]
    [InlineData("""{"version":1,"timelines":{}}""", "timelines", "not a list")]
    [InlineData("""{"version":1,"timelines":[]}{}""", "file", "not JSON")]
    [InlineData("""{"version":1,"timelines":[{}]}""", "timelines[0].title", "missing")]
    [InlineData("""{"traceEvents":[]}""", "version", "missing")]
    public void Read_NotATimelineFile_SaysWhere(string text, string where, string what)
    {
        TimelineFormatException exception = Assert.Throws<TimelineFormatException>(() => Read(text));

        Assert.Equal(where, exception.Where);
        Assert.Contains(what, exception.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"started\":0.001", "\"started\":-1", "started", "0 to 1000000000")]
    [InlineData("\"started\":0.001", "\"started\":NaN", null, "not JSON")]
    [InlineData("\"started\":0.001", "\"started\":1e400", "started", "0 to 1000000000")]
    [InlineData("\"started\":0.001", "\"started\":1e12", "started", "0 to 1000000000")]
    [InlineData("\"started\":0.001", "\"started\":\"0.001\"", "started", "number of seconds")]
    [InlineData("\"started\":0.001", "\"started\":0.03", "finished", "before started")]
    [InlineData("\"queued\":0", "\"queued\":0.002", "queued", "after started")]
    [InlineData("\"working\":0.002", "\"working\":0.2", "working", "more than the span lasts")]
    [InlineData("\"item\":0", "\"item\":1.5", "item", "whole number")]
    [InlineData("\"item\":0", "\"item\":-1", "item", "whole number")]
    [InlineData("\"status\":\"failed\"", "\"status\":\"lost\"", "status", "is \"lost\", not one of running")]
    [InlineData("[\"working\",0.002,0.004]", "[\"working\",0.004,0.002]", "segments", "overlap or leave the span")]
    [InlineData("[\"working\",0.002,0.004]", "[\"working\",0.002,0.5]", "segments", "overlap or leave the span")]
    [InlineData("[\"working\",0.002,0.004]", "[\"working\",0.002]", "segments", "number of seconds")]
    [InlineData("[\"working\",0.002,0.004]", "[\"working\",0.002,0.004,1]", "segments", "more than three")]
    public void Read_SpanThatContradictsItself_NamesIt(string good, string bad, string? name, string what)
    {
        string text = Written([Of("async", 20, 1, LaneOf(0, LaneKind.Slot, Call(0, 1, 20, 2, SpanStatus.Failed, null, Part(SpanPhase.Working, 2, 4))))]);
        Assert.Contains(good, text, StringComparison.Ordinal);

        TimelineFormatException exception = Assert.Throws<TimelineFormatException>(() => Read(text.Replace(good, bad, StringComparison.Ordinal)));

        Assert.Equal("timelines[0].lanes[0].spans[0]" + (name is null ? "" : "." + name), exception.Where);
        Assert.Contains(what, exception.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"workers\":1", "\"workers\":-1", "timelines[0].workers")]
    [InlineData("\"cores\":2", "\"cores\":0", "timelines[0].cores")]
    [InlineData("\"cores\":2", "\"cores\":99999999999", "timelines[0].cores")]
    [InlineData("[0.02,0.001]", "[0.02,0.001],[0.01,0.002]", "timelines[0].cpu")]
    [InlineData("\"kind\":\"slot\"", "\"kind\":\"moon\"", "timelines[0].lanes[0].kind")]
    [InlineData("\"lanes\":[{", "\"lanes\":1000000000,\"x\":[{", "timelines[0].lanes")]
    [InlineData("2026-11-21", "2026-99-99", "timelines[0].startedAt")]
    public void Read_TimelineThatCannotBe_NamesThePlace(string good, string bad, string where)
    {
        string text = Written([Of("async", 20, 1, LaneOf(0, LaneKind.Slot, Call(0, 1, 20)))]);
        Assert.Contains(good, text, StringComparison.Ordinal);

        Assert.Equal(where, Assert.Throws<TimelineFormatException>(() => Read(text.Replace(good, bad, StringComparison.Ordinal))).Where);
    }

    [Fact]
    public void Read_NestedForever_IsRefused()
    {
        _ = Assert.Throws<TimelineFormatException>(() => Read("{\"x\":" + new string('[', 1_000_000)));
    }

    [Fact]
    public void Read_InvalidText_IsRefused()
    {
        _ = Assert.Throws<TimelineFormatException>(() => TimelineFile.Read(new MemoryStream([.. "{\"version\":1,\"timelines\":[{\"title\":\""u8, 0xC3, 0x28, .. "\"}]}"u8])));
    }

    private static string Written(IEnumerable<Timeline> timelines)
    {
        using MemoryStream stream = new();
        TimelineFile.Write(stream, timelines);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static ImmutableArray<Timeline> Read(string text) => TimelineFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)));

    private static ImmutableArray<Timeline> RoundTrip(IEnumerable<Timeline> timelines) => Read(Written(timelines));

    private static string Flat(Timeline timeline) => JsonSerializer.Serialize(timeline);
}
