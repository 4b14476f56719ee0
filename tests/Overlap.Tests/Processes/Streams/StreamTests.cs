using System.Runtime.CompilerServices;
using Overlap.Executors;
using Overlap.Processes;
using Overlap.Testing;

namespace Overlap.Tests.Processes.Streams;

public sealed class StreamTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StreamAsync_ManyValues_ComeInOrder()
    {
        await using ProcessPoolExecutor pool = new(1);
        Assert.Equal(Enumerable.Range(0, 5_000), await pool.StreamAsync(Count, 5_000, Token).ToListAsync(Token));
    }

    [Fact]
    public async Task StreamAsync_NoValues_IsEmpty()
    {
        await using ProcessPoolExecutor pool = new(1);
        Assert.Empty(await pool.StreamAsync(Count, 0, Token).ToListAsync(Token));
    }

    [Fact]
    public async Task StreamAsync_EveryForm_Works()
    {
        await using ProcessPoolExecutor pool = new(1);
        int captured = 3;
        Assert.Equal([0, 1], await pool.StreamAsync(static count => Count(count), 2, Token).ToListAsync(Token));
        Assert.Equal([0, 1], await pool.StreamAsync(CountWithToken, 2, Token).ToListAsync(Token));
        Assert.Equal([0, 1, 2], await pool.StreamAsync(() => Count(captured), Token).ToListAsync(Token));
        Assert.Equal([0, 1, 2], await pool.StreamAsync(token => CountWithToken(captured, token), Token).ToListAsync(Token));
        Assert.Equal(["0", "1"], await pool.StreamAsync(Names, 2, Token).ToListAsync(Token));
    }

    [Fact]
    public async Task StreamAsync_ThroughView_UsesItsOptions()
    {
        await using ProcessPoolExecutor pool = new(1);
        ProcessPoolView view = pool.With(new ProcessCallOptions { StreamBuffer = 1 });
        Assert.Equal(Enumerable.Range(0, 100), await view.StreamAsync(Count, 100, Token).ToListAsync(Token));
        Assert.Equal([0, 1], await view.StreamAsync(static token => CountWithToken(2, token), Token).ToListAsync(Token));
        Assert.Equal([0, 1], await view.StreamAsync(static () => Count(2), Token).ToListAsync(Token));
    }

    [Fact]
    public async Task StreamAsync_LargeValues_AreTheSame()
    {
        await using ProcessPoolExecutor pool = new(1);
        int index = 0;
        await foreach (byte[] value in pool.StreamAsync(Blocks, 300_000, Token))
        {
            Assert.Equal(300_000, value.Length);
            Assert.True(value.AsSpan().IndexOfAnyExcept((byte)index) < 0);
            index++;
        }

        Assert.Equal(20, index);
    }

    [Fact]
    public async Task StreamAsync_EnumeratedTwice_IsTwoCalls()
    {
        await using ProcessPoolExecutor pool = new(1);
        IAsyncEnumerable<int> stream = pool.StreamAsync(Count, 3, Token);
        Assert.Equal(0, pool.GetStatistics().Submitted);
        _ = await stream.ToListAsync(Token);
        _ = await stream.ToListAsync(Token);
        ExecutorStatistics statistics = pool.GetStatistics();
        Assert.Equal((2, 2, 0), (statistics.Submitted, statistics.Succeeded, statistics.Running));
    }

    [Fact]
    public async Task StreamAsync_FunctionThrows_ExceptionComesAfterTheValues()
    {
        await using ProcessPoolExecutor pool = new(1);
        List<int> given = [];
        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (int value in pool.StreamAsync(CountThenThrow, 10, Token))
            {
                given.Add(value);
            }
        });
        Assert.Equal("after 10", exception.Message);
        Assert.Equal(Enumerable.Range(0, 10), given);
        Assert.Equal(1, pool.GetStatistics().Failed);
    }

    [Fact]
    public async Task StreamAsync_WorkerDies_ValuesThatArrivedComeFirst()
    {
        await using ProcessPoolExecutor pool = new(1);
        List<int> given = [];
        WorkerDiedException exception = await Assert.ThrowsAsync<WorkerDiedException>(async () =>
        {
            await foreach (int value in pool.StreamAsync(CountThenDie, 10, Token))
            {
                given.Add(value);
            }
        });
        Assert.Equal(7, exception.ExitCode);
        Assert.Equal(Enumerable.Range(0, 10), given);
        Assert.Equal(1, pool.GetStatistics().Failed);
        Assert.Equal([0, 1], await pool.StreamAsync(Count, 2, Token).ToListAsync(Token));
    }

    [Fact]
    public async Task StreamAsync_IdempotentAndNothingGiven_RunsAgain()
    {
        await using ProcessPoolExecutor pool = new(1);
        using TemporaryFile first = new();
        ProcessPoolView view = pool.With(new ProcessCallOptions { Idempotent = true });
        Assert.Equal([1, 2], await view.StreamAsync(DieTheFirstTime, (first.Path, 0), Token).ToListAsync(Token));
    }

    [Fact]
    public async Task StreamAsync_IdempotentButValuesGiven_Fails()
    {
        await using ProcessPoolExecutor pool = new(1);
        using TemporaryFile first = new();
        ProcessPoolView view = pool.With(new ProcessCallOptions { Idempotent = true });
        _ = await Assert.ThrowsAsync<WorkerDiedException>(async () => await view.StreamAsync(DieTheFirstTime, (first.Path, 1), Token).ToListAsync(Token));
    }

    [Fact]
    public async Task StreamAsync_SlowConsumer_WorkerStaysWithinTheBuffer()
    {
        await using ProcessPoolExecutor pool = new(2);
        ProcessPoolView view = pool.With(new ProcessCallOptions { StreamBuffer = 4 });
        List<int> reported = [];
        using SemaphoreSlim seen = new(0);
        IProgress<int> reports = new Reports(value =>
        {
            reported.Add(value);
            _ = seen.Release();
        });
        await using IAsyncEnumerator<int> stream = view.StreamAsync(token => CountAndReport(reports, token), Token).GetAsyncEnumerator(Token);
        Assert.True(await stream.MoveNextAsync());

        // Four may lie ready; of the fifth the worker has the value, and waits with it.
        for (int i = 0; i < 5; i++)
        {
            await seen.WaitAsync(Token);
        }

        // Time enough for many more, had it gone on.
        for (int i = 0; i < 200; i++)
        {
            Assert.Equal(i + 1, await pool.SubmitAsync(static x => x + 1, i, Token));
        }

        Assert.Equal(5, reported.Count);
        for (int i = 1; i < 50; i++)
        {
            Assert.True(await stream.MoveNextAsync());
            Assert.Equal(i, stream.Current);
        }
    }

    [Fact]
    public async Task StreamAsync_ConsumerLeaves_FunctionIsCanceledAndHasEnded()
    {
        await using ProcessPoolExecutor pool = new(1);
        using TemporaryFile ended = new();
        string path = ended.Path;
        await foreach (int value in pool.StreamAsync(token => EndlessThenWrite(path, token), Token))
        {
            if (value == 100)
            {
                break;
            }
        }

        Assert.Equal("canceled", await File.ReadAllTextAsync(path, Token));
        ExecutorStatistics statistics = pool.GetStatistics();
        Assert.Equal((0, 1), (statistics.Running, statistics.Canceled));
    }

    [Fact]
    public async Task StreamAsync_ConsumerLeavesFunctionThatIgnoresItsToken_Ends()
    {
        await using ProcessPoolExecutor pool = new(1);
        await foreach (int value in pool.StreamAsync(static () => Count(int.MaxValue), Token))
        {
            if (value == 10)
            {
                break;
            }
        }

        Assert.Equal(0, pool.GetStatistics().Running);
        Assert.Equal(5, await pool.SubmitAsync(static x => x + 1, 4, Token));
    }

    [Fact]
    public async Task StreamAsync_ConsumerLeavesBeforeTheCallStarts_ItNeverRuns()
    {
        await using ProcessPoolExecutor pool = new(1);
        using TemporaryFile gate = new();
        string path = gate.Path;
        Task<int> blocking = pool.SubmitAsync(() => WaitForFile(path), Token);
        using CancellationTokenSource leave = new();
        IAsyncEnumerator<int> stream = pool.StreamAsync(Count, 5, leave.Token).GetAsyncEnumerator(Token);
        ValueTask<bool> first = stream.MoveNextAsync();
        await leave.CancelAsync();
        _ = await Assert.ThrowsAsync<OperationCanceledException>(async () => await first);
        await File.WriteAllTextAsync(path, "go", Token);
        Assert.Equal(1, await blocking);
        ExecutorStatistics statistics = pool.GetStatistics();
        Assert.Equal((2, 1, 1), (statistics.Submitted, statistics.Succeeded, statistics.Canceled));
    }

    [Fact]
    public async Task StreamAsync_TokenCanceledMidway_ThrowsWithThatToken()
    {
        await using ProcessPoolExecutor pool = new(1);
        using CancellationTokenSource source = new();
        int given = 0;
        OperationCanceledException exception = await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            await foreach (int value in pool.StreamAsync(CountWithToken, int.MaxValue, Token).WithCancellation(source.Token))
            {
                if (++given == 20)
                {
                    await source.CancelAsync();
                }
            }
        });
        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.Equal(20, given);
        Assert.Equal(0, pool.GetStatistics().Running);
    }

    [Fact]
    public async Task StreamAsync_TwoAtOnceOnTwoWorkers_NeitherWaitsForTheOther()
    {
        await using ProcessPoolExecutor pool = new(2);
        await using IAsyncEnumerator<int> first = pool.StreamAsync(Count, 1_000, Token).GetAsyncEnumerator(Token);
        await using IAsyncEnumerator<int> second = pool.StreamAsync(Count, 1_000, Token).GetAsyncEnumerator(Token);
        for (int i = 0; i < 1_000; i++)
        {
            Assert.True(await first.MoveNextAsync() && await second.MoveNextAsync());
            Assert.Equal((i, i), (first.Current, second.Current));
        }
    }

    [Fact]
    public async Task StreamAsync_CallsWhileAStreamWaitsForItsConsumer_RunOnOtherWorkers()
    {
        await using ProcessPoolExecutor pool = new(2);
        await using IAsyncEnumerator<int> stream = pool.StreamAsync(Count, 10_000, Token).GetAsyncEnumerator(Token);
        Assert.True(await stream.MoveNextAsync());
        Assert.Equal(Enumerable.Range(1, 500), await pool.MapAsync(Enumerable.Range(0, 500), static x => x + 1, cancellationToken: Token).ToListAsync(Token));
    }

    [Fact]
    public async Task StreamAsync_DeadlinePasses_FailsAfterTheValues()
    {
        // No time passes before the values are on their way: by the machine's clock a worker may need longer for them than any deadline.
        VirtualTimeProvider time = new();
        await using ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, TimeProvider = time });
        ProcessPoolView view = pool.With(new ProcessCallOptions { Deadline = TimeSpan.FromTicks(1) });
        TaskCompletionSource hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);
        IProgress<int> reports = new Reports(_ => hangs.SetResult());
        await using IAsyncEnumerator<int> stream = view.StreamAsync(() => CountThenHang(reports, 5), Token).GetAsyncEnumerator(Token);
        ValueTask<bool> first = stream.MoveNextAsync();
        await hangs.Task;

        // Also for the worker's being ended, which nobody is to wait for.
        time.Advance(TimeSpan.FromSeconds(1));
        List<int> given = [];
        _ = await Assert.ThrowsAsync<CallDeadlineException>(async () =>
        {
            for (bool any = await first; any; any = await stream.MoveNextAsync())
            {
                given.Add(stream.Current);
            }
        });
        Assert.Equal(Enumerable.Range(0, 5), given);
    }

    [Fact]
    public async Task StreamAsync_ValuesThatCannotTravel_IsRefusedAtOnce()
    {
        await using ProcessPoolExecutor pool = new(1);
        _ = Assert.Throws<NotPortableException>(() => pool.StreamAsync(static () => Streams(), Token));
        Assert.Equal(0, pool.GetStatistics().Submitted);
    }

    [Fact]
    public async Task DisposeAsync_StreamUnderWay_WaitsForItsEnd()
    {
        ProcessPoolExecutor pool = new(1);
        IAsyncEnumerator<int> stream = pool.StreamAsync(Count, 1_000, Token).GetAsyncEnumerator(Token);
        Assert.True(await stream.MoveNextAsync());
        ValueTask disposal = pool.DisposeAsync();
        int rest = 0;
        while (await stream.MoveNextAsync())
        {
            rest++;
        }

        await disposal;
        Assert.Equal(999, rest);
        await stream.DisposeAsync();
    }

    private static async IAsyncEnumerable<int> Count(int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (i % 7 == 0)
            {
                await Task.Yield();
            }

            yield return i;
        }
    }

    private static async IAsyncEnumerable<int> CountWithToken(int count, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return i;
        }
    }

    private static IAsyncEnumerable<string> Names(int count) => Count(count).Select(static i => i.ToString(System.Globalization.CultureInfo.InvariantCulture));

    private static async IAsyncEnumerable<byte[]> Blocks(int size)
    {
        for (int i = 0; i < 20; i++)
        {
            await Task.Yield();
            byte[] block = new byte[size];
            block.AsSpan().Fill((byte)i);
            yield return block;
        }
    }

    private static async IAsyncEnumerable<int> CountThenThrow(int count)
    {
        await foreach (int value in Count(count))
        {
            yield return value;
        }

        throw new InvalidOperationException($"after {count}");
    }

    private static async IAsyncEnumerable<int> CountThenDie(int count)
    {
        await foreach (int value in Count(count))
        {
            yield return value;
        }

        Environment.Exit(7);
    }

    private static async IAsyncEnumerable<int> CountThenHang(IProgress<int> hangs, int count)
    {
        await foreach (int value in Count(count))
        {
            yield return value;
        }

        hangs.Report(count);
        await Task.Delay(Timeout.Infinite);
    }

    private static async IAsyncEnumerable<int> DieTheFirstTime((string Path, int Before) argument)
    {
        await Task.Yield();
        if (argument.Before > 0)
        {
            yield return 0;
        }

        if (!File.Exists(argument.Path))
        {
            await File.WriteAllTextAsync(argument.Path, "seen");
            Environment.Exit(3);
        }

        yield return 1;
        yield return 2;
    }

    private static async IAsyncEnumerable<int> CountAndReport(IProgress<int> progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (int i = 0; ; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            progress.Report(i);
            yield return i;
        }
    }

    private static async IAsyncEnumerable<int> EndlessThenWrite(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            for (int i = 0; ; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Task.Yield();
                yield return i;
            }
        }
        finally
        {
            await File.WriteAllTextAsync(path, cancellationToken.IsCancellationRequested ? "canceled" : "not canceled", CancellationToken.None);
        }
    }

    private static int WaitForFile(string path)
    {
        while (!File.Exists(path))
        {
            Thread.Yield();
        }

        return 1;
    }

    private static async IAsyncEnumerable<Stream> Streams()
    {
        await Task.Yield();
        yield return Stream.Null;
    }

    private sealed class Reports(Action<int> onReport) : IProgress<int>
    {
        public void Report(int value) => onReport(value);
    }
}
