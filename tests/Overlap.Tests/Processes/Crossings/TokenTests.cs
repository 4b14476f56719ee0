using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes.Crossings;

public sealed class TokenTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CapturedToken_CanceledWhileTheCallRuns_IsSeenInTheWorker()
    {
        await using ProcessPoolExecutor pool = new(1);
        using CancellationTokenSource source = new();
        CancellationToken token = source.Token;
        using SemaphoreSlim running = new(0);
        IProgress<int> started = new Receiver(() => running.Release());
        Task<bool> call = pool.SubmitAsync(() => WaitFor(token, started), Token);
        await running.WaitAsync(Token);
        await source.CancelAsync();
        Assert.True(await call);
    }

    [Fact]
    public async Task CapturedToken_CanceledBefore_IsCanceledFromTheBegin()
    {
        await using ProcessPoolExecutor pool = new(1);
        using CancellationTokenSource source = new();
        CancellationToken token = source.Token;
        await source.CancelAsync();
        Assert.True(await pool.SubmitAsync(() => token.IsCancellationRequested, Token));

        // Also in a worker that is started only after the call was submitted.
        using TemporaryFile gate = new();
        string path = gate.Path;
        await using ProcessPoolExecutor other = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, MaxCallsPerWorker = 1 });
        Task<int> blocking = other.SubmitAsync(() => WaitForFile(path), Token);
        Task<bool> later = other.SubmitAsync(() => token.IsCancellationRequested, Token);
        await File.WriteAllTextAsync(path, "go", Token);
        Assert.Equal((1, true), (await blocking, await later));
    }

    [Fact]
    public async Task CapturedToken_OnTwoWorkers_BothSeeIt()
    {
        await using ProcessPoolExecutor pool = new(2);
        using CancellationTokenSource source = new();
        CancellationToken token = source.Token;
        using SemaphoreSlim running = new(0);
        IProgress<int> started = new Receiver(() => running.Release());
        Task<bool>[] calls = [pool.SubmitAsync(() => WaitFor(token, started), Token), pool.SubmitAsync(() => WaitFor(token, started), Token)];
        await running.WaitAsync(Token);
        await running.WaitAsync(Token);
        await source.CancelAsync();
        Assert.DoesNotContain(false, await Task.WhenAll(calls));
    }

    [Fact]
    public async Task TokenAsArgument_Canceled_IsSeenInTheWorker()
    {
        await using ProcessPoolExecutor pool = new(1);
        using CancellationTokenSource source = new();
        using SemaphoreSlim running = new(0);
        Receiver started = new(() => running.Release());
        Task<bool> call = pool.SubmitAsync(static ((CancellationToken Token, IProgress<int> Started) at) => WaitFor(at.Token, at.Started), (source.Token, started), Token);
        await running.WaitAsync(Token);
        await source.CancelAsync();
        Assert.True(await call);
        Assert.True(await pool.SubmitAsync(static (CancellationToken token) => token.IsCancellationRequested, source.Token, Token));
        Assert.False(await pool.SubmitAsync(static (CancellationToken token) => token.CanBeCanceled, CancellationToken.None, Token));
    }

    [Fact]
    public async Task CapturedToken_TwoThousandCalls_LeakNoPlace()
    {
        await using ProcessPoolExecutor pool = new(1);
        using CancellationTokenSource source = new();
        CancellationToken token = source.Token;
        for (int i = 0; i < 2_000; i++)
        {
            Assert.False(await pool.SubmitAsync(() => token.IsCancellationRequested, Token));
        }

        await source.CancelAsync();
        Assert.True(await pool.SubmitAsync(() => token.IsCancellationRequested, Token));
    }

    [Fact]
    public async Task CapturedToken_OneCanceledAmongMany_OnlyThatOne()
    {
        await using ProcessPoolExecutor pool = new(1);
        for (int i = 0; i < 1_100; i++)
        {
            using CancellationTokenSource source = new();
            CancellationToken token = source.Token;
            if (i % 3 == 0)
            {
                await source.CancelAsync();
            }

            Assert.Equal(i % 3 == 0, await pool.SubmitAsync(() => token.IsCancellationRequested, Token));
        }
    }

    [Fact]
    public async Task CapturedToken_MapWhileItIsCanceled_LaterItemsSeeIt()
    {
        await using ProcessPoolExecutor pool = new(1);
        using CancellationTokenSource source = new();
        CancellationToken token = source.Token;
        bool seen = false;
        await foreach (bool isCanceled in pool.MapAsync(Enumerable.Range(0, 100_000), _ => token.IsCancellationRequested, new MapOptions { Window = 8 }, Token))
        {
            await source.CancelAsync();
            seen |= isCanceled;
            if (seen)
            {
                break;
            }
        }

        Assert.True(seen);
    }

    private static bool WaitFor(CancellationToken token, IProgress<int> started)
    {
        started.Report(1);
        return token.WaitHandle.WaitOne(TimeSpan.FromSeconds(30));
    }

    private static int WaitForFile(string path)
    {
        while (!File.Exists(path))
        {
            _ = Thread.Yield();
        }

        return 1;
    }

    private sealed class Receiver(Action onReport) : IProgress<int>
    {
        public void Report(int value) => onReport();
    }
}
