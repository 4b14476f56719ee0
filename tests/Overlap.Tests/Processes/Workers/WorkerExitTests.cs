using Overlap.Processes.Workers;

namespace Overlap.Tests.Processes.Workers;

public sealed class WorkerExitTests
{
    [Theory]
    [InlineData(0x0000, 0, null)]
    [InlineData(0x0300, 3, null)]
    [InlineData(0xff00, 255, null)]
    [InlineData(0x0009, null, 9)]
    [InlineData(0x0086, null, 6)]
    public void FromStatus_Packed_IsUnpacked(int status, int? exitCode, int? signal)
    {
        WorkerExit exit = WorkerExit.FromStatus(status, []);
        Assert.Equal((exitCode, signal), (exit.ExitCode, exit.Signal));
    }

    [Theory]
    [InlineData(null, 11, "was killed by signal 11 (SIGSEGV)")]
    [InlineData(null, 6, "ended by FailFast/abort (signal 6, SIGABRT)")]
    [InlineData(143, null, "ended because of SIGTERM (exit code 143)")]
    [InlineData(null, null, "ended; other code of this program took its exit status")]
    public void Describe_End_IsNamed(int? exitCode, int? signal, string words) =>
        Assert.Equal(words, new WorkerExit(exitCode, signal, []).Describe());

    [Fact]
    public void LastLines_HeadlineScrolledAway_IsKept()
    {
        LastLines lines = new();
        lines.Add("Stack overflow.");
        for (int i = 0; i < 100; i++)
        {
            lines.Add($"at {i}");
        }

        Assert.Equal(["Stack overflow.", .. Enumerable.Range(80, 20).Select(static i => $"at {i}")], lines.ToList());
    }

    [Fact]
    public void LastLines_LongLine_IsCut()
    {
        LastLines lines = new();
        lines.Add(new('x', 60_000));
        Assert.Equal(2_000, Assert.Single(lines.ToList()).Length);
    }
}
