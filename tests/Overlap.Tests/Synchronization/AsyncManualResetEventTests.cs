using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization;

[Collection(nameof(QuietCollection))]
[LeakCheck]
public class AsyncManualResetEventTests
{
    private static readonly CancellationToken Canceled = new(canceled: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Readers_OfSettingsThatAreLoaded_WaitForThem()
    {
        // snippet
        using AsyncManualResetEvent loaded = new();
        string? settings = null;

        async Task<string> ReadAsync(CancellationToken cancellationToken)
        {
            await loaded.WaitAsync(cancellationToken);
            return settings!;
        }

        Task<string[]> readers = Task.WhenAll(ReadAsync(Token), ReadAsync(Token));
        settings = "verbose";
        loaded.Set();
        string[] seen = await readers;
        // end snippet

        Assert.Equal(["verbose", "verbose"], seen);
    }

    [Fact]
    public void WaitAsync_Set_EndsAtOnceAndStaysSet()
    {
        using AsyncManualResetEvent door = new(isSet: true);

        door.WaitAsync(Token).Now();
        door.WaitAsync(Token).Now();

        Assert.True(door.IsSet);
    }

    [Fact]
    public void Set_SeveralWait_LetsAllGo()
    {
        using AsyncManualResetEvent door = new();
        ValueTask first = door.WaitAsync(Token);
        ValueTask second = door.WaitAsync(Token);
        Assert.Equal(new AsyncManualResetEventStatistics(IsSet: false, Waiting: 2), door.GetStatistics());

        door.Set();

        first.Now();
        second.Now();
        Assert.Equal(new AsyncManualResetEventStatistics(IsSet: true, Waiting: 0), door.GetStatistics());
    }

    [Fact]
    public void Set_ResetAtOnce_StillLetsAllGoWhoWaited()
    {
        using AsyncManualResetEvent door = new();
        ValueTask waited = door.WaitAsync(Token);

        door.Set();
        door.Reset();

        waited.Now();
        Assert.False(door.WaitAsync(Token).AsTask().IsCompleted);
    }

    [Fact]
    public async Task Set_SeveralWait_LetsThemGoInTheirOrder()
    {
        using AsyncManualResetEvent door = new();
        List<int> order = [];
        Task[] waiters = [.. Enumerable.Range(0, 3).Select(number =>
            new InlineContext(() => order.Add(number)).ListenAsync(async () => await door.WaitAsync(Token)))];

        door.Set();
        await Task.WhenAll(waiters);

        Assert.Equal([0, 1, 2], order);
    }

    [Fact]
    public async Task WaitAsync_AlreadyCancelled_WinsOverSetEvent()
    {
        using AsyncManualResetEvent door = new(isSet: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await door.WaitAsync(Canceled));
        Assert.ThrowsAny<OperationCanceledException>(() => door.Wait(Canceled));
    }

    [Fact]
    public async Task WaitAsync_CancelledWhileWaiting_LeavesNoTrace()
    {
        using AsyncManualResetEvent door = new();
        using CancellationTokenSource cancellation = new();
        ValueTask stays = door.WaitAsync(Token);
        Task canceled = door.WaitAsync(cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        Assert.Equal(1, door.GetStatistics().Waiting);
        door.Set();
        stays.Now();
    }

    [Fact]
    public async Task WaitAsync_CancelledAfterTheSet_EndsWell()
    {
        using AsyncManualResetEvent door = new();
        using CancellationTokenSource cancellation = new();
        ValueTask wait = door.WaitAsync(cancellation.Token);

        door.Set();
        await cancellation.CancelAsync();

        await wait;
    }

    // While the set lets them go one by one, those who are still to come must not be taken out a second time.
    [Fact]
    public async Task Set_WaiterCancelledWhileOthersAreLetGo_EndsOnce()
    {
        using AsyncManualResetEvent door = new();
        using CancellationTokenSource cancellation = new();
        Task first = new InlineContext(cancellation.Cancel).ListenAsync(async () => await door.WaitAsync(Token));
        ValueTask second = door.WaitAsync(cancellation.Token);

        door.Set();

        await first;
        await second;
        door.Reset();
        Assert.Equal(new AsyncManualResetEventStatistics(IsSet: false, Waiting: 0), door.GetStatistics());
    }

    [Fact]
    public void Wait_BlockedThread_GoesOnWithoutThePool()
    {
        using AsyncManualResetEvent door = new();
        BlockingThread first = BlockingThread.StartAndBlock(() => door.Wait(Token));
        BlockingThread second = BlockingThread.StartAndBlock(() => door.Wait(Token));

        Assert.Equal(0, PoolWatch.CountPosts(door.Set));

        Assert.Null(first.Join());
        Assert.Null(second.Join());
    }

    [Fact]
    public async Task Dispose_SomeWait_TheyGetObjectDisposedException()
    {
        AsyncManualResetEvent door = new();
        Task waiter = door.WaitAsync(Token).AsTask();
        BlockingThread thread = BlockingThread.StartAndBlock(() => door.Wait(Token));

        door.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiter);
        Assert.IsType<ObjectDisposedException>(thread.Join());
    }

    [Fact]
    public async Task Members_Disposed_ThrowObjectDisposedException()
    {
        AsyncManualResetEvent door = new(isSet: true);
        door.Dispose();
        door.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await door.WaitAsync(Token));
        Assert.Throws<ObjectDisposedException>(() => door.Wait(Token));
        Assert.Throws<ObjectDisposedException>(door.Set);
        Assert.Throws<ObjectDisposedException>(door.Reset);
        Assert.False(door.IsSet);
    }

    [Fact]
    public void WaitAsync_Set_AllocatesNothing()
    {
        using AsyncManualResetEvent door = new(isSet: true);

        Assert.Equal(0, Allocations.Of(() => door.WaitAsync(Token).Now()));
    }

    [Fact]
    public void WaitAsync_SetLater_AllocatesNothing()
    {
        using AsyncManualResetEvent door = new();

        Assert.Equal(0, Allocations.Of(() =>
        {
            ValueTask wait = door.WaitAsync();
            door.Set();
            wait.Now();
            door.Reset();
        }));
    }
}
