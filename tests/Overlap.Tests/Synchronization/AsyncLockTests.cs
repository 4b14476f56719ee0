using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization;

[Collection(nameof(QuietCollection))]
[LeakCheck]
public class AsyncLockTests
{
    private static readonly CancellationToken Canceled = new(canceled: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Balance_WithdrawnByTwoTasks_IsNeverOverdrawn()
    {
        // snippet
        int balance = 100;
        using AsyncLock account = new();

        async Task<bool> WithdrawAsync(int amount, CancellationToken cancellationToken)
        {
            using Lease lease = await account.EnterAsync(cancellationToken);
            if (balance < amount)
            {
                return false;
            }

            await Task.Yield();   // Asks a bank, say. Nobody else comes in meanwhile.
            balance -= amount;
            return true;
        }

        bool[] paid = await Task.WhenAll(WithdrawAsync(80, Token), WithdrawAsync(80, Token));
        // end snippet

        Assert.Equal([true, false], paid);
        Assert.Equal(20, balance);
    }

    [Fact]
    public async Task EnterAsync_Free_IsTakenAtOnce()
    {
        using AsyncLock gate = new();

        ValueTask<Lease> entered = gate.EnterAsync(Token);

        Assert.True(entered.IsCompletedSuccessfully);
        using Lease lease = await entered;
        Assert.True(lease.IsTaken);
        Assert.Equal(new AsyncLockStatistics(IsHeld: true, Waiting: 0), gate.GetStatistics());
    }

    [Fact]
    public async Task EnterAsync_SeveralWait_AreLetInInTheirOrder()
    {
        using AsyncLock gate = new();
        Lease owner = gate.Enter(Token);
        List<int> order = [];
        Task[] waiters = [.. Enumerable.Range(0, 5).Select(async number =>
        {
            using Lease lease = await gate.EnterAsync(Token);
            order.Add(number);
        })];

        owner.Dispose();
        await Task.WhenAll(waiters);

        Assert.Equal([0, 1, 2, 3, 4], order);
    }

    [Fact]
    public void Lease_DisposedWhileOthersWait_HandsTheLockOver()
    {
        using AsyncLock gate = new();
        Lease owner = gate.Enter(Token);
        ValueTask<Lease> waiter = gate.EnterAsync(Token);

        owner.Dispose();

        Assert.True(waiter.IsCompletedSuccessfully);
        Assert.False(gate.TryEnter(out _));
        waiter.Now().Dispose();
        Assert.True(gate.TryEnter(out Lease lease));
        lease.Dispose();
    }

    [Fact]
    public async Task EnterAsync_AlreadyCancelled_WinsOverFreeLock()
    {
        using AsyncLock gate = new();

        ValueTask<Lease> entered = gate.EnterAsync(Canceled);

        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await entered);
        Assert.Equal(Canceled, error.CancellationToken);
        Assert.Equal(new AsyncLockStatistics(IsHeld: false, Waiting: 0), gate.GetStatistics());
    }

    [Fact]
    public void Enter_AlreadyCancelled_WinsOverFreeLock()
    {
        using AsyncLock gate = new();

        Assert.ThrowsAny<OperationCanceledException>(() => gate.Enter(Canceled));
        Assert.False(gate.GetStatistics().IsHeld);
    }

    [Fact]
    public async Task EnterAsync_CancelledWhileQueued_LeavesNoTrace()
    {
        using AsyncLock gate = new();
        using CancellationTokenSource cancellation = new();
        Lease owner = gate.Enter(Token);
        ValueTask<Lease> first = gate.EnterAsync(Token);
        Task<Lease> canceled = gate.EnterAsync(cancellation.Token).AsTask();
        ValueTask<Lease> last = gate.EnterAsync(Token);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        Assert.Equal(2, gate.GetStatistics().Waiting);
        owner.Dispose();
        (await first).Dispose();
        (await last).Dispose();

        Assert.Equal(new AsyncLockStatistics(IsHeld: false, Waiting: 0), gate.GetStatistics());
    }

    [Fact]
    public async Task EnterAsync_OnlyWaiterCancelled_LockIsFreeAfterItsOwner()
    {
        using AsyncLock gate = new();
        using CancellationTokenSource cancellation = new();
        Lease owner = gate.Enter(Token);
        Task<Lease> canceled = gate.EnterAsync(cancellation.Token).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);
        owner.Dispose();

        Assert.True(gate.TryEnter(out Lease lease));
        lease.Dispose();
    }

    [Fact]
    public async Task EnterAsync_CancelledAfterHandOver_KeepsTheLock()
    {
        using AsyncLock gate = new();
        using CancellationTokenSource cancellation = new();
        Lease owner = gate.Enter(Token);
        ValueTask<Lease> waiter = gate.EnterAsync(cancellation.Token);

        owner.Dispose();
        await cancellation.CancelAsync();

        using Lease lease = await waiter;
        Assert.True(gate.GetStatistics().IsHeld);
    }

    [Fact]
    public void Enter_CancelledWhileBlocked_ThrowsAndLeavesNoTrace()
    {
        using AsyncLock gate = new();
        using CancellationTokenSource cancellation = new();
        Lease owner = gate.Enter(Token);
        BlockingThread thread = BlockingThread.StartAndBlock(() => gate.Enter(cancellation.Token));

        cancellation.Cancel();

        Assert.IsType<OperationCanceledException>(thread.Join());
        owner.Dispose();
        Assert.Equal(new AsyncLockStatistics(IsHeld: false, Waiting: 0), gate.GetStatistics());
    }

    [Fact]
    public void Enter_BlockedThread_IsLetInWithoutThePool()
    {
        using AsyncLock gate = new();
        Lease owner = gate.Enter(Token);
        BlockingThread thread = BlockingThread.StartAndBlock(() => gate.Enter(Token).Dispose());

        Assert.Equal(0, PoolWatch.CountPosts(owner.Dispose));

        Assert.Null(thread.Join());
    }

    [Fact]
    public void Enter_HeldByTheSameThread_ThrowsInsteadOfWaitingForItself()
    {
        using AsyncLock gate = new();
        using Lease owner = gate.Enter(Token);

        Assert.Throws<LockRecursionException>(() => gate.Enter(Token));
    }

    [Fact]
    public void Enter_HeldByAnotherThread_IsNoRecursion()
    {
        using AsyncLock gate = new();
        Lease owner = gate.Enter(Token);
        BlockingThread thread = BlockingThread.StartAndBlock(() => gate.Enter(Token).Dispose());

        owner.Dispose();

        Assert.Null(thread.Join());
        gate.Enter(Token).Dispose();
    }

    [Fact]
    public void TryEnter_Held_SaysNo()
    {
        using AsyncLock gate = new();
        using Lease owner = gate.Enter(Token);

        Assert.False(gate.TryEnter(out Lease lease));
        Assert.False(lease.IsTaken);
    }

    [Fact]
    public void Lease_DisposedTwice_LeavesOnce()
    {
        using AsyncLock gate = new();
        Lease first = gate.Enter(Token);
        Lease copy = first;
        first.Dispose();
        using Lease second = gate.Enter(Token);

        copy.Dispose();

        Assert.True(gate.GetStatistics().IsHeld);
    }

    [Fact]
    public async Task Dispose_SomeWait_TheyGetObjectDisposedException()
    {
        AsyncLock gate = new();
        Lease owner = gate.Enter(Token);
        Task<Lease> waiter = gate.EnterAsync(Token).AsTask();
        BlockingThread thread = BlockingThread.StartAndBlock(() => gate.Enter(Token));

        gate.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiter);
        Assert.IsType<ObjectDisposedException>(thread.Join());
        owner.Dispose();
        Assert.Equal(new AsyncLockStatistics(IsHeld: false, Waiting: 0), gate.GetStatistics());
    }

    [Fact]
    public async Task EnterAsync_Disposed_ThrowsObjectDisposedException()
    {
        AsyncLock gate = new();
        gate.Dispose();
        gate.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await gate.EnterAsync(Token));
        Assert.Throws<ObjectDisposedException>(() => gate.Enter(Token));
        Assert.False(gate.TryEnter(out _));
    }

    // The waiters that a disposal refused still counted as queued while it completed them one by one, so that a cancellation took them out once more.
    [Fact]
    public async Task Dispose_WaiterCancelledWhileOthersAreRefused_EndsOnce()
    {
        AsyncLock gate = new();
        using CancellationTokenSource cancellation = new();
        Lease owner = gate.Enter(Token);
        InlineContext context = new(cancellation.Cancel);
        Task first = context.ListenAsync(async () => await gate.EnterAsync(Token));
        Task<Lease> second = gate.EnterAsync(cancellation.Token).AsTask();

        gate.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => first);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second);
        Assert.Equal(0, gate.GetStatistics().Waiting);
        owner.Dispose();
    }

    [Fact]
    public async Task EnterAsync_AwaitedTwice_ThrowsInvalidOperationException()
    {
        using AsyncLock gate = new();
        Lease owner = gate.Enter(Token);
        ValueTask<Lease> wait = gate.EnterAsync(Token);
        owner.Dispose();
        (await wait).Dispose();

#pragma warning disable CA2012 // The misuse is what is tested.
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await wait);
#pragma warning restore CA2012
    }

    [Fact]
    public async Task EnterAsync_AwaitedOnATaskScheduler_GoesOnThere()
    {
        using AsyncLock gate = new();
        TaskScheduler scheduler = new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler;
        Lease owner = gate.Enter(Token);
        Task<Task<TaskScheduler>> waiter = Task.Factory.StartNew(
            async () =>
            {
                using Lease lease = await gate.EnterAsync(Token);
                return TaskScheduler.Current;
            },
            Token,
            TaskCreationOptions.None,
            scheduler);

        Task<TaskScheduler> waiting = await waiter;
        owner.Dispose();

        Assert.Same(scheduler, await waiting);
    }

    [Fact]
    public void EnterAsync_Uncontended_AllocatesNothing()
    {
        using AsyncLock gate = new();

        Assert.Equal(0, Allocations.Of(() => gate.EnterAsync(Token).Now().Dispose()));
    }

    [Fact]
    public void EnterAsync_Contended_AllocatesNothing()
    {
        using AsyncLock gate = new();

        Assert.Equal(0, Allocations.Of(() =>
        {
            Lease owner = gate.Enter();
            ValueTask<Lease> waiter = gate.EnterAsync();
            owner.Dispose();
            waiter.Now().Dispose();
        }));
    }

    [Fact]
    public void Enter_ThreadInterruptedWhileBlocked_GivesItsPlaceBack()
    {
        using AsyncLock gate = new();
        Lease owner = gate.Enter(Token);
        BlockingThread thread = BlockingThread.StartAndBlock(() => gate.Enter(Token));

        thread.Interrupt();

        Assert.IsType<ThreadInterruptedException>(thread.Join());
        Assert.Equal(0, gate.GetStatistics().Waiting);
        owner.Dispose();
        Assert.True(gate.TryEnter(out Lease lease));
        lease.Dispose();
    }
}
