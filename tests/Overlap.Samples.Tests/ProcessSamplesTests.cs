using System.Text.RegularExpressions;

namespace Overlap.Samples.Tests;

public sealed partial class ProcessSamplesTests
{
    [Theory]
    [InlineData("map-lambda-processes")]
    [InlineData("stream-processes")]
    public async Task Run_NoArguments_PrintsExpectedOutput(string sample)
    {
        SampleProgram.Run run = await SampleProgram.RunAsync(sample);

        Assert.Equal(ExpectedOutput.Of(sample), run.Output + run.Error);
        Assert.Equal(0, run.ExitCode);
    }

    [Theory]
    [InlineData("images-processes")]
    [InlineData("crash-costs-one-call")]
    public async Task Run_CallsEndInAnyOrder_PrintsExpectedLines(string sample)
    {
        SampleProgram.Run run = await SampleProgram.RunAsync(sample);

        Assert.Equal(
            ExpectedOutput.Sorted(ExpectedOutput.Of(sample)), ExpectedOutput.Sorted(ProcessId().Replace(run.Output, "process #") + run.Error));
        Assert.Equal(0, run.ExitCode);
    }

    [GeneratedRegex(@"process \d+")]
    private static partial Regex ProcessId();
}
