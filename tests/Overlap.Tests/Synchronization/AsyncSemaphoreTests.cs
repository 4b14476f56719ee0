using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization;

[Collection(nameof(QuietCollection))]
[LeakCheck]
public class AsyncSemaphoreTests
{
    private static readonly CancellationToken Canceled = new(canceled: true);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_BehindALimit_AreNeverMoreThanItAllows()
    {
        int running = 0;
        List<int> seen = [];

        // snippet
        using AsyncSemaphore limit = new(3);

        async Task DownloadAsync(int size, CancellationToken cancellationToken)
        {
            // A large file takes two of the three places.
            using Lease lease = await limit.EnterAsync(size > 1_000 ? 2 : 1, cancellationToken);
            await ReadAsync(size);
        }

        await Task.WhenAll(new[] { 100, 5_000, 200, 9_000, 300 }.Select(size => DownloadAsync(size, Token)));
        // end snippet

        Assert.All(seen, static places => Assert.InRange(places, 1, 3));
        Assert.Equal(5, seen.Count);

        async Task ReadAsync(int size)
        {
            int places = size > 1_000 ? 2 : 1;
            int now = Interlocked.Add(ref running, places);
            lock (seen)
            {
                seen.Add(now);
            }

            await Task.Yield();
            Interlocked.Add(ref running, -places);
        }
    }

    [Fact]
    public void EnterAsync_PermitsAreFree_TakesAsManyAsAskedFor()
    {
        using AsyncSemaphore semaphore = new(5);

        using Lease lease = semaphore.EnterAsync(3, Token).Now();

        Assert.Equal(new AsyncSemaphoreStatistics(Free: 2, Leased: 3, Waiting: 0), semaphore.GetStatistics());
        Assert.Equal(2, semaphore.FreePermits);
    }

    [Fact]
    public async Task EnterAsync_SeveralWait_AreLetInInTheirOrder()
    {
        using AsyncSemaphore semaphore = new(1);
        Lease owner = semaphore.Enter(cancellationToken: Token);
        List<int> order = [];
        Task[] waiters = [.. Enumerable.Range(0, 5).Select(async number =>
        {
            using Lease lease = await semaphore.EnterAsync(Token);
            order.Add(number);
        })];

        owner.Dispose();
        await Task.WhenAll(waiters);

        Assert.Equal([0, 1, 2, 3, 4], order);
    }

    [Fact]
    public void EnterAsync_LargeRequestWaits_SmallOneDoesNotOvertakeIt()
    {
        using AsyncSemaphore semaphore = new(3);
        Lease owner = semaphore.Enter(2, Token);
        ValueTask<Lease> large = semaphore.EnterAsync(3, Token);

        ValueTask<Lease> small = semaphore.EnterAsync(1, Token);

        Assert.False(small.IsCompleted);
        Assert.False(semaphore.TryEnter(out _));
        owner.Dispose();
        Assert.False(small.IsCompleted);
        large.Now().Dispose();
        small.Now().Dispose();
        Assert.Equal(new AsyncSemaphoreStatistics(Free: 3, Leased: 0, Waiting: 0), semaphore.GetStatistics());
    }

    [Fact]
    public async Task EnterAsync_LargeRequestAtTheHeadCancelled_ThoseBehindItGoOn()
    {
        using AsyncSemaphore semaphore = new(3);
        using CancellationTokenSource cancellation = new();
        using Lease owner = semaphore.Enter(1, Token);
        Task<Lease> large = semaphore.EnterAsync(3, cancellation.Token).AsTask();
        ValueTask<Lease> first = semaphore.EnterAsync(1, Token);
        ValueTask<Lease> second = semaphore.EnterAsync(1, Token);
        ValueTask<Lease> third = semaphore.EnterAsync(1, Token);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        first.Now().Dispose();
        (await third).Dispose();
        second.Now().Dispose();
        Assert.Equal(new AsyncSemaphoreStatistics(Free: 2, Leased: 1, Waiting: 0), semaphore.GetStatistics());
    }

    [Fact]
    public void Release_SeveralAtOnce_LetsInAllForWhomThereAreEnough()
    {
        using AsyncSemaphore semaphore = new(0);
        ValueTask one = semaphore.TakeAsync(1, Token);
        ValueTask two = semaphore.TakeAsync(2, Token);
        ValueTask three = semaphore.TakeAsync(3, Token);

        semaphore.Release(4);

        one.Now();
        two.Now();
        Assert.False(three.IsCompleted);
        semaphore.Release(2);
        three.Now();
        Assert.Equal(new AsyncSemaphoreStatistics(Free: 0, Leased: 0, Waiting: 0), semaphore.GetStatistics());
    }

    [Fact]
    public async Task EnterAsync_AlreadyCancelled_WinsOverFreePermits()
    {
        using AsyncSemaphore semaphore = new(1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await semaphore.EnterAsync(1, Canceled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await semaphore.TakeAsync(1, Canceled));
        Assert.ThrowsAny<OperationCanceledException>(() => semaphore.Enter(1, Canceled));
        Assert.ThrowsAny<OperationCanceledException>(() => semaphore.Take(1, Canceled));

        Assert.Equal(new AsyncSemaphoreStatistics(Free: 1, Leased: 0, Waiting: 0), semaphore.GetStatistics());
    }

    [Fact]
    public async Task TakeAsync_CancelledWhileQueued_LeavesPermitCount()
    {
        using AsyncSemaphore semaphore = new(0);
        using CancellationTokenSource cancellation = new();
        Task wait = semaphore.TakeAsync(1, cancellation.Token).AsTask();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        semaphore.Release();

        Assert.Equal(new AsyncSemaphoreStatistics(Free: 1, Leased: 0, Waiting: 0), semaphore.GetStatistics());
    }

    [Fact]
    public async Task TakeAsync_CancelledAfterTheGrant_KeepsThePermit()
    {
        using AsyncSemaphore semaphore = new(0);
        using CancellationTokenSource cancellation = new();
        ValueTask wait = semaphore.TakeAsync(1, cancellation.Token);

        semaphore.Release();
        await cancellation.CancelAsync();

        await wait;
        Assert.Equal(0, semaphore.FreePermits);
    }

    [Fact]
    public void Enter_BlockedThread_IsLetInWithoutThePool()
    {
        using AsyncSemaphore semaphore = new(2);
        Lease owner = semaphore.Enter(2, Token);
        BlockingThread thread = BlockingThread.StartAndBlock(() => semaphore.Enter(2, Token).Dispose());

        Assert.Equal(0, PoolWatch.CountPosts(owner.Dispose));

        Assert.Null(thread.Join());
        Assert.Equal(2, semaphore.FreePermits);
    }

    [Fact]
    public void Take_BlockedThread_IsLetInWithoutThePool()
    {
        using AsyncSemaphore semaphore = new(0);
        BlockingThread thread = BlockingThread.StartAndBlock(() => semaphore.Take(1, Token));

        Assert.Equal(0, PoolWatch.CountPosts(() => semaphore.Release()));

        Assert.Null(thread.Join());
        Assert.Equal(0, semaphore.FreePermits);
    }

    [Fact]
    public void TryEnter_NotEnough_TakesNothing()
    {
        using AsyncSemaphore semaphore = new(2);

        Assert.False(semaphore.TryEnter(out Lease lease, 3));

        Assert.False(lease.IsTaken);
        Assert.Equal(2, semaphore.FreePermits);
    }

    [Fact]
    public void TryTake_Enough_TakesThem()
    {
        using AsyncSemaphore semaphore = new(2);

        Assert.True(semaphore.TryTake(2));

        Assert.False(semaphore.TryTake());
    }

    [Fact]
    public void Lease_DisposedTwice_GivesBackOnce()
    {
        using AsyncSemaphore semaphore = new(2);
        Lease lease = semaphore.Enter(cancellationToken: Token);
        Lease copy = lease;

        lease.Dispose();
        using Lease later = semaphore.Enter(cancellationToken: Token);
        copy.Dispose();

        Assert.Equal(1, semaphore.FreePermits);
    }

    [Fact]
    public void Release_AboveTheBound_ThrowsAndMakesNothing()
    {
        using AsyncSemaphore semaphore = new(3, max: 4);

        Assert.Throws<SemaphoreFullException>(() => semaphore.Release(2));

        Assert.Equal(3, semaphore.FreePermits);
    }

    [Fact]
    public void Release_PermitsAreLeased_CountThemToo()
    {
        using AsyncSemaphore semaphore = new(1, max: 1);
        Lease lease = semaphore.Enter(cancellationToken: Token);

        Assert.Throws<SemaphoreFullException>(() => semaphore.Release());

        lease.Dispose();
        Assert.Equal(1, semaphore.FreePermits);
    }

    [Fact]
    public void Release_OthersWaitAndAboveTheBound_ThrowsAndMakesNothing()
    {
        using AsyncSemaphore semaphore = new(1, max: 2);
        ValueTask wait = semaphore.TakeAsync(2, Token);

        Assert.Throws<SemaphoreFullException>(() => semaphore.Release(2));

        Assert.Equal(new AsyncSemaphoreStatistics(Free: 1, Leased: 0, Waiting: 1), semaphore.GetStatistics());
        semaphore.Release();
        wait.Now();
    }

    [Theory]
    [InlineData(-1, null, "permits")]
    [InlineData(3, 2, "max")]
    [InlineData(0, 0, "max")]
    public void Constructor_NumberOutOfRange_NamesIt(int permits, int? max, string name) =>
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncSemaphore(permits, max)).ParamName);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(5)]
    public void EnterAsync_RequestThatCanNeverBeMet_ThrowsInsteadOfWaitingForEver(int permits)
    {
        using AsyncSemaphore semaphore = new(4, max: 4);

        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = semaphore.EnterAsync(permits, Token).AsTask(); });
        Assert.Throws<ArgumentOutOfRangeException>(() => semaphore.TryTake(permits));
    }

    [Fact]
    public void Release_NotPositive_ThrowsArgumentOutOfRangeException()
    {
        using AsyncSemaphore semaphore = new(1);

        Assert.Throws<ArgumentOutOfRangeException>(() => semaphore.Release(0));
    }

    [Fact]
    public void Release_UpToTheLargestNumber_IsCountedExactly()
    {
        using AsyncSemaphore semaphore = new(int.MaxValue - 1);
        using Lease lease = semaphore.Enter(int.MaxValue - 1, Token);

        semaphore.Release();

        Assert.Equal(new AsyncSemaphoreStatistics(Free: 1, Leased: int.MaxValue - 1, Waiting: 0), semaphore.GetStatistics());
        Assert.Throws<SemaphoreFullException>(() => semaphore.Release());
    }

    [Fact]
    public async Task Dispose_SomeWait_TheyGetObjectDisposedException()
    {
        AsyncSemaphore semaphore = new(1);
        Lease owner = semaphore.Enter(cancellationToken: Token);
        Task<Lease> waiter = semaphore.EnterAsync(Token).AsTask();
        BlockingThread thread = BlockingThread.StartAndBlock(() => semaphore.Take(1, Token));

        semaphore.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiter);
        Assert.IsType<ObjectDisposedException>(thread.Join());
        owner.Dispose();
        Assert.Equal(new AsyncSemaphoreStatistics(Free: 1, Leased: 0, Waiting: 0), semaphore.GetStatistics());
    }

    [Fact]
    public async Task EnterAsync_Disposed_ThrowsObjectDisposedException()
    {
        AsyncSemaphore semaphore = new(1);
        semaphore.Dispose();
        semaphore.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await semaphore.EnterAsync(Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await semaphore.TakeAsync(cancellationToken: Token));
        Assert.Throws<ObjectDisposedException>(() => semaphore.Release());
        Assert.False(semaphore.TryEnter(out _));
    }

    [Fact]
    public void EnterAsync_Uncontended_AllocatesNothing()
    {
        using AsyncSemaphore semaphore = new(2);

        Assert.Equal(0, Allocations.Of(() => semaphore.EnterAsync(2, Token).Now().Dispose()));
    }

    [Fact]
    public void EnterAsync_Contended_AllocatesNothing()
    {
        using AsyncSemaphore semaphore = new(1);

        Assert.Equal(0, Allocations.Of(() =>
        {
            Lease owner = semaphore.Enter();
            ValueTask<Lease> waiter = semaphore.EnterAsync();
            owner.Dispose();
            waiter.Now().Dispose();
        }));
    }

    [Fact]
    [Trait("kind", "stress")]
    public async Task Permits_TakenByManyTasks_AreNeverMoreThanThereAre()
    {
        const int Tasks = 8;
        const int Rounds = 2_000;
        using AsyncSemaphore semaphore = new(3, max: 3);
        int inside = 0;
        int violations = 0;

        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(number => Task.Run(
            async () =>
            {
                Random random = new(number);
                for (int i = 0; i < Rounds; i++)
                {
                    int permits = random.Next(1, 4);
                    using Lease lease = await semaphore.EnterAsync(permits, Token);
                    if (Interlocked.Add(ref inside, permits) > 3)
                    {
                        Interlocked.Increment(ref violations);
                    }

                    if (random.Next(4) == 0)
                    {
                        await Task.Yield();
                    }

                    Interlocked.Add(ref inside, -permits);
                }
            },
            Token)));

        Assert.Equal(0, violations);
        Assert.Equal(new AsyncSemaphoreStatistics(Free: 3, Leased: 0, Waiting: 0), semaphore.GetStatistics());
    }
}
