using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Overlap.Executors;
using Overlap.Processes;
using Overlap.Processes.Native;
using Overlap.Processes.Workers;

namespace Overlap.Tests.Processes.Buffers;

public sealed class ArgumentMemoryTests
{
    private const int Length = 1 << 20;
    private const int SegmentationFault = 11;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task SubmitAsync_LargeReadOnlyMemory_IsReadInPlace()
    {
        await using ProcessPoolExecutor pool = new(1);
        (long sum, bool isArray) = await pool.SubmitAsync(SumInPlace, Ones(), Token);
        Assert.Equal((Length, false), (sum, isArray));
    }

    [Fact]
    public async Task SubmitAsync_LargeMemory_IsACopyThatCanBeWritten()
    {
        await using ProcessPoolExecutor pool = new(1);
        byte[] ones = Ones().ToArray();
        Assert.Equal(2 * Length, await pool.SubmitAsync(DoubleAndSum, ones.AsMemory(), Token));
        Assert.Equal(1, ones[0]);
    }

    [Fact]
    public async Task SubmitAsync_WorkerWritesIntoArguments_DiesAndHarmsNoOther()
    {
        await using ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 2, Output = static _ => { } });
        WorkerDiedException exception = await Assert.ThrowsAsync<WorkerDiedException>(() => pool.SubmitAsync(Overwrite, Ones(), Token));
        Assert.Contains(exception.Signal, new int?[] { SegmentationFault, SignalNumber.Abort });
        Assert.Equal(Length, (await pool.SubmitAsync(SumInPlace, Ones(), Token)).Sum);
    }

    [Fact]
    public async Task SubmitAsync_WorkerMapsArgumentsForWriting_IsRefused()
    {
        await using ProcessPoolExecutor pool = new(1);
        Assert.Equal(-1, await pool.SubmitAsync(static () => MapForWriting(), Token));
    }

    private static ReadOnlyMemory<byte> Ones()
    {
        byte[] bytes = new byte[Length];
        bytes.AsSpan().Fill(1);
        return bytes;
    }

    private static (long Sum, bool IsArray) SumInPlace(ReadOnlyMemory<byte> bytes)
    {
        long sum = 0;
        foreach (byte value in bytes.Span)
        {
            sum += value;
        }

        return (sum, MemoryMarshal.TryGetArray(bytes, out _));
    }

    private static long DoubleAndSum(Memory<byte> bytes)
    {
        foreach (ref byte value in bytes.Span)
        {
            value *= 2;
        }

        return SumInPlace(bytes).Sum;
    }

    private static void Overwrite(ReadOnlyMemory<byte> bytes) => Unsafe.AsRef(in bytes.Span[Length / 2]) = 7;

    private static long MapForWriting() => MemoryCalls.Map(
        0, 4096, MemoryCalls.ProtectRead | MemoryCalls.ProtectWrite, MemoryCalls.MapShared, WorkerLaunch.FirstInherited + 1, 0);
}
