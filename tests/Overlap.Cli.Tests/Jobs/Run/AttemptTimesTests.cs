using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Run;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class AttemptTimesTests
{
    [Fact]
    public void Limit_Time_IsThatTime() =>
        Assert.Equal(TimeSpan.FromSeconds(3), new AttemptTimes(new AttemptPolicy { Timeout = TimeSpan.FromSeconds(3) }).Limit());

    [Fact]
    public void Limit_MultipleOfAMedianOfTwo_NoneYet()
    {
        AttemptTimes times = new(new AttemptPolicy { TimeoutOfMedian = 2 });
        times.Add(TimeSpan.FromSeconds(1));
        times.Add(TimeSpan.FromSeconds(1));

        Assert.Null(times.Limit());
    }

    [Fact]
    public void Limit_MultipleOfTheMedian_FollowsIt()
    {
        AttemptTimes times = new(new AttemptPolicy { TimeoutOfMedian = 2 });
        foreach (int seconds in (int[])[1, 4, 100])
        {
            times.Add(TimeSpan.FromSeconds(seconds));
        }

        Assert.Equal(8, times.Limit()!.Value.TotalSeconds, 0.1);
    }

    [Fact]
    public void HasLimit_NeitherGiven_False() => Assert.False(new AttemptTimes(new AttemptPolicy()).HasLimit);
}
