using Overlap.Timelines;
using Overlap.Timelines.Drawing;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines.Drawing;

public sealed class TimelineTextTests
{
    private static readonly Timeline[] Two =
    [
        Of("inline", 80, 4, LaneOf(0, LaneKind.Caller, Call(0, 0, 40, 20), Call(1, 40, 80, 20))),
        Of("threads", 50, 4, LaneOf(0, LaneKind.Thread, Call(0, 0, 40, 20)), LaneOf(1, LaneKind.Thread, Call(1, 10, 50, 0, SpanStatus.Failed, "b"))),
    ];

    private static readonly Timeline Phases = Of("async", 80, 8, LaneOf(0, LaneKind.Slot, Call(
        0, 0, 80, 8, segments: [Part(SpanPhase.Throttled, 0, 16), Part(SpanPhase.Working, 16, 24), Part(SpanPhase.Retrying, 40, 56)])));

    [Fact]
    public void Draw_TwoModels_IsThePicture()
    {
        Assert.Equal(
            """
            pages

            inline: 80.0 ms · 1 worker · 2 items
            overlap 1.0 · CPU 2.5 % of 2 cores · work 50 %
            waiting 50 %
            item p50 40.0 ms · p95 40.0 ms · max 40.0 ms
            caller    █░█░█░█░█░█░█░█░█░█░█░█░█░█░█░█░█░█░█░█░
            queued    ████████████████████ of 1
            CPU       ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁

            threads: 50.0 ms · 1.6× faster than inline
            2 workers · 2 items · 1 failed
            overlap 1.6 · CPU 4 % of 2 cores · work 25 %
            waiting 75 %
            item p50 40.0 ms · p95 40.0 ms · max 40.0 ms
            thread 1  █░█░█░█░█░█░█░█░█░█░·····
            thread 2  ·····░░░░░░░░░░░░░░░░░░░!
            in flight ▄▄▄▄▄███████████████▄▄▄▄▄ of 2
            queued    █████ of 1
            CPU       ▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁ of 2 cores
                      lower bound 40.0 ms: the longest item
                      critical path: thread 2, 1 item, busy 80
                      % of the run, longest item 1 (b) 40.0 ms
            one scale └0                       └50 ms

            █ work  ░ waiting  · idle  ! failed  (signs are in
            proportion: where in an item a thread worked is
            not known)
            """.ReplaceLineEndings("\n"),
            string.Join('\n', TimelineText.Draw(Two, new TimelineTextOptions { Width = 50 })));
    }

    [Fact]
    public void Draw_EveryPhase_HasItsSign()
    {
        Assert.Equal("slot 1    ~~~~~~~~████░░░░░░░░^^^^^^^^░░░░░░░░░░░░", Lanes(TimelineText.Draw([Phases], new TimelineTextOptions { Width = 50 }), "slot 1"));
    }

    [Fact]
    public void Draw_Ascii_HasNothingElse()
    {
        IEnumerable<string> lines = TimelineText.Draw([.. Two, Phases, HostileLabels.Timeline()], new TimelineTextOptions { Ascii = true });

        Assert.All(lines, line => Assert.All(line, c => Assert.InRange(c, ' ', '~')));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(61)]
    [InlineData(100)]
    [InlineData(237)]
    public void Draw_AnyWidth_IsKept(int width)
    {
        foreach (bool color in (bool[])[false, true])
        {
            IEnumerable<string> lines = TimelineText.Draw([.. Pages(), .. Two, HostileLabels.Timeline()], new TimelineTextOptions { Width = width, Color = color });

            Assert.All(lines, line => Assert.InRange(PhaseSigns.LengthOf(line), 0, width));
        }
    }

    [Fact]
    public void Draw_HostileLabels_MoveNoCursor()
    {
        IEnumerable<string> lines = TimelineText.Draw([HostileLabels.Timeline(), .. HostileLabels.Titles()], new TimelineTextOptions());

        Assert.All(lines, line => Assert.DoesNotContain(line, char.IsControl));
        Assert.All(lines, line => Assert.DoesNotContain(line, c => c is '\u202e' or '\u2028' or '\u2066'));
    }

    [Fact]
    public void Draw_NoColor_WritesNoEscape()
    {
        Assert.DoesNotContain(TimelineText.Draw(Two, new TimelineTextOptions()), line => line.Contains('\e', StringComparison.Ordinal));
    }

    [Fact]
    public void Draw_Color_IsNeverTheOnlyDifference()
    {
        IEnumerable<string> plain = TimelineText.Draw(Two, new TimelineTextOptions());
        IEnumerable<string> colored = TimelineText.Draw(Two, new TimelineTextOptions { Color = true });

        Assert.Equal(plain, colored.Select(line => System.Text.RegularExpressions.Regex.Replace(line, "\e\\[[0-9;]*m", "")));
    }

    [Fact]
    public void Draw_ManyLanes_FoldsThemAndKeepsTheLast()
    {
        string[] lines = [.. TimelineText.Draw(Pages(), new TimelineTextOptions())];

        Assert.Contains(lines, line => line.TrimStart() == "… 144 more between them");
        Assert.Contains(lines, line => line.StartsWith("slot 160", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("in flight", StringComparison.Ordinal));
    }

    [Fact]
    public void Draw_RunMuchShorterThanTheLongest_IsMagnified()
    {
        Assert.Contains(TimelineText.Draw(Pages(), new TimelineTextOptions()), line => line.Trim() == "magnified 112 times:");
    }

    [Fact]
    public void Draw_WorkTooSmallForASign_StillHasOne()
    {
        string lane = Lanes(TimelineText.Draw([Of("threads", 100, 1, LaneOf(0, LaneKind.Thread, Call(0, 0, 100, 0.5)))]), "thread 1");

        Assert.Equal(1, lane.Count(c => c == '█'));
    }

    [Fact]
    public void Draw_ProcessBusyUnseen_IsUnattributedNotWaiting()
    {
        string lane = Lanes(TimelineText.Draw([Of("async", 100, 100, LaneOf(0, LaneKind.Slot, Call(0, 0, 100)))]), "slot 1");

        Assert.DoesNotContain('░', lane);
        Assert.Contains('▒', lane);
    }

    [Fact]
    public void Draw_Nothing_IsALegendWithoutSigns()
    {
        Assert.All(TimelineText.Draw([], new TimelineTextOptions()), line => Assert.Equal("", line));
        Assert.NotEmpty(TimelineText.Draw([Of("inline", 0, 0)], new TimelineTextOptions()));
    }

    [Fact]
    public void Draw_DroppedSpans_SaysSo()
    {
        Assert.Contains(TimelineText.Draw([Two[0] with { DroppedSpans = 1_234 }]), line => line.Contains("1,234 items beyond the recorder's limit not drawn", StringComparison.Ordinal));
    }

    private static string Lanes(IEnumerable<string> lines, string name) => lines.Single(line => line.StartsWith(name, StringComparison.Ordinal));
}
