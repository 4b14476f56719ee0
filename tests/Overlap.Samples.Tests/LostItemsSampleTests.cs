using System.Text.RegularExpressions;

namespace Overlap.Samples.Tests;

public sealed partial class LostItemsSampleTests
{
    [Fact]
    public async Task Run_HalfASecond_QueueLosesNothing()
    {
        // What the channel loses is chance, and with a runtime in which it is mended nothing; so only the form of its line is looked at.
        SampleProgram.Run run = await SampleProgram.RunAsync("channel-loses-items", "0.5");

        Assert.Contains("\nAsyncQueue.TakeAsync: ", run.Output, StringComparison.Ordinal);
        Assert.EndsWith(" added, 0 lost\n", run.Output, StringComparison.Ordinal);
        Assert.Equal(
            ExpectedOutput.Of("channel-loses-items"),
            Number().Replace(run.Output, "#").Replace(", and broke down", "", StringComparison.Ordinal) + run.Error);
        Assert.Equal(0, run.ExitCode);
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();
}
