using Overlap.Cli.Arguments;

namespace Overlap.Cli.Tests.Arguments;

public sealed class HaltPolicyTests
{
    [Theory]
    [InlineData("now,fail=1", true, HaltOutcome.Failed, 1, false)]
    [InlineData("soon,fail=10%", false, HaltOutcome.Failed, 0.1, true)]
    [InlineData("soon,success=3", false, HaltOutcome.Succeeded, 3, false)]
    [InlineData("now,done=100", true, HaltOutcome.Ended, 100, false)]
    [InlineData("now,fail", true, HaltOutcome.Failed, 1, false)]
    public void TryParse_GoodText_IsRead(string text, bool now, object outcome, double limit, bool isShare) =>
        Assert.Equal(new HaltPolicy(now, (HaltOutcome)outcome, limit, isShare), HaltPolicy.TryParse(text));

    [Theory]
    [InlineData("")]
    [InlineData("now")]
    [InlineData("later,fail=1")]
    [InlineData("now,fail=0")]
    [InlineData("now,fail=101%")]
    [InlineData("now,fail=x")]
    [InlineData("now,fail=1,success=1")]
    public void TryParse_BadText_IsRefused(string text) => Assert.Null(HaltPolicy.TryParse(text));

    [Theory]
    [InlineData("now,fail=2", 10, 1, false)]
    [InlineData("now,fail=2", 10, 2, true)]
    [InlineData("soon,success=1", 1, 5, true)]
    [InlineData("soon,done=3", 2, 1, true)]
    [InlineData("soon,fail=50%", 0, 1, false)]
    [InlineData("soon,fail=50%", 1, 2, true)]
    [InlineData("soon,fail=50%", 2, 1, false)]
    [InlineData("never", 0, 1_000_000, false)]
    public void IsReached_CountsOfEndedItems_DecidesByPolicy(string policy, long succeeded, long failed, bool reached) =>
        Assert.Equal(reached, HaltPolicy.TryParse(policy)!.IsReached(succeeded, failed));
}
