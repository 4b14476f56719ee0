using System.Buffers;
using System.Runtime.CompilerServices;
using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes.Buffers;

public sealed class SharedBufferTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task RentBuffer_AsArgument_BothSidesSeeEachOthersWrites()
    {
        await using ProcessPoolExecutor pool = new(1);
        using SharedBuffer buffer = pool.RentBuffer(1 << 20);
        buffer.Span.Fill(3);
        Assert.Equal((1 << 20) * 3L, await pool.SubmitAsync(SumAndFill, buffer, Token));
        Assert.Equal(1 << 20, buffer.Length);
        Assert.True(buffer.Span.IndexOfAnyExcept((byte)5) < 0);
    }

    [Fact]
    public async Task RentBuffer_WhileACallRuns_WritesCrossAtOnce()
    {
        await using ProcessPoolExecutor pool = new(1);
        using SharedBuffer buffer = pool.RentBuffer(64);
        buffer.Span.Clear();
        Task<int> running = pool.SubmitAsync(AnswerInPlace, buffer, Token);
        Volatile.Write(ref Unsafe.As<byte, int>(ref buffer.Span[0]), 41);
        SpinWait spinner = default;
        while (Volatile.Read(ref Unsafe.As<byte, int>(ref buffer.Span[4])) == 0)
        {
            spinner.SpinOnce();
        }

        Assert.Equal(42, Unsafe.As<byte, int>(ref buffer.Span[4]));
        Assert.Equal(42, await running);
    }

    [Fact]
    public async Task RentBuffer_Captured_TravelsWithTheLambda()
    {
        await using ProcessPoolExecutor pool = new(1);
        using SharedBuffer buffer = pool.RentBuffer(100);
        buffer.Span.Clear();
        int place = 7;
        await pool.SubmitAsync(() => { buffer.Span[place] = 9; }, Token);
        Assert.Equal(9, buffer.Span[7]);
    }

    [Fact]
    public async Task RentBuffer_InTupleAndRecord_Travels()
    {
        await using ProcessPoolExecutor pool = new(1);
        using SharedBuffer buffer = pool.RentBuffer(100);
        buffer.Span.Clear();
        await pool.SubmitAsync(static ((SharedBuffer Buffer, int Place) at) => { at.Buffer.Span[at.Place] = 1; }, (buffer, 3), Token);
        await pool.SubmitAsync(static (Piece piece) => { piece.Buffer!.Span[piece.Place] = 2; }, new Piece(buffer, 4), Token);
        Assert.True(await pool.SubmitAsync(static (Piece piece) => piece.Buffer is null, new Piece(null, 4), Token));
        Assert.Equal((1, 2), (buffer.Span[3], buffer.Span[4]));
    }

    [Fact]
    public async Task RentBuffer_PiecesOfOneBufferInAMap_AreFilledByAllWorkers()
    {
        await using ProcessPoolExecutor pool = new(2);
        using SharedBuffer buffer = pool.RentBuffer(1_000);
        await foreach (int place in pool.MapAsync(
            Enumerable.Range(0, 1_000), i => { buffer.Span[i] = (byte)i; return i; }, cancellationToken: Token))
        {
            Assert.Equal((byte)place, buffer.Span[place]);
        }
    }

    [Fact]
    public async Task RentBuffer_MemoryAsResult_IsCopiedBeforeItIsTakenBack()
    {
        await using ProcessPoolExecutor pool = new(1);
        using SharedBuffer buffer = pool.RentBuffer(100);
        buffer.Span.Fill(8);
        Assert.Equal(Enumerable.Repeat((byte)8, 10), (await pool.SubmitAsync(static (SharedBuffer b) => b.Memory[..10], buffer, Token)).ToArray());
    }

    [Fact]
    public async Task RentBuffer_ToAnotherPool_IsRefused()
    {
        await using ProcessPoolExecutor pool = new(1);
        await using ProcessPoolExecutor other = new(1);
        using SharedBuffer buffer = pool.RentBuffer(100);
        NotPortableException exception = await Assert.ThrowsAsync<NotPortableException>(() => other.SubmitAsync(static (SharedBuffer b) => b.Length, buffer, Token));
        Assert.Contains("the pool that it was rented from", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, other.GetStatistics().Submitted);
    }

    [Fact]
    public async Task RentBuffer_AsResult_IsRefused()
    {
        await using ProcessPoolExecutor pool = new(1);
        using SharedBuffer buffer = pool.RentBuffer(100);
        NotPortableException exception = await Assert.ThrowsAsync<NotPortableException>(() => pool.SubmitAsync(static (SharedBuffer b) => b, buffer, Token));
        Assert.Contains("not back", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_ThenSent_IsRefused()
    {
        await using ProcessPoolExecutor pool = new(1);
        SharedBuffer buffer = pool.RentBuffer(100);
        Memory<byte> memory = buffer.Memory;
        buffer.Dispose();
        buffer.Dispose();
        _ = await Assert.ThrowsAsync<ObjectDisposedException>(() => pool.SubmitAsync(static (SharedBuffer b) => b.Length, buffer, Token));
        _ = Assert.Throws<ObjectDisposedException>(() => buffer.Memory);
        _ = Assert.Throws<ObjectDisposedException>(() => buffer.Span.Length);
        _ = Assert.Throws<ObjectDisposedException>(() => memory.Span.Length);
        _ = Assert.Throws<ObjectDisposedException>(() => memory.Pin());
    }

    [Fact]
    public async Task Dispose_Idle_NextRenterGetsTheSameMemory()
    {
        await using ProcessPoolExecutor pool = new(1);
        SharedBuffer first = pool.RentBuffer(100_000);
        first.Span[0] = 77;
        first.Dispose();
        using SharedBuffer second = pool.RentBuffer(90_000);
        Assert.Equal(first.Reference.Offset, second.Reference.Offset);
        Assert.Equal(77, second.Span[0]);
    }

    [Fact]
    public async Task Dispose_WhileACallHasIt_MemoryIsGivenToAnotherOnlyAfterTheCall()
    {
        await using ProcessPoolExecutor pool = new(1);
        using TemporaryFile gate = new();
        string path = gate.Path;
        SharedBuffer first = pool.RentBuffer(100);
        Task<int> call = pool.SubmitAsync(b => ReadWhenFileIsThere(b, path), first, Token);
        first.Span[0] = 12;
        first.Dispose();
        using SharedBuffer second = pool.RentBuffer(100);
        Assert.NotEqual(first.Reference.Offset, second.Reference.Offset);
        await File.WriteAllTextAsync(path, "go", Token);
        Assert.Equal(12, await call);
        using SharedBuffer third = pool.RentBuffer(100);
        Assert.Equal(first.Reference.Offset, third.Reference.Offset);
    }

    [Fact]
    public async Task Dispose_WorkerThatHadItDies_MemoryComesBack()
    {
        await using ProcessPoolExecutor pool = new(1);
        SharedBuffer first = pool.RentBuffer(100);
        Task call = pool.SubmitAsync(static (SharedBuffer b) => Environment.Exit(b.Length), first, Token);
        first.Dispose();
        _ = await Assert.ThrowsAsync<WorkerDiedException>(() => call);
        using SharedBuffer second = pool.RentBuffer(100);
        Assert.Equal(first.Reference.Offset, second.Reference.Offset);
    }

    [Fact]
    public async Task Dispose_WhilePinned_MemoryIsGivenToAnotherOnlyAfterThePin()
    {
        await using ProcessPoolExecutor pool = new(1);
        SharedBuffer first = pool.RentBuffer(100);
        using (MemoryHandle pin = first.Memory.Pin())
        {
            first.Dispose();
            using SharedBuffer second = pool.RentBuffer(100);
            Assert.NotEqual(first.Reference.Offset, second.Reference.Offset);
        }

        using SharedBuffer third = pool.RentBuffer(100);
        using SharedBuffer fourth = pool.RentBuffer(100);
        Assert.True(first.Reference.Offset == third.Reference.Offset || first.Reference.Offset == fourth.Reference.Offset);
    }

    [Fact]
    public async Task DisposeAsync_BufferStillRented_CanBeReadHere()
    {
        ProcessPoolExecutor pool = new(1);
        using SharedBuffer buffer = pool.RentBuffer(1_000);
        await pool.SubmitAsync(static (SharedBuffer b) => b.Span.Fill(6), buffer, Token);
        await pool.DisposeAsync();
        Assert.True(buffer.Span.IndexOfAnyExcept((byte)6) < 0);
        _ = Assert.Throws<ObjectDisposedException>(() => pool.RentBuffer(10));
    }

    [Fact]
    public async Task Span_InTheWorkerAfterTheCall_Throws()
    {
        await using ProcessPoolExecutor pool = new(1);
        using SharedBuffer buffer = pool.RentBuffer(100);
        await pool.SubmitAsync(static (SharedBuffer b) => { Kept.Buffer = b; }, buffer, Token);
        _ = await Assert.ThrowsAsync<ObjectDisposedException>(() => pool.SubmitAsync(static () => Kept.Buffer!.Span.Length, Token));
    }

    [Fact]
    public async Task Span_WorkerDisposedItsCopy_OnlyThatCallLosesIt()
    {
        await using ProcessPoolExecutor pool = new(1);
        using SharedBuffer buffer = pool.RentBuffer(100);
        await pool.SubmitAsync(static (SharedBuffer b) => b.Dispose(), buffer, Token);
        await pool.SubmitAsync(static (SharedBuffer b) => b.Span.Fill(2), buffer, Token);
        Assert.Equal(2, buffer.Span[99]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public async Task RentBuffer_NoLength_Throws(int length)
    {
        await using ProcessPoolExecutor pool = new(1);
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => pool.RentBuffer(length));
    }

    [Fact]
    public async Task RentBuffer_MoreThanThereIs_NamesTheLimit()
    {
        await using ProcessPoolExecutor pool = new(1);
        List<SharedBuffer> rented = [];
        InsufficientMemoryException exception = Assert.Throws<InsufficientMemoryException>(() =>
        {
            for (int i = 0; i < 17; i++)
            {
                rented.Add(pool.RentBuffer(1 << 30));
            }
        });
        Assert.Contains("16 GiB", exception.Message, StringComparison.Ordinal);
        rented.ForEach(static buffer => buffer.Dispose());
        using SharedBuffer again = pool.RentBuffer(1 << 30);
        Assert.Equal(1 << 30, again.Span.Length);
    }

    private static long SumAndFill(SharedBuffer buffer)
    {
        long sum = 0;
        foreach (byte value in buffer.Span)
        {
            sum += value;
        }

        buffer.Span.Fill(5);
        return sum;
    }

    private static int AnswerInPlace(SharedBuffer buffer)
    {
        SpinWait spinner = default;
        int question;
        while ((question = Volatile.Read(ref Unsafe.As<byte, int>(ref buffer.Span[0]))) == 0)
        {
            spinner.SpinOnce();
        }

        Volatile.Write(ref Unsafe.As<byte, int>(ref buffer.Span[4]), question + 1);
        return question + 1;
    }

    private static int ReadWhenFileIsThere(SharedBuffer buffer, string path)
    {
        while (!File.Exists(path))
        {
            _ = Thread.Yield();
        }

        return buffer.Span[0];
    }

    private sealed record Piece(SharedBuffer? Buffer, int Place);

    private static class Kept
    {
        public static SharedBuffer? Buffer { get; set; }
    }
}
