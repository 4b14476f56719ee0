using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines.Drawing;

public sealed class TimelineSvgTests
{
    private static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void Draw_ClassicRecordings_IsWellFormedAndScales()
    {
        XElement picture = XElement.Parse(TimelineSvg.Draw(Pages()));

        Assert.Matches(@"^0 0 1000 \d+", picture.Attribute("viewBox")!.Value);
        Assert.Contains("async", picture.Element(Svg + "title")!.Value, StringComparison.Ordinal);
        Assert.NotNull(picture.Element(Svg + "desc"));
    }

    [Fact]
    public void Draw_HostileLabels_AreOnlyText()
    {
        XElement picture = XElement.Parse(TimelineSvg.Draw([HostileLabels.Timeline(), .. HostileLabels.Titles()]));
        string[] known = ["svg", "title", "desc", "style", "defs", "pattern", "rect", "path", "circle", "text", "g"];

        Assert.All(picture.DescendantsAndSelf(), element => Assert.Contains(element.Name.LocalName, known));
        Assert.All(picture.DescendantsAndSelf().Attributes(), attribute => Assert.DoesNotMatch("^on", attribute.Name.LocalName));
    }

    [Fact]
    public void Draw_AHundredThousandCalls_StaysSmall()
    {
        Assert.InRange(TimelineSvg.Draw([Many(100_000), .. Pages(2_000)]).Length, 1, 2_000_000);
    }

    [Fact]
    public void Draw_ManyLanesWithManyCalls_StaysSmall()
    {
        Lane[] lanes = [.. Enumerable.Range(0, 24).Select(i => LaneOf(i, LaneKind.Slot, [.. Enumerable.Range(0, 400).Select(n =>
            Call(n, n * 10, (n * 10) + 9, 2, SpanStatus.Succeeded, new string('&', 500), Part(SpanPhase.Working, n * 10, (n * 10) + 2)))]))];

        Assert.InRange(TimelineSvg.Draw([.. Enumerable.Range(0, 4).Select(_ => Of("async", 4_000, 3_000, lanes))]).Length, 1, 2_000_000);
    }

    [Fact]
    public void Draw_AnyText_IsAtLeastElevenPixelsHigh()
    {
        Assert.All(Regex.Matches(TimelineSvg.Draw(Pages()), @"font-size:(\d+)px").Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture)), size => Assert.InRange(size, 11, 40));
    }

    [Fact]
    public void Draw_AFewCalls_TellOnHover()
    {
        XElement picture = XElement.Parse(TimelineSvg.Draw([Of("threads", 100, 4, LaneOf(0, LaneKind.Thread, Call(3, 0, 100, 4, SpanStatus.Failed, "https://example.org/a?b&c")))]));

        Assert.Contains(picture.Descendants(Svg + "g").Elements(Svg + "title"), title =>
            title.Value == "item 3 https://example.org/a?b&c: 100 ms, 4.00 ms of it work, failed (thread 1)");
    }

    [Fact]
    public void Draw_WaitingAndWork_DifferWithoutColour()
    {
        string picture = TimelineSvg.Draw(Pages());

        Assert.Contains(".work{fill:#1d4ed8}", picture, StringComparison.Ordinal);
        Assert.Contains(".wait{fill:url(#ov-wait)}", picture, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme:dark", picture, StringComparison.Ordinal);
    }

    [Fact]
    public void Draw_Nothing_IsStillAPicture()
    {
        _ = XElement.Parse(TimelineSvg.Draw([]));
        _ = XElement.Parse(TimelineSvg.Draw([Of("inline", 0, 0)]));
    }
}
