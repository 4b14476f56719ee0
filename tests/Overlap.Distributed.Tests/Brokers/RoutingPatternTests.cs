using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Tests.Brokers;

public sealed class RoutingPatternTests
{
    [Theory]
    [InlineData("", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a", "", false)]
    [InlineData("a.b", "a.b", true)]
    [InlineData("a.b", "a.c", false)]
    [InlineData("a.*", "a.b", true)]
    [InlineData("a.*", "a", false)]
    [InlineData("a.*", "a.b.c", false)]
    [InlineData("*.b", "a.b", true)]
    [InlineData("#", "", true)]
    [InlineData("#", "a.b.c", true)]
    [InlineData("a.#", "a", true)]
    [InlineData("a.#", "a.b.c", true)]
    [InlineData("a.#", "b", false)]
    [InlineData("#.c", "a.b.c", true)]
    [InlineData("#.c", "c", true)]
    [InlineData("a.#.d", "a.d", true)]
    [InlineData("a.#.d", "a.b.c.d", true)]
    [InlineData("a.#.*.d", "a.d", false)]
    [InlineData("a.#.*.d", "a.b.d", true)]
    [InlineData("*.#.*", "a", false)]
    [InlineData("*.#.*", "a.b", true)]
    public void Fits_PatternAndKey_IsAsInAmqp(string pattern, string routingKey, bool fits) =>
        Assert.Equal(fits, RoutingPattern.Fits(pattern, routingKey));

    [Fact]
    public void Fits_LongKeyAndManyHashes_IsNotSlow()
    {
        string pattern = string.Join('.', Enumerable.Repeat("#.a", 60));
        string routingKey = string.Join('.', Enumerable.Repeat("a", 500)) + ".b";
        Assert.False(RoutingPattern.Fits(pattern, routingKey));
    }
}
