using Overlap.Executors;
using Overlap.Processes;
using Overlap.Processes.Dispatch;
using Overlap.Processes.Hosting;
using Overlap.Processes.Transport;

namespace Overlap.Tests.Processes;

public sealed class StreamTransportTests
{
    private const int Large = 64 << 20;

    [Fact]
    public async Task Submit_LargeArgumentAndResult_ArriveWhole()
    {
        await using ProcessPoolExecutor pool = Create(1);
        byte[] bytes = new byte[Large];
        new Random(7).NextBytes(bytes);
        byte[] back = await pool.SubmitAsync(static (byte[] given) => Flip(given), bytes);
        Assert.True(Flip(back).AsSpan().SequenceEqual(bytes));
    }

    [Fact]
    public async Task Submit_LargeBothWaysAtOnce_NeitherWaitsForTheOther()
    {
        await using ProcessPoolExecutor pool = Create(2);
        byte[] bytes = new byte[Large];
        byte[][] back = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => pool.SubmitAsync(static (byte[] given) => Flip(given), bytes)));
        Assert.All(back, static result => Assert.Equal((Large, 0xFF), (result.Length, result[^1])));
    }

    [Fact]
    public async Task Map_ResultsLargerThanAFrame_ArriveInOrder()
    {
        await using ProcessPoolExecutor pool = Create(2);
        List<int> lengths = [];
        await foreach (byte[] result in pool.MapAsync(Enumerable.Range(1, 20), static size => new byte[size * 100_000], cancellationToken: CancellationToken.None))
        {
            lengths.Add(result.Length);
        }

        Assert.Equal(Enumerable.Range(1, 20).Select(static size => size * 100_000), lengths);
    }

    [Fact]
    public async Task Submit_WorkerKillsItself_OnlyItsCallFails()
    {
        await using ProcessPoolExecutor pool = Create(2);
        Task<int>[] calls = [.. Enumerable.Range(0, 300).Select(i => pool.SubmitAsync(static (int item) => DieAt(150, item), i))];
        await Task.WhenAny(Task.WhenAll(calls), Task.Delay(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal([150], Failed(calls));
        Assert.IsType<WorkerDiedException>(calls[150].Exception!.InnerException);
    }

    [Fact]
    public async Task Map_WorkerDiesInTheMiddleOfABatch_ResultsBeforeItWereKept()
    {
        await using ProcessPoolExecutor pool = Create(1);
        List<int> results = [];
        WorkerDiedException? death = null;
        try
        {
            await foreach (int result in pool.MapAsync(Enumerable.Range(0, 20_000), static item => DieAt(15_000, item), cancellationToken: CancellationToken.None))
            {
                results.Add(result);
            }
        }
        catch (WorkerDiedException exception)
        {
            death = exception;
        }

        Assert.NotNull(death);
        Assert.Equal(Enumerable.Range(0, 15_000), results);
    }

    [Fact]
    public async Task Submit_TokenCancelledWhileItRuns_CallIsTold()
    {
        await using ProcessPoolExecutor pool = Create(1);
        using CancellationTokenSource source = new();
        string file = Path.GetTempFileName();
        Task<int> call = pool.SubmitAsync(
            static (string started, CancellationToken token) =>
            {
                File.WriteAllText(started, "x");
                token.WaitHandle.WaitOne();
                token.ThrowIfCancellationRequested();
                return 1;
            },
            file,
            source.Token);
        await WrittenAsync(file);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(Environment.ProcessId, await pool.SubmitAsync(static (int id) => id, Environment.ProcessId));
        File.Delete(file);
    }

    [Fact]
    public async Task Submit_CapturedTokenCancelledWhileItRuns_CallIsTold()
    {
        await using ProcessPoolExecutor pool = Create(1);
        using CancellationTokenSource source = new();
        CancellationToken token = source.Token;
        string file = Path.GetTempFileName();
        Task<bool> call = pool.SubmitAsync(() =>
        {
            File.WriteAllText(file, "x");
            return token.WaitHandle.WaitOne();
        });
        await WrittenAsync(file);
        await source.CancelAsync();
        Assert.True(await call);
        File.Delete(file);
    }

    [Fact]
    public async Task Submit_Progress_IsHeardBeforeTheEnd()
    {
        await using ProcessPoolExecutor pool = Create(1);
        List<int> heard = [];
        IProgress<int> progress = new Listener(heard);
        await pool.SubmitAsync(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                progress.Report(i);
            }
        });
        Assert.Equal(Enumerable.Range(0, 100), heard);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Submit_WorkerSendsGarbage_OnlyItsCallFails(int kind)
    {
        await using ProcessPoolExecutor pool = Create(1);
        Task<int> mad = pool.SubmitAsync(static (int garbage) => SendGarbage(garbage), kind);
        await Assert.ThrowsAsync<WorkerDiedException>(() => mad);
        Assert.Equal(5, await pool.SubmitAsync(static (int x) => x + 1, 4));
    }

    [Fact]
    public async Task Submit_WorkerClosesItsStream_CallFails()
    {
        await using ProcessPoolExecutor pool = Create(1);
        Task<int> mad = pool.SubmitAsync(static (int socket) => CloseAndHang(socket), StreamSocket);
        await Assert.ThrowsAsync<WorkerDiedException>(() => mad);
        Assert.Equal(5, await pool.SubmitAsync(static (int x) => x + 1, 4));
    }

    [Fact]
    public async Task Stream_SlowConsumer_GetsEachValueInOrder()
    {
        await using ProcessPoolExecutor pool = Create(1);
        List<int> values = [];
        await foreach (int value in pool.StreamAsync(static (int count) => CountAsync(count), 1_000))
        {
            values.Add(value);
            if (value % 100 == 0)
            {
                await Task.Yield();
            }
        }

        Assert.Equal(Enumerable.Range(0, 1_000), values);
    }

    [Fact]
    public async Task Stream_ConsumerStops_WorkerIsFreeAgain()
    {
        await using ProcessPoolExecutor pool = Create(1);
        await foreach (int value in pool.StreamAsync(static (int count) => CountAsync(count), int.MaxValue))
        {
            if (value == 10)
            {
                break;
            }
        }

        Assert.Equal(5, await pool.SubmitAsync(static (int x) => x + 1, 4));
    }

    [Fact]
    public void Create_NothingCanBeShared_AutoFallsBack()
    {
        using PoolMemory memory = PoolMemory.Create(WorkerTransport.Auto, static _ => throw new IOException("no"), canWaitAny: true);
        Assert.False(memory.IsShared);
    }

    [Fact]
    public void Create_NoWaitOnSeveralWords_AutoFallsBack()
    {
        using PoolMemory memory = PoolMemory.Create(WorkerTransport.Auto, SharedSegment.Create, canWaitAny: false);
        Assert.False(memory.IsShared);
    }

    [Fact]
    public void Create_NothingCanBeShared_DemandIsRefused() =>
        Assert.Throws<WorkerHostException>(() => PoolMemory.Create(WorkerTransport.SharedMemory, static _ => throw new IOException("no"), canWaitAny: true));

    [Fact]
    public void Create_OtherSystem_IsRefusedByName()
    {
        WorkerHostException refusal = Assert.Throws<WorkerHostException>(
            static () => PoolMemory.Create(WorkerTransport.Auto, new HostFacts { IsLinux = false }));
        Assert.Contains("need Linux", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invoke_ManyTimes_EachReturns()
    {
        await using ProcessPoolExecutor pool = Create(1);
        Assert.All(Enumerable.Range(0, 500), i => Assert.Equal(i + 1, pool.Invoke(static (int x) => x + 1, i)));
    }

    // The first that a worker inherits beside the control socket.
    private const int StreamSocket = 4;

    private static ProcessPoolExecutor Create(int workers) => new(new ProcessPoolExecutorOptions
    {
        MaxWorkers = workers,
        Transport = WorkerTransport.Stream,
        Output = static _ => { },
    });

    private static byte[] Flip(byte[] bytes)
    {
        byte[] flipped = new byte[bytes.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            flipped[i] = (byte)~bytes[i];
        }

        return flipped;
    }

    private static async IAsyncEnumerable<int> CountAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await Task.Yield();
            yield return i;
        }
    }

    private static int DieAt(int deadly, int item)
    {
        if (item == deadly)
        {
            Environment.FailFast("as the test wants it");
        }

        return item;
    }

    private static IEnumerable<int> Failed(Task<int>[] calls) => Enumerable.Range(0, calls.Length).Where(i => !calls[i].IsCompletedSuccessfully);

    private static int SendGarbage(int kind)
    {
        StreamMessage message = new() { Kind = StreamMessageKind.Reply, Length = FrameHeader.Size };
        FrameHeader header = new() { Kind = FrameKind.Results, Count = 1, Slot = 900, Generation = 7 };
        switch (kind)
        {
            case 0:
                message.Kind = (StreamMessageKind)99;
                break;
            case 1:
                header.PayloadLength = -5;
                break;
            case 2:
                header.Flags = FrameFlags.InBlob;
                break;
        }

        byte[] bytes = new byte[StreamMessage.Size + FrameHeader.Size];
        System.Runtime.InteropServices.MemoryMarshal.Write(bytes, message);
        System.Runtime.InteropServices.MemoryMarshal.Write(bytes.AsSpan(StreamMessage.Size), header);

        // Until nobody reads any more: more than all buffers hold.
        while (Overlap.Processes.Native.DescriptorCalls.WriteAll(StreamSocket, bytes))
        {
        }

        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    private static int CloseAndHang(int socket)
    {
        Overlap.Processes.Native.DescriptorCalls.ShutDown(new Microsoft.Win32.SafeHandles.SafeFileHandle(socket, ownsHandle: false));
        Thread.Sleep(Timeout.Infinite);
        return 0;
    }

    // The worker says by a file that it has come so far.
    private static async Task WrittenAsync(string file)
    {
        while (new FileInfo(file).Length == 0)
        {
            await Task.Yield();
        }
    }

    private sealed class Listener(List<int> heard) : IProgress<int>
    {
        public void Report(int value) => heard.Add(value);
    }
}
