using System.Text;
using Overlap.Cli.Jobs.Run.Children;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class ChildCookieTests
{
    [Theory]
    [InlineData("A=b\0OVERLAP_ITEM=run.7\0C=d\0", true)]
    [InlineData("OVERLAP_ITEM=run.7\0", true)]
    [InlineData("OVERLAP_ITEM=run.7", true)]
    [InlineData("OVERLAP_ITEM=run.7/inner.1\0", true)]
    [InlineData("OVERLAP_ITEM=run.70\0", false)]
    [InlineData("OVERLAP_ITEM=other.7\0", false)]
    [InlineData("XOVERLAP_ITEM=run.7\0", false)]
    [InlineData("A=OVERLAP_ITEM=run.7\0OVERLAP_ITEM=run.70\0", false)]
    [InlineData("", false)]
    public void IsIn_Environment_OnlyItsOwnAndWhatIsInside(string environment, bool expected) =>
        Assert.Equal(expected, ChildCookie.Of("run", 7).IsIn(Encoding.ASCII.GetBytes(environment)));
}
