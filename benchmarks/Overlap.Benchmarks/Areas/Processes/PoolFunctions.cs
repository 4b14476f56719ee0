using System.Diagnostics;

namespace Overlap.Benchmarks.Areas.Processes;

/// <summary>What the workers run.</summary>
internal static class PoolFunctions
{
    /// <summary>The call that ends its worker, of those that are queued.</summary>
    public const int KilledCall = 1_000;

    private const int PageBytes = 4096;

    public static int Same(int value) => value;

    /// <summary>Does no more with the bytes than to show that they are there.</summary>
    public static int Weigh(ReadOnlyMemory<byte> data) => data.Length + data.Span[0] + data.Span[^1];

    public static int WeighArray(byte[] data) => data.Length + data[0] + data[^1];

    /// <summary>Looks at every byte.</summary>
    public static bool AreAllOne(ReadOnlyMemory<byte> data) => !data.Span.ContainsAnyExcept((byte)1);

    public static long Fib(int n) => n < 2 ? n : Fib(n - 1) + Fib(n - 2);

    public static int SameButOne(int value)
    {
        if (value == KilledCall)
        {
            Process.GetCurrentProcess().Kill();
        }

        return value;
    }

    /// <summary>Takes memory, says that it is there, and waits to be killed.</summary>
    public static int Hang((int Megabytes, IProgress<StartedCall> Started) argument)
    {
        byte[] memory = new byte[argument.Megabytes << 20];
        for (int i = 0; i < memory.Length; i += PageBytes)
        {
            memory[i] = 1;
        }

        argument.Started.Report(new StartedCall(Environment.ProcessId, Stopwatch.GetTimestamp()));
        Thread.Sleep(Timeout.Infinite);
        return memory.Length;
    }
}
