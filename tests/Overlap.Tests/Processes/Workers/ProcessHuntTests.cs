using System.Diagnostics;
using Overlap.Processes.Workers;

namespace Overlap.Tests.Processes.Workers;

public sealed class ProcessHuntTests
{
    [Fact]
    public async Task Hunt_NotThereAtTheFirstLook_IsFoundAtTheNext()
    {
        // One that was started while all were listed, by one that had gone when it was looked at, lived on.
        using Process late = Process.Start("sleep", "1000");
        int looks = 0;

        ProcessHunt.Hunt(() => ++looks == 1 || late.HasExited ? [] : [late.Id]);

        await late.WaitForExitAsync().WaitAsync(RecordedWorker.Patience);
        Assert.Equal(128 + 9, late.ExitCode);
    }

    [Fact]
    public void Hunt_NothingThere_LooksTwice()
    {
        int looks = 0;

        ProcessHunt.Hunt(() =>
        {
            looks++;
            return [];
        });

        Assert.Equal(2, looks);
    }
}
