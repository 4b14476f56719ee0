using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes.Crossings;

public sealed class ProgressTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Report_CapturedReceiver_AllInOrderBeforeTheCallsEnd()
    {
        await using ProcessPoolExecutor pool = new(1);
        List<int> reports = [];
        IProgress<int> progress = new Receiver<int>(reports.Add);
        int count = 1_000;
        await pool.SubmitAsync(() => ReportAll(progress, count), Token);
        Assert.Equal(Enumerable.Range(0, 1_000), reports);
    }

    [Fact]
    public async Task Report_ReceiverAsArgument_AllInOrder()
    {
        await using ProcessPoolExecutor pool = new(1);
        List<int> reports = [];
        await pool.SubmitAsync(static (IProgress<int> progress) => ReportAll(progress, 10), new Receiver<int>(reports.Add), Token);
        Assert.Equal(Enumerable.Range(0, 10), reports);
    }

    [Fact]
    public async Task Report_ReceiverInTuple_AllInOrder()
    {
        await using ProcessPoolExecutor pool = new(1);
        List<string> reports = [];
        await pool.SubmitAsync(
            static ((IProgress<string> Progress, string Text) argument) => argument.Progress.Report(argument.Text), (new Receiver<string>(reports.Add), "half"), Token);
        Assert.Equal(["half"], reports);
    }

    [Fact]
    public async Task Report_LargeValues_AreTheSame()
    {
        await using ProcessPoolExecutor pool = new(1);
        List<byte[]> reports = [];
        IProgress<byte[]> progress = new Receiver<byte[]>(reports.Add);
        await pool.SubmitAsync(() => ReportBlocks(progress), Token);
        Assert.Equal(5, reports.Count);
        Assert.All(reports, static (block, index) => Assert.True(block.Length == 200_000 && block.AsSpan().IndexOfAnyExcept((byte)index) < 0));
    }

    [Fact]
    public async Task Report_FromOtherThreadsOfTheWorker_NoneIsLostAndEachThreadsAreInOrder()
    {
        await using ProcessPoolExecutor pool = new(1);
        List<(int Thread, int Value)> reports = [];
        IProgress<(int, int)> progress = new Receiver<(int, int)>(reports.Add);
        await pool.SubmitAsync(() => ReportFromThreads(progress), Token);
        Assert.Equal(4_000, reports.Count);
        for (int thread = 0; thread < 4; thread++)
        {
            Assert.Equal(Enumerable.Range(0, 1_000), reports.Where(report => report.Thread == thread).Select(static report => report.Value));
        }
    }

    [Fact]
    public async Task Report_FloodOfHundredThousand_AllArrive()
    {
        await using ProcessPoolExecutor pool = new(1);
        long sum = 0;
        IProgress<int> progress = new Receiver<int>(value => sum += value);
        await pool.SubmitAsync(() => ReportAll(progress, 100_000), Token);
        Assert.Equal(100_000L * 99_999 / 2, sum);
    }

    [Fact]
    public async Task Report_FloodBesideOtherCalls_NeitherStops()
    {
        await using ProcessPoolExecutor pool = new(1);
        int count = 0;
        IProgress<int> progress = new Receiver<int>(_ => Interlocked.Increment(ref count));
        await pool.SubmitAsync(() => FloodInBackground(progress), Token);
        Assert.Equal(Enumerable.Range(0, 2_000), await pool.MapAsync(Enumerable.Range(0, 2_000), static x => x, cancellationToken: Token).ToListAsync(Token));
        Assert.Equal(50_000, await pool.SubmitAsync(static () => { Flood.Thread!.Join(); return Flood.Sent; }, Token));
    }

    [Fact]
    public async Task Report_ReceiverThrows_PoolGoesOnAndTellsAtItsEnd()
    {
        ProcessPoolExecutor pool = new(1);
        IProgress<int> progress = new Receiver<int>(static _ => throw new InvalidOperationException("my receiver"));
        await pool.SubmitAsync(() => ReportAll(progress, 3), Token);
        Assert.Equal(2, await pool.SubmitAsync(static () => 2, Token));
        InvalidOperationException exception = await Assert.ThrowsAsync<InvalidOperationException>(async () => await pool.DisposeAsync());
        Assert.Equal("my receiver", exception.Message);
    }

    private static void ReportAll(IProgress<int> progress, int count)
    {
        for (int i = 0; i < count; i++)
        {
            progress.Report(i);
        }
    }

    private static void ReportBlocks(IProgress<byte[]> progress)
    {
        for (int i = 0; i < 5; i++)
        {
            byte[] block = new byte[200_000];
            block.AsSpan().Fill((byte)i);
            progress.Report(block);
        }
    }

    private static void ReportFromThreads(IProgress<(int, int)> progress)
    {
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(number => new Thread(() =>
        {
            for (int i = 0; i < 1_000; i++)
            {
                progress.Report((number, i));
            }
        }))];
        Array.ForEach(threads, static thread => thread.Start());
        Array.ForEach(threads, static thread => thread.Join());
    }

    private static void FloodInBackground(IProgress<int> progress)
    {
        Flood.Thread = new Thread(() =>
        {
            for (; Flood.Sent < 50_000; Flood.Sent++)
            {
                progress.Report(Flood.Sent);
            }
        });
        Flood.Thread.Start();
    }

    private static class Flood
    {
        public static Thread? Thread { get; set; }

        public static int Sent { get; set; }
    }

    private sealed class Receiver<T>(Action<T> onReport) : IProgress<T>
    {
        public void Report(T value) => onReport(value);
    }
}
