using System.Text;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines.Drawing;

/// <summary>How a number of workers that adapts itself is kept and drawn.</summary>
public sealed class LimitStripTests
{
    private static readonly Timeline Climbing = Of("threads", 80, 4, LaneOf(0, LaneKind.Thread, Call(0, 0, 80, 20)), LaneOf(1, LaneKind.Thread, Call(1, 0, 80))) with
    {
        Limits =
        [
            new LimitStep(Ms(0), 2, "starts with 2"),
            new LimitStep(Ms(20), 4, "4: looks whether more is faster"),
            new LimitStep(Ms(40), 8, "8: 4 did 2.00 times what 2 did"),
            new LimitStep(Ms(60), 4, "4: 8 did <1.01> times what 4 did"),
        ],
    };

    [Fact]
    public void Text_LimitChanges_HasARowAndTheLastReason()
    {
        string[] lines = [.. TimelineText.Draw([Climbing], new TimelineTextOptions { Width = 55 })];
        Assert.Equal("limit     ▂▂▂▂▂▂▂▂▂▂▂▄▄▄▄▄▄▄▄▄▄▄████████████▄▄▄▄▄▄▄▄▄▄▄", Assert.Single(lines, static line => line.StartsWith("limit ", StringComparison.Ordinal)));
        Assert.Contains(lines, static line => line.Contains("limit at last 4: 8 did <1.01> times", StringComparison.Ordinal));
    }

    [Fact]
    public void Text_FixedNumber_HasNoRow() =>
        Assert.DoesNotContain(TimelineText.Draw([Climbing with { Limits = [] }]), static line => line.StartsWith("limit", StringComparison.Ordinal));

    [Fact]
    public void File_WrittenAndRead_IsTheSame()
    {
        using MemoryStream stream = new();
        TimelineFile.Write(stream, [Climbing]);
        stream.Position = 0;
        Assert.Equal(Climbing.Limits, Assert.Single(TimelineFile.Read(stream)).Limits);
    }

    [Theory]
    [InlineData("[[0,2]]", "limits")]
    [InlineData("[[0,2,3]]", "is not a text")]
    [InlineData("[[0,-1,\"a\"]]", "is not a whole number")]
    [InlineData("[[0,2,\"a\",1]]", "has a change of more than three parts")]
    [InlineData("[[2,2,\"a\"],[1,2,\"a\"]]", "runs backwards at change 1")]
    public void File_LimitsAreBroken_IsRefusedWithTheReason(string limits, string reason)
    {
        string file = $$"""{"version":1,"timelines":[{"title":"t","model":"threads","workers":1,"cores":1,"duration":3,"limits":{{limits}},"lanes":[]}]}""";
        TimelineFormatException thrown = Assert.Throws<TimelineFormatException>(() => TimelineFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(file))));
        Assert.Contains(reason, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Svg_LimitChanges_HasAStripWithoutMarkupOfOthers()
    {
        string svg = TimelineSvg.Draw([Climbing]);
        Assert.Contains("<path class=\"limit\"", svg, StringComparison.Ordinal);
        Assert.Contains(">most 8</text>", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("<1.01>", svg, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"limit\"", TimelineSvg.Draw([Climbing with { Limits = [] }]), StringComparison.Ordinal);
    }

    [Fact]
    public void Trace_LimitChanges_IsACounter()
    {
        using MemoryStream stream = new();
        ChromeTrace.Write(stream, [Climbing]);
        string trace = Encoding.UTF8.GetString(stream.ToArray());
        Assert.Contains("""{"ph":"C","name":"limit","ts":40000,"pid":1,"args":{"limit":8}}""", trace, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_LimitChanges_HasThemAsData()
    {
        using MemoryStream stream = new();
        TimelineHtml.Write(stream, [Climbing]);
        Assert.Contains("\"limits\":[[0,2],[200000,4],[400000,8],[600000,4]]", Encoding.UTF8.GetString(stream.ToArray()), StringComparison.Ordinal);
    }
}
