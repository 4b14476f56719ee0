using System.Collections.Immutable;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines.Drawing;

public sealed class LaneChoiceTests
{
    [Fact]
    public void Of_AsManyAsFit_IsAll() => Assert.Equal(16, LaneChoice.Of(Lanes(16, slowest: 3), 16).Length);

    [Theory]
    [InlineData(0)]
    [InlineData(37)]
    [InlineData(62)]
    [InlineData(63)]
    public void Of_MoreThanFit_HasTheSlowestOnceAndInOrder(int slowest)
    {
        int[] chosen = [.. LaneChoice.Of(Lanes(64, slowest), 16).Select(lane => lane.Index)];

        Assert.Equal(16, chosen.Length);
        Assert.Contains(slowest, chosen);
        Assert.Equal(chosen.Distinct().Order(), chosen);
    }

    [Fact]
    public void Of_RoomForOne_IsTheSlowest() => Assert.Equal(5, Assert.Single(LaneChoice.Of(Lanes(9, slowest: 5), 1)).Index);

    private static ImmutableArray<Lane> Lanes(int count, int slowest) =>
        [.. Enumerable.Range(0, count).Select(i => LaneOf(i, LaneKind.Slot, Call(i, 0, i == slowest ? 20 : 10)))];
}
