using Overlap.Timelines;
using Overlap.Timelines.Drawing;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines.Drawing;

public sealed class WordingTests
{
    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(0.0004, "<0.1 %")]
    [InlineData(0.016, "1.6 %")]
    [InlineData(0.35, "35 %")]
    [InlineData(0.99, "99 %")]
    [InlineData(0.997, "99.7 %")]
    [InlineData(0.9999, ">99.9 %")]
    [InlineData(1, "100 %")]
    [InlineData(1.98, "198 %")]
    public void Percent_AnyShare_NeverRoundsToAllOrNothing(double share, string expected) => Assert.Equal(expected, Wording.Percent(share));

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(0.0000014, "1.40 µs")]
    [InlineData(0.0889, "88.9 ms")]
    [InlineData(0.9999, "1.00 s")]
    [InlineData(14.23, "14.2 s")]
    [InlineData(599, "599 s")]
    [InlineData(7200, "120 min")]
    public void Time_AnyLength_HasThreeDigits(double seconds, string expected) => Assert.Equal(expected, Wording.Time(TimeSpan.FromSeconds(seconds)));

    [Theory]
    [InlineData(1, "1 item")]
    [InlineData(1_234_567, "1,234,567 items")]
    public void Count_OneOrMore_AgreesInNumber(long count, string expected) => Assert.Equal(expected, Wording.Count(count, "item"));

    // It was told as unattributed, though the system had counted it.
    [Fact]
    public void Shares_StoodReadyWithoutAProcessor_IsNamedApart()
    {
        Timeline timeline = Of("inline", 100, 60, LaneOf(0, LaneKind.Caller, Call(0, 0, 100))).WithWorkOutOfSight(Ms(30));

        Assert.EndsWith(" · work 60 % · waiting 10 % · without a processor 30 %", Wording.Shares(new TimelineFigures(timeline, [timeline])), StringComparison.Ordinal);
    }
}
