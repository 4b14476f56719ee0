using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization;

[Collection(nameof(QuietCollection))]
[LeakCheck]
public sealed class AsyncConditionVariableTests : IDisposable
{
    private static readonly CancellationToken Canceled = new(canceled: true);

    private readonly AsyncLock _lock = new();
    private readonly AsyncConditionVariable _condition;

    public AsyncConditionVariableTests() => _condition = new AsyncConditionVariable(_lock);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _condition.Dispose();
        _lock.Dispose();
    }

    [Fact]
    public async Task Buffer_OfOnePlace_PassesEveryItem()
    {
        // snippet
        using AsyncLock gate = new();
        using AsyncConditionVariable changed = new(gate);
        string? place = null;

        async Task PutAsync(string item, CancellationToken cancellationToken)
        {
            using Lease held = await gate.EnterAsync(cancellationToken);
            await changed.WaitForAsync(held, () => place is null, cancellationToken);
            place = item;
            changed.NotifyAll(held);
        }

        async Task<string> TakeAsync(CancellationToken cancellationToken)
        {
            using Lease held = await gate.EnterAsync(cancellationToken);
            await changed.WaitForAsync(held, () => place is not null, cancellationToken);
            string item = place!;
            place = null;
            changed.NotifyAll(held);
            return item;
        }

        Task producer = Task.WhenAll(PutAsync("one", Token), PutAsync("two", Token));
        string[] items = [await TakeAsync(Token), await TakeAsync(Token)];
        // end snippet

        await producer;
        Assert.Equal(["one", "two"], items);
    }

    [Fact]
    public void WaitAsync_LockIsHeld_LeavesIt()
    {
        Lease held = _lock.Enter(Token);

        ValueTask wait = _condition.WaitAsync(held, Token);

        Assert.False(wait.IsCompleted);
        Assert.Equal(new AsyncLockStatistics(IsHeld: false, Waiting: 0), _lock.GetStatistics());
        Assert.Equal(new AsyncConditionVariableStatistics(Waiting: 1), _condition.GetStatistics());
    }

    [Fact]
    public void WaitAsync_OthersQueueForTheLock_HandsItToThem()
    {
        Lease held = _lock.Enter(Token);
        ValueTask<Lease> next = _lock.EnterAsync(Token);

        ValueTask wait = _condition.WaitAsync(held, Token);

        Assert.False(wait.IsCompleted);
        next.Now().Dispose();
    }

    [Fact]
    public void NotifyOne_OneWaits_ItGoesOnWhenTheNotifierLeaves()
    {
        ValueTask wait = _condition.WaitAsync(_lock.Enter(Token), Token);
        Lease notifier = _lock.Enter(Token);

        Assert.True(_condition.NotifyOne(notifier));

        Assert.False(wait.IsCompleted);
        notifier.Dispose();
        wait.Now();
        Assert.True(_lock.GetStatistics().IsHeld);
    }

    [Fact]
    public void WaitAsync_Ended_CallersLeaseIsTheOneToDispose()
    {
        Lease held = _lock.Enter(Token);
        ValueTask wait = _condition.WaitAsync(held, Token);
        NotifyAll();
        wait.Now();

        held.Dispose();

        Assert.Equal(new AsyncLockStatistics(IsHeld: false, Waiting: 0), _lock.GetStatistics());
    }

    [Fact]
    public void WaitAsync_Ended_LeasesOfTheTimeBetweenStayDead()
    {
        Lease held = _lock.Enter(Token);
        ValueTask wait = _condition.WaitAsync(held, Token);
        Lease between = _lock.Enter(Token);
        _condition.NotifyOne(between);
        between.Dispose();
        wait.Now();
        held.Dispose();
        using Lease later = _lock.Enter(Token);

        between.Dispose();
        held.Dispose();

        Assert.NotEqual(between, later);
        Assert.NotEqual(held, later);
        Assert.True(_lock.GetStatistics().IsHeld);
    }

    [Fact]
    public void WaitAsync_LeaseDisposedWhileItWaits_DisposesNothing()
    {
        Lease held = _lock.Enter(Token);
        ValueTask wait = _condition.WaitAsync(held, Token);
        using Lease other = _lock.Enter(Token);

        held.Dispose();

        Assert.True(_lock.GetStatistics().IsHeld);
        Assert.False(wait.IsCompleted);
    }

    [Fact]
    public void WaitAsync_Twice_LeaseIsValidEachTime()
    {
        Lease held = _lock.Enter(Token);
        for (int i = 0; i < 3; i++)
        {
            ValueTask wait = _condition.WaitAsync(held, Token);
            NotifyAll();
            wait.Now();
        }

        held.Dispose();
        Assert.True(_lock.TryEnter(out Lease lease));
        lease.Dispose();
    }

    [Fact]
    public void Notify_ThreeWait_LetsTheFirstTwoGoInTheirOrder()
    {
        Lease first = _lock.Enter(Token);
        ValueTask firstWait = _condition.WaitAsync(first, Token);
        Lease second = _lock.Enter(Token);
        ValueTask secondWait = _condition.WaitAsync(second, Token);
        ValueTask thirdWait = _condition.WaitAsync(_lock.Enter(Token), Token);
        Lease notifier = _lock.Enter(Token);

        Assert.Equal(2, _condition.Notify(notifier, 2));

        notifier.Dispose();
        firstWait.Now();
        Assert.False(secondWait.IsCompleted);
        first.Dispose();
        secondWait.Now();
        second.Dispose();
        Assert.False(thirdWait.IsCompleted);
        Assert.Equal(new AsyncConditionVariableStatistics(Waiting: 1), _condition.GetStatistics());
    }

    [Fact]
    public async Task NotifyAll_SeveralWait_AllGoOnOneAfterTheOther()
    {
        Lease[] leases = new Lease[3];
        Task[] waits = new Task[3];
        for (int i = 0; i < 3; i++)
        {
            leases[i] = _lock.Enter(Token);
            waits[i] = _condition.WaitAsync(leases[i], Token).AsTask();
        }

        NotifyAll();

        for (int i = 0; i < 3; i++)
        {
            await waits[i];
            Assert.All(waits[(i + 1)..], static later => Assert.False(later.IsCompleted));
            leases[i].Dispose();
        }

        Assert.False(_lock.GetStatistics().IsHeld);
    }

    [Fact]
    public void NotifyOne_NobodyWaits_IsNotKept()
    {
        using (Lease notifier = _lock.Enter(Token))
        {
            Assert.False(_condition.NotifyOne(notifier));
        }

        ValueTask wait = _condition.WaitAsync(_lock.Enter(Token), Token);
        Assert.False(wait.IsCompleted);
    }

    [Fact]
    public void NotifyOne_OthersQueueForTheLock_NotifiedOneQueuesBehindThem()
    {
        ValueTask wait = _condition.WaitAsync(_lock.Enter(Token), Token);
        Lease notifier = _lock.Enter(Token);
        ValueTask<Lease> queued = _lock.EnterAsync(Token);

        _condition.NotifyOne(notifier);
        notifier.Dispose();

        Assert.False(wait.IsCompleted);
        queued.Now().Dispose();
        wait.Now();
    }

    [Fact]
    public async Task Members_LockIsNotHeld_ThrowSynchronizationLockException()
    {
        Lease stale = _lock.Enter(Token);
        stale.Dispose();

        await Assert.ThrowsAsync<SynchronizationLockException>(async () => await _condition.WaitAsync(stale, Token));
        await Assert.ThrowsAsync<SynchronizationLockException>(async () => await _condition.WaitForAsync(stale, () => true, Token));
        Assert.Throws<SynchronizationLockException>(() => _condition.Wait(stale, Token));
        Assert.Throws<SynchronizationLockException>(() => _condition.WaitFor(stale, () => true, Token));
        Assert.Throws<SynchronizationLockException>(() => _condition.NotifyOne(stale));
        Assert.Throws<SynchronizationLockException>(() => _condition.NotifyAll(default));
    }

    [Fact]
    public void NotifyOne_LeaseOfAnotherLock_ThrowsSynchronizationLockException()
    {
        using AsyncLock other = new();
        using Lease own = _lock.Enter(Token);
        using Lease foreign = other.Enter(Token);

        Assert.Throws<SynchronizationLockException>(() => _condition.NotifyOne(foreign));
    }

    [Fact]
    public async Task WaitAsync_AlreadyCancelled_LockIsNotLeft()
    {
        using Lease held = _lock.Enter(Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _condition.WaitAsync(held, Canceled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _condition.WaitForAsync(held, () => true, Canceled));
        Assert.ThrowsAny<OperationCanceledException>(() => _condition.Wait(held, Canceled));

        Assert.True(_lock.GetStatistics().IsHeld);
    }

    [Fact]
    public async Task WaitAsync_CancelledWhileTheLockIsFree_HoldsItBeforeItThrows()
    {
        using CancellationTokenSource cancellation = new();
        Lease held = _lock.Enter(Token);
        Task wait = _condition.WaitAsync(held, cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        Assert.Equal(cancellation.Token, error.CancellationToken);
        Assert.True(_lock.GetStatistics().IsHeld);
        Assert.Equal(0, _condition.GetStatistics().Waiting);
        held.Dispose();
        Assert.False(_lock.GetStatistics().IsHeld);
    }

    [Fact]
    public async Task WaitAsync_CancelledWhileTheLockIsHeld_QueuesForItBeforeItThrows()
    {
        using CancellationTokenSource cancellation = new();
        Lease held = _lock.Enter(Token);
        Task wait = _condition.WaitAsync(held, cancellation.Token).AsTask();
        Lease other = _lock.Enter(Token);

        await cancellation.CancelAsync();

        Assert.False(wait.IsCompleted);
        other.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        held.Dispose();
        Assert.Equal(new AsyncLockStatistics(IsHeld: false, Waiting: 0), _lock.GetStatistics());
    }

    [Fact]
    public async Task WaitAsync_FirstOfTwoCancelled_NotificationGoesToTheSecond()
    {
        using CancellationTokenSource cancellation = new();
        Lease first = _lock.Enter(Token);
        Task canceled = _condition.WaitAsync(first, cancellation.Token).AsTask();
        ValueTask second = _condition.WaitAsync(_lock.Enter(Token), Token);
        Lease notifier = _lock.Enter(Token);

        await cancellation.CancelAsync();
        Assert.True(_condition.NotifyOne(notifier));
        notifier.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        Assert.False(second.IsCompleted);
        first.Dispose();
        second.Now();
    }

    [Fact]
    public async Task WaitAsync_CancelledAfterTheNotification_EndsWell()
    {
        using CancellationTokenSource cancellation = new();
        ValueTask wait = _condition.WaitAsync(_lock.Enter(Token), cancellation.Token);
        Lease notifier = _lock.Enter(Token);

        _condition.NotifyOne(notifier);
        await cancellation.CancelAsync();
        notifier.Dispose();

        await wait;
        Assert.True(_lock.GetStatistics().IsHeld);
    }

    [Fact]
    public async Task WaitForAsync_ConditionDoesNotHold_WaitsAgain()
    {
        int value = 0;
        Lease held = _lock.Enter(Token);
        Task wait = _condition.WaitForAsync(held, () => value == 2, Token).AsTask();

        while (value < 2)
        {
            // Whoever was notified before has had the lock, and has left it again.
            using Lease notifier = await _lock.EnterAsync(Token);
            Assert.Equal(1, _condition.GetStatistics().Waiting);
            value++;
            _condition.NotifyAll(notifier);
        }

        await wait;
        Assert.True(_lock.GetStatistics().IsHeld);
        held.Dispose();
    }

    [Fact]
    public async Task WaitForAsync_ConditionThrows_LockIsHeld()
    {
        using Lease held = _lock.Enter(Token);

        await Assert.ThrowsAsync<FormatException>(async () => await _condition.WaitForAsync(held, () => throw new FormatException(), Token));

        Assert.True(_lock.GetStatistics().IsHeld);
    }

    [Fact]
    public void Wait_BlockedThread_GoesOnWithoutThePool()
    {
        bool isReady = false;
        BlockingThread thread = BlockingThread.StartAndBlock(() =>
        {
            using Lease held = _lock.Enter(Token);
            _condition.WaitFor(held, () => isReady, Token);
        });
        Lease notifier = _lock.Enter(Token);
        isReady = true;

        Assert.Equal(0, PoolWatch.CountPosts(() =>
        {
            _condition.NotifyAll(notifier);
            notifier.Dispose();
        }));

        Assert.Null(thread.Join());
        Assert.False(_lock.GetStatistics().IsHeld);
    }

    [Fact]
    public void Wait_LockTakenByEnter_ThreadIsItsOwnerAgain()
    {
        BlockingThread thread = BlockingThread.StartAndBlock(() =>
        {
            using Lease held = _lock.Enter(Token);
            _condition.Wait(held, Token);
            _lock.Enter(Token);
        });

        NotifyAll();

        Assert.IsType<LockRecursionException>(thread.Join());
    }

    [Fact]
    public void Wait_ThreadInterrupted_HoldsTheLockBeforeItThrows()
    {
        bool wasHeld = false;
        BlockingThread thread = BlockingThread.StartAndBlock(() =>
        {
            using Lease held = _lock.Enter(Token);
            try
            {
                _condition.Wait(held, Token);
            }
            finally
            {
                wasHeld = _lock.GetStatistics().IsHeld;
            }
        });

        thread.Interrupt();

        Assert.IsType<ThreadInterruptedException>(thread.Join());
        Assert.True(wasHeld);
        Assert.Equal(0, _condition.GetStatistics().Waiting);
        Assert.False(_lock.GetStatistics().IsHeld);
    }

    [Fact]
    public async Task Dispose_SomeWait_TheyHoldTheLockBeforeTheyThrow()
    {
        Lease first = _lock.Enter(Token);
        Task firstWait = _condition.WaitAsync(first, Token).AsTask();
        Lease second = _lock.Enter(Token);
        Task secondWait = _condition.WaitAsync(second, Token).AsTask();

        _condition.Dispose();
        _condition.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => firstWait);
        Assert.False(secondWait.IsCompleted);
        first.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => secondWait);
        second.Dispose();
        Assert.Equal(new AsyncLockStatistics(IsHeld: false, Waiting: 0), _lock.GetStatistics());
    }

    [Fact]
    public async Task Members_Disposed_ThrowObjectDisposedException()
    {
        _condition.Dispose();
        using Lease held = _lock.Enter(Token);

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await _condition.WaitAsync(held, Token));
        Assert.Throws<ObjectDisposedException>(() => _condition.NotifyOne(held));
        Assert.True(_lock.GetStatistics().IsHeld);
    }

    [Fact]
    public async Task LockDispose_SomeWaitForTheCondition_TheyGetObjectDisposedException()
    {
        Lease held = _lock.Enter(Token);
        Task wait = _condition.WaitAsync(held, Token).AsTask();

        _lock.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait);
        held.Dispose();
        Assert.False(_lock.GetStatistics().IsHeld);
    }

    [Fact]
    public async Task LockDispose_NotifiedOneQueuesForTheLock_GetsObjectDisposedException()
    {
        Task wait = _condition.WaitAsync(_lock.Enter(Token), Token).AsTask();
        using Lease notifier = _lock.Enter(Token);
        _condition.NotifyOne(notifier);

        _lock.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => wait);
    }

    [Fact]
    public async Task EnterAsync_WaitersOfRestoredEntryCancelled_LockIsNotLost()
    {
        using CancellationTokenSource cancellation = new();
        Lease held = _lock.Enter(Token);
        ValueTask wait = _condition.WaitAsync(held, Token);
        NotifyAll();
        wait.Now();
        Task<Lease> canceled = _lock.EnterAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);

        held.Dispose();

        Assert.True(_lock.TryEnter(out Lease lease));
        Assert.NotEqual(held, lease);
        lease.Dispose();
    }

    [Fact]
    public void SeveralConditions_OfOneLock_AreNotifiedApart()
    {
        using AsyncConditionVariable other = new(_lock);
        ValueTask wait = _condition.WaitAsync(_lock.Enter(Token), Token);
        ValueTask otherWait = other.WaitAsync(_lock.Enter(Token), Token);
        using (Lease notifier = _lock.Enter(Token))
        {
            other.NotifyAll(notifier);
        }

        otherWait.Now();
        Assert.False(wait.IsCompleted);
    }

    [Fact]
    public void WaitAsync_Notified_AllocatesNothing() =>
        Assert.Equal(0, Allocations.Of(() =>
        {
            Lease held = _lock.Enter();
            ValueTask wait = _condition.WaitAsync(held);
            NotifyAll();
            wait.Now();
            held.Dispose();
        }));

    [Fact]
    [Trait("kind", "stress")]
    public async Task BoundedBuffer_OfTwoConditions_KeepsEveryItemInOrder()
    {
        const int Items = 5_000;
        const int Capacity = 3;
        Queue<int> buffer = [];
        using AsyncConditionVariable notFull = new(_lock);
        using AsyncConditionVariable notEmpty = new(_lock);
        Task producer = Task.Run(
            async () =>
            {
                for (int i = 0; i < Items; i++)
                {
                    using Lease held = await _lock.EnterAsync(Token);
                    await notFull.WaitForAsync(held, () => buffer.Count < Capacity, Token);
                    buffer.Enqueue(i);
                    notEmpty.NotifyOne(held);
                }
            },
            Token);

        List<int> taken = [];
        while (taken.Count < Items)
        {
            using Lease held = await _lock.EnterAsync(Token);
            await notEmpty.WaitForAsync(held, () => buffer.Count > 0, Token);
            taken.Add(buffer.Dequeue());
            notFull.NotifyOne(held);
        }

        await producer;
        Assert.Equal(Enumerable.Range(0, Items), taken);
        Assert.Equal(new AsyncLockStatistics(IsHeld: false, Waiting: 0), _lock.GetStatistics());
    }

    private void NotifyAll()
    {
        using Lease notifier = _lock.Enter();
        _condition.NotifyAll(notifier);
    }
}
