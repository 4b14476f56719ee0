namespace Overlap.Samples.Tests;

public sealed class FibSamplesTests(SampleSite site) : IClassFixture<SampleSite>
{
    [Theory]
    [InlineData("fib-inline")]
    [InlineData("fib-threads")]
    [InlineData("fib-async")]
    [InlineData("fib-processes")]
    public async Task Run_SmallNumber_PrintsExpectedOutput(string sample)
    {
        SampleProgram.Run run = await SampleProgram.RunAsync(sample, "20", "20");

        Assert.Equal(ExpectedOutput.Of(sample), SampleProgram.Normalize(run.Output, site) + run.Error);
        Assert.Equal(0, run.ExitCode);
    }
}
