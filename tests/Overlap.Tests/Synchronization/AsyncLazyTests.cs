using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization;

[Collection(nameof(QuietCollection))]
[LeakCheck]
public sealed class AsyncLazyTests
{
    private readonly TaskCompletionSource<int> _made = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _runs;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connection_AskedForByMany_IsMadeOnce()
    {
        int connected = 0;

        // snippet
        AsyncLazy<string> connection = new(ConnectAsync, new AsyncLazyOptions { RetryAfterFailure = true });

        string first = await connection;                                 // Connects.
        string second = await connection.GetAsync(Token);                // Has it already; the token would end this wait only.
        // end snippet

        Assert.Equal("connection 1", first);
        Assert.Equal("connection 1", second);

        async Task<string> ConnectAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            return $"connection {++connected}";
        }
    }

    [Fact]
    public void Construction_NobodyAsks_StartsNothing()
    {
        AsyncLazy<int> lazy = new(Make);

        Assert.False(lazy.IsStarted);
        Assert.Equal(0, _runs);
    }

    [Fact]
    public async Task GetAsync_Several_ShareOneRun()
    {
        AsyncLazy<int> lazy = new(Make);
        Task<int> first = lazy.GetAsync().AsTask();
        Task<int> second = lazy.GetAsync().AsTask();
        Assert.Equal(new AsyncLazyStatistics(IsStarted: true, IsCompleted: false, Waiting: 2, Runs: 1), lazy.GetStatistics());
        _made.SetResult(7);

        Assert.Equal(7, await first);
        Assert.Equal(7, await second);
        Assert.Equal(7, await lazy);
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task GetAsync_OneGivesUp_OthersGetTheValue()
    {
        AsyncLazy<int> lazy = new(Make, new() { CancelWhenAbandoned = true });
        using CancellationTokenSource cancellation = new();
        Task<int> first = lazy.GetAsync(cancellation.Token).AsTask();
        Task<int> second = lazy.GetAsync().AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _made.SetResult(7);

        Assert.Equal(7, await second);
    }

    [Fact]
    public async Task GetAsync_AllGiveUp_FactoryGoesOn()
    {
        AsyncLazy<int> lazy = new(Make);
        using CancellationTokenSource cancellation = new();
        Task<int> first = lazy.GetAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _made.SetResult(7);

        Assert.Equal(7, await lazy);
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task GetAsync_AllGiveUpAndOptionSet_FactoryIsCancelledAndRunsAgain()
    {
        TaskCompletionSource<int> second = new();
        AsyncLazy<int> lazy = new(
            token => ++_runs == 1 ? _made.Task.WaitAsync(token) : second.Task,
            new() { CancelWhenAbandoned = true });
        using CancellationTokenSource cancellation = new();
        Task<int> first = lazy.GetAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        second.SetResult(8);

        Assert.Equal(8, await lazy);
        Assert.Equal(2, _runs);
    }

    [Fact]
    public async Task GetAsync_AfterAbandonmentBeforeTheFactoryEnded_WaitsAndTakesItsValue()
    {
        AsyncLazy<int> lazy = new(Make, new() { CancelWhenAbandoned = true });
        using CancellationTokenSource cancellation = new();
        Task<int> first = lazy.GetAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Task<int> late = lazy.GetAsync().AsTask();
        _made.SetResult(7);

        Assert.Equal(7, await late);
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task GetAsync_AfterAbandonmentFactoryFails_RunsAgainForWhoWaits()
    {
        AsyncLazy<int> lazy = new(
            _ => ++_runs == 1 ? _made.Task : Task.FromResult(8),
            new() { CancelWhenAbandoned = true });
        using CancellationTokenSource cancellation = new();
        Task<int> first = lazy.GetAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Task<int> late = lazy.GetAsync().AsTask();
        _made.SetException(new FormatException());

        Assert.Equal(8, await late);
    }

    [Fact]
    public async Task GetAsync_FactoryFails_FailureIsKept()
    {
        AsyncLazy<int> lazy = new(Make);
        Task<int> first = lazy.GetAsync().AsTask();
        _made.SetException(new FormatException());

        await Assert.ThrowsAsync<FormatException>(() => first);
        await Assert.ThrowsAsync<FormatException>(() => lazy.GetAsync().AsTask());
        Assert.Throws<FormatException>(() => lazy.Get());
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task GetAsync_FactoryFailsAndOptionSet_NextRunsAgain()
    {
        AsyncLazy<int> lazy = new(
            _ => ++_runs == 1 ? throw new FormatException() : Task.FromResult(8),
            new() { RetryAfterFailure = true });

        await Assert.ThrowsAsync<FormatException>(() => lazy.GetAsync().AsTask());
        Assert.False(lazy.IsStarted);
        Assert.Equal(8, await lazy);
    }

    [Fact]
    public async Task GetAsync_AlreadyCancelled_StartsNothing()
    {
        AsyncLazy<int> lazy = new(Make);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lazy.GetAsync(new CancellationToken(canceled: true)).AsTask());
        Assert.Equal(0, _runs);
    }

    [Fact]
    public async Task GetAsync_FactoryAsksForItself_Throws()
    {
        AsyncLazy<int>? lazy = null;
        lazy = new AsyncLazy<int>(token => lazy!.GetAsync(token).AsTask());

        await Assert.ThrowsAsync<InvalidOperationException>(() => lazy.GetAsync().AsTask());
    }

    [Fact]
    public async Task GetAsync_FactoryGivesNoTask_Throws()
    {
        AsyncLazy<int> lazy = new(static _ => null!);

        await Assert.ThrowsAsync<InvalidOperationException>(() => lazy.GetAsync().AsTask());
    }

    [Fact]
    public void Get_NotMade_BlocksThreadUntilItIs()
    {
        AsyncLazy<int> lazy = new(Make);
        int value = 0;
        Thread thread = new(() => value = lazy.Get());
        thread.Start();
        _made.SetResult(7);
        thread.Join();

        Assert.Equal(7, value);
    }

    [Fact]
    public void Get_Made_AllocatesNothing()
    {
        AsyncLazy<int> lazy = new(static _ => Task.FromResult(7));

        Assert.Equal(0, Allocations.Of(() => lazy.Get()));
    }

    private Task<int> Make(CancellationToken cancellationToken)
    {
        _runs++;
        return _made.Task;
    }
}
