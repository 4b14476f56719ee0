namespace Overlap.Samples.Tests;

public sealed class ExplorationSamplesTests
{
    [Fact]
    public async Task BankAccount_Run_TellsLossAndSafety()
    {
        SampleProgram.Run run = await SampleProgram.RunAsync("bank-account");

        Assert.Equal(ExpectedOutput.Of("bank-account"), run.Output + run.Error);
        Assert.Equal(0, run.ExitCode);
    }
}
