using Overlap.Benchmarks.Measuring;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Benchmarks.Areas.Processes;

/// <summary>What it costs to hand a hundred megabytes to a call.</summary>
internal static class ArgumentComparison
{
    private const int Bytes = 100_000_000;
    private const int Calls = 10;
    private const int PeersCalls = 2;
    private const double QuotedBytesPerSecond = 571e6;

    public static async Task<ComparisonResult> RunAsync(BenchmarkContext context, PoolPeers peers, CancellationToken cancellationToken)
    {
        await using ProcessPoolExecutor executor = new(PoolPeers.Workers);
        byte[] data = new byte[Bytes];
        byte[] target = new byte[Bytes];
        Array.Fill(data, (byte)1);
        if (!await executor.SubmitAsync(PoolFunctions.AreAllOne, new ReadOnlyMemory<byte>(data), cancellationToken))
        {
            throw new InvalidOperationException("the argument did not arrive as it was sent");
        }

        Contender inPlace = Loop(
            "overlap, ReadOnlyMemory<byte>", "executor.SubmitAsync(data => data.Length, new ReadOnlyMemory<byte>(array))", async calls =>
            {
                for (int i = 0; i < calls; i++)
                {
                    Check(await executor.SubmitAsync(PoolFunctions.Weigh, new ReadOnlyMemory<byte>(data)));
                }
            });
        Contender fresh = Loop(
            "overlap, byte[]", "executor.SubmitAsync(data => data.Length, array)", async calls =>
            {
                for (int i = 0; i < calls; i++)
                {
                    Check(await executor.SubmitAsync(PoolFunctions.WeighArray, data));
                }
            });
        Contender copy = Loop(
            "memory copy", "array.CopyTo(used)", calls =>
            {
                for (int i = 0; i < calls; i++)
                {
                    data.CopyTo(target, 0);
                    Check(target.Length + target[0] + target[^1]);
                }

                return Task.CompletedTask;
            });
        Contender python = peers.PythonExecutor("argument", PeersCalls, ItemUnit.Milliseconds);
        Contender node = peers.Piscina("argument", PeersCalls, Bytes / QuotedBytesPerSecond * 1_000, ItemUnit.Milliseconds);
        return await context.Runner.RunAsync(
            new Comparison
            {
                Title = "An argument of 100 MB",
                Contenders = peers.Only(inPlace, fresh, copy, python, node),
                Ratios = [Metric.PerCall, Metric.CpuPerCall],
                Targets =
                [
                    Target.SpeedUp(inPlace.Name, Metric.PerCall, 15, python.Name),
                    Target.SpeedUp(inPlace.Name, Metric.PerCall, 0.8, copy.Name),
                    Target.SpeedUp(fresh.Name, Metric.PerCall, 4, python.Name),
                ],
                Note = "A call for ReadOnlyMemory<byte> reads the shared memory itself, where the array was copied to once; one for byte[] gets an array of its own, "
                    + "whose pages the kernel has to make. The memory copy is from one used array to another, in one process.",
            },
            cancellationToken);
    }

    private static LoopContender Loop(string name, string shown, Func<int, Task> loop) =>
        new() { Name = name, Shown = shown, Items = Calls, Loop = loop, Unit = ItemUnit.Milliseconds };

    private static void Check(int weight)
    {
        if (weight != Bytes + 2)
        {
            throw new InvalidOperationException($"the argument weighs {weight}");
        }
    }
}
