using System.Xml.Linq;
using Overlap.Advice;
using Overlap.Advice.Drawing;
using Overlap.Executors;
using Overlap.Tests.Adaptation;
using Overlap.Tests.Advice.Searching;

namespace Overlap.Tests.Advice.Drawing;

public sealed class ScalingDrawingTests
{
    [Fact]
    public async Task Svg_Advice_IsWellFormedAndNamesTheNumber()
    {
        Recommendation advice = await AdviseAsync(new HiddenLimitWorld(1, 0.05, 20));
        XDocument picture = XDocument.Parse(ScalingSvg.Draw(advice));
        Assert.Equal(advice.Measured.Count(count => count.Model == advice.Model) + 1, picture.Descendants().Count(static element => (string?)element.Attribute("class") == "point"));
        Assert.Contains($"{advice.Workers:N0} at a time", picture.Root!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Svg_HostileName_IsMarkedUp()
    {
        Recommendation advice = (await AdviseAsync(new HiddenLimitWorld(1, 0.05, 20))) with { Job = "<script>&\u0001\"" };
        Assert.DoesNotContain(XDocument.Parse(ScalingSvg.Draw(advice)).Descendants(), static element => element.Name.LocalName == "script");
    }

    [Fact]
    public async Task Svg_Refused_IsACross()
    {
        Recommendation advice = await AdviseAsync(new CrowdedWorld(1, 0.05, 20));
        Assert.Contains(XDocument.Parse(ScalingSvg.Draw(advice)).Descendants(), static element => (string?)element.Attribute("class") == "failmark");
    }

    [Fact]
    public async Task Svg_OneNumberOnly_IsDrawn()
    {
        Recommendation advice = await AdviseAsync(new WaitingWorld(1, 0.4), TimeSpan.FromSeconds(0.3));
        Assert.NotNull(XDocument.Parse(ScalingSvg.Draw(advice)).Root);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(100)]
    public async Task Text_AnyWidth_MarksTheNumber(int width)
    {
        Recommendation advice = await AdviseAsync(new HiddenLimitWorld(1, 0.05, 20));
        IReadOnlyList<string> lines = ScalingText.Draw(advice, width);
        Assert.Contains("recommended", Assert.Single(lines, static line => line.Contains('◄', StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.All(lines, line => Assert.True(line.Length <= Math.Max(width, 52), line));
    }

    private static Task<Recommendation> AdviseAsync(SimulatedWorld world, TimeSpan? budget = null) => Advisor.MeasureAsync(
        new SimulatedProbe(world, static _ => 0, ExecutionModel.Async), new AdviceOptions { TimeProvider = world.Clock, Budget = budget ?? TimeSpan.FromSeconds(10) });
}
