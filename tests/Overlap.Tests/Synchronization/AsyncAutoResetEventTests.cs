using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization;

[Collection(nameof(QuietCollection))]
[LeakCheck]
public class AsyncAutoResetEventTests
{
    private static readonly CancellationToken Canceled = new(canceled: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writer_ThatIsWokenForChanges_WritesTheLastOne()
    {
        // snippet
        using AsyncAutoResetEvent changed = new();
        int wanted = 0;
        int written = 0;

        async Task WriteAsync(CancellationToken cancellationToken)
        {
            while (written < 3)
            {
                // Several changes before the writer looks are one to it: it writes what is wanted then.
                await changed.WaitAsync(cancellationToken);
                written = Volatile.Read(ref wanted);
            }
        }

        Task writer = WriteAsync(Token);
        for (int i = 1; i <= 3; i++)
        {
            Volatile.Write(ref wanted, i);
            changed.Set();
        }

        await writer;
        // end snippet

        Assert.Equal(3, written);
    }

    [Fact]
    public void WaitAsync_Set_UsesTheSetUp()
    {
        using AsyncAutoResetEvent turnstile = new(isSet: true);

        turnstile.WaitAsync(Token).Now();

        Assert.False(turnstile.IsSet);
        Assert.False(turnstile.WaitAsync(Token).AsTask().IsCompleted);
    }

    [Fact]
    public void Set_SeveralWait_LetsTheFirstGo()
    {
        using AsyncAutoResetEvent turnstile = new();
        ValueTask first = turnstile.WaitAsync(Token);
        ValueTask second = turnstile.WaitAsync(Token);

        turnstile.Set();

        first.Now();
        Assert.False(second.IsCompleted);
        Assert.Equal(new AsyncAutoResetEventStatistics(IsSet: false, Waiting: 1), turnstile.GetStatistics());
        turnstile.Set();
        second.Now();
    }

    [Fact]
    public void Set_Twice_IsAFlagAndNoCount()
    {
        using AsyncAutoResetEvent turnstile = new();

        turnstile.Set();
        turnstile.Set();

        Assert.True(turnstile.TryWait());
        Assert.False(turnstile.TryWait());
    }

    [Fact]
    public void Reset_Set_TakesItBack()
    {
        using AsyncAutoResetEvent turnstile = new(isSet: true);

        turnstile.Reset();

        Assert.False(turnstile.TryWait());
    }

    [Fact]
    public void Reset_SomeWait_ChangesNothing()
    {
        using AsyncAutoResetEvent turnstile = new();
        ValueTask wait = turnstile.WaitAsync(Token);

        turnstile.Reset();
        turnstile.Set();

        wait.Now();
    }

    [Fact]
    public async Task WaitAsync_AlreadyCancelled_WinsOverSetEvent()
    {
        using AsyncAutoResetEvent turnstile = new(isSet: true);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await turnstile.WaitAsync(Canceled));
        Assert.ThrowsAny<OperationCanceledException>(() => turnstile.Wait(Canceled));

        Assert.True(turnstile.IsSet);
    }

    [Fact]
    public async Task WaitAsync_CancelledWhileWaiting_NextSetIsKept()
    {
        using AsyncAutoResetEvent turnstile = new();
        using CancellationTokenSource cancellation = new();
        Task canceled = turnstile.WaitAsync(cancellation.Token).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        turnstile.Set();

        Assert.True(turnstile.TryWait());
    }

    [Fact]
    public async Task WaitAsync_FirstOfTwoCancelled_SetLetsTheSecondGo()
    {
        using AsyncAutoResetEvent turnstile = new();
        using CancellationTokenSource cancellation = new();
        Task canceled = turnstile.WaitAsync(cancellation.Token).AsTask();
        ValueTask second = turnstile.WaitAsync(Token);

        await cancellation.CancelAsync();
        turnstile.Set();

        second.Now();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        Assert.False(turnstile.IsSet);
    }

    [Fact]
    public async Task WaitAsync_CancelledAfterTheSet_HasUsedItUp()
    {
        using AsyncAutoResetEvent turnstile = new();
        using CancellationTokenSource cancellation = new();
        ValueTask wait = turnstile.WaitAsync(cancellation.Token);

        turnstile.Set();
        await cancellation.CancelAsync();

        await wait;
        Assert.False(turnstile.IsSet);
    }

    [Fact]
    public void Wait_BlockedThread_GoesOnWithoutThePool()
    {
        using AsyncAutoResetEvent turnstile = new();
        BlockingThread thread = BlockingThread.StartAndBlock(() => turnstile.Wait(Token));

        Assert.Equal(0, PoolWatch.CountPosts(turnstile.Set));

        Assert.Null(thread.Join());
    }

    [Fact]
    public async Task Dispose_SomeWait_TheyGetObjectDisposedException()
    {
        AsyncAutoResetEvent turnstile = new();
        Task waiter = turnstile.WaitAsync(Token).AsTask();
        BlockingThread thread = BlockingThread.StartAndBlock(() => turnstile.Wait(Token));

        turnstile.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiter);
        Assert.IsType<ObjectDisposedException>(thread.Join());
    }

    [Fact]
    public async Task Members_Disposed_ThrowObjectDisposedException()
    {
        AsyncAutoResetEvent turnstile = new(isSet: true);
        turnstile.Dispose();
        turnstile.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await turnstile.WaitAsync(Token));
        Assert.Throws<ObjectDisposedException>(() => turnstile.Wait(Token));
        Assert.Throws<ObjectDisposedException>(turnstile.Set);
        Assert.Throws<ObjectDisposedException>(turnstile.Reset);
        Assert.False(turnstile.TryWait());
    }

    [Fact]
    public void WaitAsync_Set_AllocatesNothing()
    {
        using AsyncAutoResetEvent turnstile = new();

        Assert.Equal(0, Allocations.Of(() =>
        {
            turnstile.Set();
            turnstile.WaitAsync(Token).Now();
        }));
    }

    [Fact]
    public void WaitAsync_SetLater_AllocatesNothing()
    {
        using AsyncAutoResetEvent turnstile = new();

        Assert.Equal(0, Allocations.Of(() =>
        {
            ValueTask wait = turnstile.WaitAsync();
            turnstile.Set();
            wait.Now();
        }));
    }

    [Fact]
    [Trait("kind", "stress")]
    public async Task Set_PingPongOfTwoTasks_LosesNone()
    {
        const int Rounds = 20_000;
        using AsyncAutoResetEvent ping = new();
        using AsyncAutoResetEvent pong = new();
        Task answers = Task.Run(
            async () =>
            {
                for (int i = 0; i < Rounds; i++)
                {
                    await ping.WaitAsync(Token);
                    pong.Set();
                }
            },
            Token);

        for (int i = 0; i < Rounds; i++)
        {
            ping.Set();
            await pong.WaitAsync(Token);
        }

        await answers;
        Assert.False(ping.IsSet);
        Assert.False(pong.IsSet);
    }
}
