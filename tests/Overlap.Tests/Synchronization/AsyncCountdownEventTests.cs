using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization;

[Collection(nameof(QuietCollection))]
[LeakCheck]
public class AsyncCountdownEventTests
{
    private static readonly CancellationToken Canceled = new(canceled: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_InFlight_AreAwaitedTogether()
    {
        List<int> ended = [];

        // snippet
        using AsyncCountdownEvent inFlight = new(1);   // One for the loop below, so that it cannot reach zero too early.

        for (int i = 0; i < 3; i++)
        {
            inFlight.AddCount();
            _ = HandleAsync(i);
        }

        inFlight.Signal();
        await inFlight.WaitAsync(Token);

        async Task HandleAsync(int request)
        {
            await Task.Yield();
            Handle(request);
            inFlight.Signal();
        }
        // end snippet

        Assert.Equal([0, 1, 2], ended.Order());

        void Handle(int request)
        {
            lock (ended)
            {
                ended.Add(request);
            }
        }
    }

    [Fact]
    public void Signal_LastOne_LetsAllGo()
    {
        using AsyncCountdownEvent countdown = new(3);
        ValueTask first = countdown.WaitAsync(Token);
        ValueTask second = countdown.WaitAsync(Token);

        Assert.False(countdown.Signal(2));
        Assert.False(first.IsCompleted);
        Assert.Equal(new AsyncCountdownEventStatistics(Count: 1, InitialCount: 3, Waiting: 2), countdown.GetStatistics());

        Assert.True(countdown.Signal());
        first.Now();
        second.Now();
        Assert.True(countdown.IsSet);
    }

    [Fact]
    public void WaitAsync_CountIsZero_EndsAtOnce()
    {
        using AsyncCountdownEvent countdown = new(0);

        countdown.WaitAsync(Token).Now();
        countdown.Wait(Token);

        Assert.True(countdown.IsSet);
    }

    [Fact]
    public void Signal_MoreThanAreMissing_ThrowsAndGivesNone()
    {
        using AsyncCountdownEvent countdown = new(2);

        Assert.Throws<InvalidOperationException>(() => countdown.Signal(3));

        Assert.Equal(2, countdown.Count);
    }

    [Fact]
    public void Signal_AllHaveCome_ThrowsInvalidOperationException()
    {
        using AsyncCountdownEvent countdown = new(1);
        countdown.Signal();

        Assert.Throws<InvalidOperationException>(() => countdown.Signal());
    }

    [Fact]
    public void AddCount_SomeAreMissing_AsksForMore()
    {
        using AsyncCountdownEvent countdown = new(1);

        countdown.AddCount(2);

        Assert.False(countdown.Signal(2));
        Assert.True(countdown.Signal());
    }

    [Fact]
    public void AddCount_AllHaveCome_ThrowsInvalidOperationException()
    {
        using AsyncCountdownEvent countdown = new(0);

        Assert.False(countdown.TryAddCount());
        Assert.Throws<InvalidOperationException>(() => countdown.AddCount());
    }

    [Fact]
    public void AddCount_MoreThanCanBeCounted_ThrowsInvalidOperationException()
    {
        using AsyncCountdownEvent countdown = new(int.MaxValue);

        Assert.Throws<InvalidOperationException>(() => countdown.AddCount());

        Assert.Equal(int.MaxValue, countdown.Count);
    }

    [Fact]
    public void Numbers_OutOfRange_ThrowArgumentOutOfRangeException()
    {
        using AsyncCountdownEvent countdown = new(1);

        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncCountdownEvent(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => countdown.Signal(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => countdown.AddCount(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => countdown.Reset(-1));
    }

    [Fact]
    public void Reset_AllHaveCome_BeginsAgain()
    {
        using AsyncCountdownEvent countdown = new(2);
        countdown.Signal(2);

        countdown.Reset();

        Assert.Equal(2, countdown.Count);
        Assert.False(countdown.WaitAsync(Token).AsTask().IsCompleted);
    }

    [Fact]
    public void Reset_SomeWait_TheyWaitForTheNewNumber()
    {
        using AsyncCountdownEvent countdown = new(1);
        ValueTask wait = countdown.WaitAsync(Token);

        countdown.Reset(2);

        countdown.Signal();
        Assert.False(wait.IsCompleted);
        countdown.Signal();
        wait.Now();
        Assert.Equal(2, countdown.GetStatistics().InitialCount);
    }

    [Fact]
    public void Reset_ToZero_LetsAllGo()
    {
        using AsyncCountdownEvent countdown = new(1);
        ValueTask wait = countdown.WaitAsync(Token);

        countdown.Reset(0);

        wait.Now();
    }

    [Fact]
    public void Signal_ResetAtOnce_StillLetsAllGoWhoWaited()
    {
        using AsyncCountdownEvent countdown = new(1);
        ValueTask wait = countdown.WaitAsync(Token);

        countdown.Signal();
        countdown.Reset();

        wait.Now();
        Assert.Equal(1, countdown.Count);
    }

    [Fact]
    public async Task WaitAsync_AlreadyCancelled_WinsOverSetEvent()
    {
        using AsyncCountdownEvent countdown = new(0);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await countdown.WaitAsync(Canceled));
        Assert.ThrowsAny<OperationCanceledException>(() => countdown.Wait(Canceled));
    }

    [Fact]
    public async Task WaitAsync_CancelledWhileWaiting_LeavesNoTrace()
    {
        using AsyncCountdownEvent countdown = new(1);
        using CancellationTokenSource cancellation = new();
        Task canceled = countdown.WaitAsync(cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        Assert.Equal(new AsyncCountdownEventStatistics(Count: 1, InitialCount: 1, Waiting: 0), countdown.GetStatistics());
    }

    [Fact]
    public async Task WaitAsync_CancelledAfterTheLastSignal_EndsWell()
    {
        using AsyncCountdownEvent countdown = new(1);
        using CancellationTokenSource cancellation = new();
        ValueTask wait = countdown.WaitAsync(cancellation.Token);

        countdown.Signal();
        await cancellation.CancelAsync();

        await wait;
    }

    [Fact]
    public void Wait_BlockedThread_GoesOnWithoutThePool()
    {
        using AsyncCountdownEvent countdown = new(1);
        BlockingThread thread = BlockingThread.StartAndBlock(() => countdown.Wait(Token));

        Assert.Equal(0, PoolWatch.CountPosts(() => countdown.Signal()));

        Assert.Null(thread.Join());
    }

    [Fact]
    public async Task Dispose_SomeWait_TheyGetObjectDisposedException()
    {
        AsyncCountdownEvent countdown = new(1);
        Task waiter = countdown.WaitAsync(Token).AsTask();
        BlockingThread thread = BlockingThread.StartAndBlock(() => countdown.Wait(Token));

        countdown.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiter);
        Assert.IsType<ObjectDisposedException>(thread.Join());
    }

    [Fact]
    public async Task Members_Disposed_ThrowObjectDisposedException()
    {
        AsyncCountdownEvent countdown = new(0);
        countdown.Dispose();
        countdown.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await countdown.WaitAsync(Token));
        Assert.Throws<ObjectDisposedException>(() => countdown.Wait(Token));
        Assert.Throws<ObjectDisposedException>(() => countdown.Signal());
        Assert.Throws<ObjectDisposedException>(() => countdown.AddCount());
        Assert.Throws<ObjectDisposedException>(countdown.Reset);
        Assert.Equal(0, countdown.Count);
    }

    [Fact]
    public void Signal_Uncontended_AllocatesNothing()
    {
        using AsyncCountdownEvent countdown = new(2);

        Assert.Equal(0, Allocations.Of(() =>
        {
            countdown.Signal(2);
            countdown.WaitAsync(Token).Now();
            countdown.Reset();
        }));
    }

    [Fact]
    [Trait("kind", "stress")]
    public async Task Signal_ByManyTasks_ExactlyOneIsTheLast()
    {
        const int Tasks = 4;
        const int Rounds = 500;
        using AsyncCountdownEvent countdown = new(Tasks);
        for (int round = 0; round < Rounds; round++)
        {
            Task<bool>[] signals = [.. Enumerable.Range(0, Tasks).Select(_ => Task.Run(() => countdown.Signal(), Token))];
            await countdown.WaitAsync(Token);
            bool[] last = await Task.WhenAll(signals);
            Assert.Single(last, isLast => isLast);
            countdown.Reset();
        }
    }
}
