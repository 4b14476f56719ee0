using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Overlap.Distributed.Tests.Redis;

/// <summary>Lets a program that was started here stand still, and go on: its links and its locks stay.</summary>
internal static class StandStill
{
    private const int Stop = 19;
    private const int Continue = 18;
    private const int OfProcess = 1;
    private const int Stopped = 2;
    private const int SizeOfInfo = 128;

    /// <summary>Stops it. When this returns, all its threads stand still.</summary>
    public static void Begin(Process process)
    {
        Assert.Equal(0, Kill(process.Id, Stop));
        Assert.Equal(0, WaitId(OfProcess, process.Id, new byte[SizeOfInfo], Stopped));
    }

    /// <summary>Lets it go on.</summary>
    public static void End(Process process) => Assert.Equal(0, Kill(process.Id, Continue));

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int process, int signal);

    [DllImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static extern int WaitId(int kind, int id, byte[] info, int options);
}
