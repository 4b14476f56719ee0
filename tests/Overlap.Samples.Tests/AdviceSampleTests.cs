using System.Text.RegularExpressions;

namespace Overlap.Samples.Tests;

/// <summary>The advice is the machine's; what is tested is that it is given in the form that is shown.</summary>
public sealed partial class AdviceSampleTests(SampleSite site) : IClassFixture<SampleSite>
{
    [Fact]
    public async Task Run_Site_RecommendsAndSaysWhy()
    {
        // On a busy machine the first download of a young program takes a second or more; it is told that an item takes longer than so short a budget.
        SampleProgram.Run run = await SampleProgram.RunAsync("advice", site.Address, "5");

        string[] lines = run.Output.Split('\n');
        string[] expected = ExpectedOutput.Of("advice").Split('\n');
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Matches(Recommendation(), lines[0]);
        Assert.Matches(Recommendation(), expected[0]);
        Assert.StartsWith("One worker, ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("One worker, ", expected[1], StringComparison.Ordinal);
    }

    [GeneratedRegex("^(Inline|Threads|Async|Processes), [0-9,]+ at a time, confidence (Low|Medium|High)$")]
    private static partial Regex Recommendation();
}
