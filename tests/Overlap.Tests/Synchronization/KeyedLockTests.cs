using System.Collections.Concurrent;
using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization;

[Collection(nameof(QuietCollection))]
[LeakCheck]
public sealed class KeyedLockTests : IDisposable
{
    private readonly KeyedLock<string> _keys = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _keys.Dispose();

    [Fact]
    public async Task Balances_ChangedByCustomer_LoseNothing()
    {
        // snippet
        using KeyedLock<string> customers = new();
        ConcurrentDictionary<string, int> balances = [];

        // Two payments of one customer wait for each other; those of two customers do not.
        async Task PayAsync(string customer, int amount, CancellationToken cancellationToken)
        {
            using (await customers.EnterAsync(customer, cancellationToken))
            {
                int balance = balances.GetValueOrDefault(customer);
                await Task.Yield();   // Stands for a database.
                balances[customer] = balance + amount;
            }
        }
        // end snippet

        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => PayAsync(i % 2 == 0 ? "ann" : "ben", 1, Token)));
        Assert.Equal(50, balances["ann"]);
        Assert.Equal(50, balances["ben"]);
        Assert.Equal(0, customers.GetStatistics().Keys);
    }

    [Fact]
    public async Task EnterAsync_OtherKey_DoesNotWait()
    {
        using Lease first = await _keys.EnterAsync("a");
        using Lease second = await _keys.EnterAsync("b");

        Assert.Equal(new KeyedLockStatistics(2, 0), _keys.GetStatistics());
    }

    [Fact]
    public async Task EnterAsync_SameKey_FirstComeFirstServed()
    {
        Lease first = await _keys.EnterAsync("a");
        Task<Lease> second = _keys.EnterAsync("a").AsTask();
        Task<Lease> third = _keys.EnterAsync("a").AsTask();
        Assert.Equal(new KeyedLockStatistics(1, 2), _keys.GetStatistics());
        first.Dispose();

        Lease lease = await second;
        Assert.False(third.IsCompleted);
        lease.Dispose();
        (await third).Dispose();
    }

    [Fact]
    public async Task EnterAsync_AllLeft_KnowsNoKey()
    {
        Lease first = await _keys.EnterAsync("a");
        Task<Lease> second = _keys.EnterAsync("a").AsTask();
        first.Dispose();
        (await second).Dispose();

        Assert.Equal(new KeyedLockStatistics(0, 0), _keys.GetStatistics());
    }

    [Fact]
    public async Task EnterAsync_ComparerSaysSame_Waits()
    {
        using KeyedLock<string> keys = new(StringComparer.OrdinalIgnoreCase);
        Lease first = await keys.EnterAsync("a");

        Assert.False(keys.TryEnter("A", out _));
        first.Dispose();
        Assert.True(keys.TryEnter("A", out Lease second));
        second.Dispose();
    }

    [Fact]
    public async Task EnterAsync_CancelledWhileQueued_LeavesNoTrace()
    {
        Lease first = await _keys.EnterAsync("a");
        using CancellationTokenSource cancellation = new();
        Task<Lease> second = _keys.EnterAsync("a", cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(new KeyedLockStatistics(1, 0), _keys.GetStatistics());
        first.Dispose();
        Assert.Equal(new KeyedLockStatistics(0, 0), _keys.GetStatistics());
    }

    [Fact]
    public async Task EnterAsync_CancelledAfterGrant_KeepsTheKey()
    {
        Lease first = await _keys.EnterAsync("a");
        using CancellationTokenSource cancellation = new();
        ValueTask<Lease> second = _keys.EnterAsync("a", cancellation.Token);
        first.Dispose();
        await cancellation.CancelAsync();

        using Lease lease = await second;
        Assert.True(lease.IsTaken);
    }

    [Fact]
    public async Task EnterAsync_AlreadyCancelled_WinsOverFreeKey()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _keys.EnterAsync("a", new CancellationToken(canceled: true)).AsTask());

        Assert.Equal(0, _keys.GetStatistics().Keys);
    }

    [Fact]
    public async Task Dispose_LeaseOfEarlierOwner_DoesNotFreeTheKey()
    {
        Lease first = await _keys.EnterAsync("a");
        first.Dispose();
        using Lease second = await _keys.EnterAsync("b");
        first.Dispose();

        Assert.False(_keys.TryEnter("b", out _));
    }

    [Fact]
    public void Enter_SameThreadAgain_ThrowsRecursion()
    {
        using Lease lease = _keys.Enter("a");

        Assert.Throws<LockRecursionException>(() => _keys.Enter("a"));
    }

    [Fact]
    public async Task Enter_HeldByATask_BlocksThreadUntilItLeft()
    {
        Lease first = await _keys.EnterAsync("a");
        Thread thread = new(() => _keys.Enter("a").Dispose());
        thread.Start();
        first.Dispose();
        thread.Join();

        Assert.Equal(0, _keys.GetStatistics().Keys);
    }

    [Fact]
    public async Task Dispose_Waiters_FailAll()
    {
        Lease first = await _keys.EnterAsync("a");
        Task<Lease> second = _keys.EnterAsync("a").AsTask();
        _keys.Dispose();
        first.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => second);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _keys.EnterAsync("b").AsTask());
        Assert.Equal(new KeyedLockStatistics(0, 0), _keys.GetStatistics());
    }

    [Fact]
    public void Enter_FreeKeys_AllocatesNothing()
    {
        using KeyedLock<int> keys = new();
        for (int key = 0; key < 100; key++)
        {
            keys.Enter(key).Dispose();
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int key = 0; key < 1000; key++)
        {
            keys.Enter(key).Dispose();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
