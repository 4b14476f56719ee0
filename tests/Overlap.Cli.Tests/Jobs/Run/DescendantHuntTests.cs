using System.Diagnostics;
using Overlap.Cli.Jobs.Run.Children;
using Overlap.Cli.Tests.Commands;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class DescendantHuntTests
{
    [Fact]
    public async Task Kill_NotThereAtTheFirstLook_IsFoundAtTheNext()
    {
        // One that was started while all were listed, by one that had gone when it was looked at, lived on.
        ProcessStartInfo start = new("sleep", ["1000"]) { Environment = { ["OVERLAP_ITEM"] = "hunted.7" } };
        using Process late = Process.Start(start)!;
        int looks = 0;

        DescendantHunt.Kill(ChildCookie.Of("hunted", 7), () => ++looks == 1 ? [] : [late.Id]);

        await late.WaitForExitAsync().WaitAsync(Patience.Usual);
        Assert.Equal(128 + 9, late.ExitCode);
    }

    [Fact]
    public void Kill_NothingThere_LooksTwice()
    {
        int looks = 0;

        DescendantHunt.Kill(ChildCookie.Of("hunted", 8), () =>
        {
            looks++;
            return [];
        });

        Assert.Equal(2, looks);
    }
}
