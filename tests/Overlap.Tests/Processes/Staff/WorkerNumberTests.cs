using Overlap.Executors;
using Overlap.Processes;

namespace Overlap.Tests.Processes.Staff;

public sealed class WorkerNumberTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WarmUpAsync_Ended_WorkersAreThere()
    {
        await using ProcessPoolExecutor pool = new(3);
        await pool.WarmUpAsync(2, Token);
        Assert.Equal(2, pool.GetStatistics().Workers);
        await pool.WarmUpAsync(1, Token);
        Assert.Equal((2, 0), (pool.GetStatistics().Workers, pool.GetStatistics().Submitted));
    }

    [Fact]
    public async Task WarmUpAsync_InitializerThrows_ThrowsWithTheReason()
    {
        await using ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions
        {
            MaxWorkers = 1,
            Initializer = static () => throw new InvalidOperationException("no licence"),
        });
        BrokenProcessPoolException exception = await Assert.ThrowsAsync<BrokenProcessPoolException>(() => pool.WarmUpAsync(1, Token));
        Assert.Contains("no licence", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WarmUpAsync_MoreThanTheLimit_WaitsForThoseThatAreWanted()
    {
        await using ProcessPoolExecutor pool = new(2);
        pool.WorkerLimit = 1;
        await pool.WarmUpAsync(2, Token);
        Assert.Equal(1, pool.GetStatistics().Workers);
    }

    [Fact]
    public async Task WarmUpAsync_Canceled_Throws()
    {
        using TemporaryFile gate = new();
        await using ProcessPoolExecutor pool = Held(gate.Path);
        using CancellationTokenSource source = new();
        Task warming = pool.WarmUpAsync(1, source.Token);
        await source.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => warming);
        await File.WriteAllTextAsync(gate.Path, "go", Token);
        Assert.Equal(3, await pool.SubmitAsync(static () => 3, Token));
    }

    [Fact]
    public async Task WarmUpAsync_Disposed_Throws()
    {
        using TemporaryFile gate = new();
        ProcessPoolExecutor pool = Held(gate.Path);
        Task warming = pool.WarmUpAsync(1, Token);
        ValueTask disposal = pool.DisposeAsync();
        _ = await Assert.ThrowsAsync<ObjectDisposedException>(() => warming);
        await File.WriteAllTextAsync(gate.Path, "go", Token);
        await disposal;
        _ = await Assert.ThrowsAsync<ObjectDisposedException>(() => pool.WarmUpAsync(1, Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task WarmUpAsync_OutOfRange_Throws(int workers)
    {
        await using ProcessPoolExecutor pool = new(2);
        _ = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => pool.WarmUpAsync(workers, Token));
        _ = Assert.Throws<ArgumentOutOfRangeException>(() => pool.WorkerLimit = workers);
    }

    [Fact]
    public async Task WorkerLimit_LoweredWhileIdle_RetiresWithAReason()
    {
        await using ProcessPoolExecutor pool = new(2);
        await pool.WarmUpAsync(2, Token);
        pool.WorkerLimit = 1;
        await Until(() => pool.GetStatistics().Workers == 1);
        ProcessPoolStatistics statistics = pool.GetProcessStatistics();
        Assert.Equal((2, 1, 0), (statistics.Started, statistics.Retired, statistics.Lost));
        Assert.Contains("fewer workers were wanted", statistics.LastRetirement, StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, 100), await pool.MapAsync(Enumerable.Range(0, 100), static x => x, cancellationToken: Token).ToListAsync(Token));
        Assert.Equal(1, pool.GetStatistics().Workers);
    }

    [Fact]
    public async Task WorkerLimit_LoweredWhileBusy_CallsEndFirst()
    {
        await using ProcessPoolExecutor pool = new(2);
        using TemporaryFile gate = new();
        string path = gate.Path;
        await pool.WarmUpAsync(2, Token);
        Task<int>[] calls = [pool.SubmitAsync(() => WaitForFile(path), Token), pool.SubmitAsync(() => WaitForFile(path), Token)];
        Task<int>[] behind = [.. Enumerable.Range(0, 20).Select(i => pool.SubmitAsync(static x => x, i, Token))];
        pool.WorkerLimit = 1;
        await File.WriteAllTextAsync(path, "go", Token);
        Assert.Equal(2, (await Task.WhenAll(calls)).Sum());
        Assert.Equal(Enumerable.Range(0, 20), await Task.WhenAll(behind));
        await Until(() => pool.GetStatistics().Workers == 1);
        Assert.Equal(0, pool.GetProcessStatistics().Lost);
    }

    [Fact]
    public async Task WorkerLimit_Raised_MoreWorkersTakeWhatWaits()
    {
        await using ProcessPoolExecutor pool = new(2);
        using TemporaryFile gate = new();
        string path = gate.Path;
        pool.WorkerLimit = 1;
        Task<int> blocking = pool.SubmitAsync(() => WaitForFile(path), Token);
        Task<int> opening = pool.SubmitAsync(() => WriteFile(path), Token);
        pool.WorkerLimit = 2;
        Assert.Equal((1, 2), (await blocking, await opening));
    }

    [Fact]
    public async Task GetWorkerCpuTime_WorkersGone_StillCount()
    {
        await using ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, MaxCallsPerWorker = 1 });
        await pool.WarmUpAsync(1, Token);
        TimeSpan before = pool.GetWorkerCpuTime();
        await pool.SubmitAsync(static () => Burn(TimeSpan.FromMilliseconds(500)), Token);
        TimeSpan after = pool.GetWorkerCpuTime();
        Assert.True(after - before >= TimeSpan.FromMilliseconds(100), $"{before} {after}");
        await Until(() => pool.GetProcessStatistics().Retired == 1);
        Assert.True(pool.GetWorkerCpuTime() >= after);
    }

    [Fact]
    public async Task GetProcessStatistics_WorkersRecycledAndLost_TellsWhy()
    {
        await using ProcessPoolExecutor pool = new(new ProcessPoolExecutorOptions { MaxWorkers = 1, MaxCallsPerWorker = 2, Output = static _ => { } });
        _ = await pool.SubmitAsync(static () => 1, Token);
        _ = await pool.SubmitAsync(static () => 1, Token);
        await Until(() => pool.GetProcessStatistics().Retired == 1);
        _ = await Assert.ThrowsAsync<WorkerDiedException>(() => pool.SubmitAsync(static () => Environment.Exit(5), Token));
        await Until(() => pool.GetProcessStatistics() is { Retired: 1, Lost: 1 });
        ProcessPoolStatistics statistics = pool.GetProcessStatistics();
        Assert.Contains("it has done 2 calls", statistics.LastRetirement, StringComparison.Ordinal);
        Assert.Contains("exited with code 5", statistics.LastLoss, StringComparison.Ordinal);
    }

    // No worker of it is ready before there is something at a path.
    private static ProcessPoolExecutor Held(string path) => new(new ProcessPoolExecutorOptions { MaxWorkers = 1, Initializer = () => WaitForFile(path) });

    private static async Task Until(Func<bool> condition)
    {
        while (!condition())
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static int WaitForFile(string path)
    {
        while (!File.Exists(path))
        {
            _ = Thread.Yield();
        }

        return 1;
    }

    private static int WriteFile(string path)
    {
        File.WriteAllText(path, "go");
        return 2;
    }

    private static void Burn(TimeSpan time)
    {
        TimeSpan end = Environment.CpuUsage.TotalTime + time;
        while (Environment.CpuUsage.TotalTime < end)
        {
            Thread.SpinWait(10_000);
        }
    }
}
