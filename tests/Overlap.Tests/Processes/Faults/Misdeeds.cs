using System.Diagnostics;
using System.Runtime.InteropServices;
using Overlap.Contracts;
using Overlap.Executors;
using Overlap.Processes;
using Overlap.Processes.Native;

namespace Overlap.Tests.Processes.Faults;

/// <summary>What calls do in these tests, in their workers.</summary>
internal static class Misdeeds
{
    public const int HangUp = 1;
    public const int Interrupt = 2;
    public const int Abort = 6;
    public const int Kill = 9;
    public const int SegmentFault = 11;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    private static readonly List<PosixSignalRegistration> Registrations = [];
    private static readonly List<byte[]> Kept = [];

    public static int Echo(int value) => value;

    public static int Where() => Environment.ProcessId;

    public static void Send(int processId, int signal) => _ = ProcessCalls.Kill(processId, signal);

    /// <summary>Says where it is, then waits to be let go.</summary>
    public static int Hold((ContractStage Stage, string Name) at)
    {
        at.Stage.Add(at.Name, $"{Environment.ProcessId}");
        at.Stage.Signal($"{at.Name}-at");
        at.Stage.Wait($"{at.Name}-go");
        return Environment.ProcessId;
    }

    /// <summary>As <see cref="Hold"/>, until its token is cancelled.</summary>
    public static int HoldUntilCanceled((ContractStage Stage, string Name) at, CancellationToken cancellationToken)
    {
        at.Stage.Add(at.Name, $"{Environment.ProcessId}");
        at.Stage.Signal($"{at.Name}-at");
        _ = cancellationToken.WaitHandle.WaitOne();
        throw new OperationCanceledException(cancellationToken);
    }

    /// <summary>As <see cref="Hold"/>, and lets SIGTERM do nothing but say that it came.</summary>
    public static int HoldAgainstTerminate((ContractStage Stage, string Name) at)
    {
        Registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            at.Stage.Signal($"{at.Name}-told");
        }));
        return Hold(at);
    }

    public static int Die(string way)
    {
        switch (way)
        {
            case "kill":
                Send(Environment.ProcessId, Kill);
                break;
            case "segment-fault":
                _ = LengthOf(0x1000_0000);
                break;
            case "wild-write":
                Marshal.WriteInt32(0x1000_0000, 1);
                break;
            case "fail-fast":
                Environment.FailFast("no way on");
                break;
            case "exit":
                Environment.Exit(3);
                break;
            case "overflow":
                return Deeper(1);
            case "unhandled":
                Thread thread = new(static () => throw new InvalidOperationException("nobody catches this"));
                thread.Start();
                thread.Join();
                break;
            default:
                throw new ArgumentException($"Unknown way: {way}", nameof(way));
        }

        // A signal to oneself may come a moment later.
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    /// <summary>Goes into a control group, then takes memory until the kernel has enough of it.</summary>
    public static int FillMemory(string group)
    {
        File.WriteAllText(Path.Combine(group, "cgroup.procs"), $"{Environment.ProcessId}");
        while (true)
        {
            byte[] more = GC.AllocateUninitializedArray<byte>(1 << 20);
            more.AsSpan().Fill(1);
            Kept.Add(more);
        }
    }

    /// <summary>Leaves a process behind, in a session of its own, that holds this one's output open.</summary>
    public static int LeaveGrandchild(string argument)
    {
        using Process started = Process.Start(new ProcessStartInfo("/usr/bin/setsid", ["--fork", "/bin/sleep", argument]))!;
        started.WaitForExit();
        return Environment.ProcessId;
    }

    /// <summary>Goes into a control group that has room for few processes, and makes a pool there that wants many.</summary>
    public static async Task<int> NestInGroup(string group)
    {
        if (group.Length > 0)
        {
            await File.WriteAllTextAsync(Path.Combine(group, "cgroup.procs"), $"{Environment.ProcessId}");
        }

        await using ProcessPoolExecutor pool = new(8);
        int[] results = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => pool.SubmitAsync(Echo, i)));
        return results.Sum();
    }

    public static long Print((long Bytes, bool ToErrors) what)
    {
        string line = new('x', 1_023);
        TextWriter writer = what.ToErrors ? Console.Error : Console.Out;
        long written = 0;
        for (; written < what.Bytes; written += line.Length + 1)
        {
            writer.WriteLine(line);
        }

        return written;
    }

    public static byte[] Invert(byte[] bytes)
    {
        // Of a length that is a multiple of eight.
        byte[] inverted = new byte[bytes.Length];
        ReadOnlySpan<long> from = MemoryMarshal.Cast<byte, long>(bytes);
        Span<long> to = MemoryMarshal.Cast<byte, long>(inverted.AsSpan());
        for (int i = 0; i < to.Length; i++)
        {
            to[i] = ~from[i];
        }

        return inverted;
    }

    [DllImport("libc", EntryPoint = "strlen")]
    private static extern nint LengthOf(nint text);

    private static int Deeper(int depth) => depth < 0 ? 0 : depth + Deeper(depth + 1);
}
