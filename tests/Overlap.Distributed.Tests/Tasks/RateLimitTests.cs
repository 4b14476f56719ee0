using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Tests.Tasks;

public sealed class RateLimitTests
{
    [Theory]
    [InlineData("10", 0.1)]
    [InlineData("10/s", 0.1)]
    [InlineData("10/m", 6)]
    [InlineData("10/h", 360)]
    [InlineData("0.5/s", 2)]
    public void Parse_Text_GivesTheInterval(string text, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), RateLimit.Parse(text).Interval);

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-1/s")]
    [InlineData("10/d")]
    [InlineData("ten/s")]
    [InlineData("1/s/s")]
    [InlineData("1e-300/h")]
    public void TryParse_NoLimit_IsRefused(string text) => Assert.False(RateLimit.TryParse(text, out _));

    [Theory]
    [InlineData("10/m")]
    [InlineData("1.5/h")]
    [InlineData("3/s")]
    public void ToString_Limit_IsReadAgain(string text) => Assert.Equal(text, RateLimit.Parse(text).ToString());
}
