namespace Overlap.Samples.Tests;

public sealed class FuturesSamplesTests
{
    [Fact]
    public async Task TaskGroup_Run_PrintsExpectedOutput()
    {
        SampleProgram.Run run = await SampleProgram.RunAsync("task-group");

        Assert.Equal(ExpectedOutput.Of("task-group"), run.Output + run.Error);
        Assert.Equal(0, run.ExitCode);
    }

    // Calls that end while the machine stands still have ended at once, and come in any order.
    [Fact]
    public async Task FuturesAsCompleted_Run_PrintsExpectedLines()
    {
        SampleProgram.Run run = await SampleProgram.RunAsync("futures-as-completed");

        Assert.Equal(ExpectedOutput.Sorted(ExpectedOutput.Of("futures-as-completed")), ExpectedOutput.Sorted(run.Output + run.Error));
        Assert.Equal(0, run.ExitCode);
    }
}
