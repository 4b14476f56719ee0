namespace Overlap.Samples.Tests;

public sealed class ActorsSamplesTests
{
    [Theory]
    [InlineData("actor-counter")]
    [InlineData("printer-actor")]
    public async Task Run_NoArguments_PrintsExpectedOutput(string sample)
    {
        SampleProgram.Run run = await SampleProgram.RunAsync(sample);

        Assert.Equal(ExpectedOutput.Of(sample), run.Output + run.Error);
        Assert.Equal(0, run.ExitCode);
    }
}
