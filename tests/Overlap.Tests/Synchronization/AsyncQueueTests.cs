using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization;

[Collection(nameof(QuietCollection))]
[LeakCheck]
public sealed class AsyncQueueTests
{
    private static readonly CancellationToken Cancelled = new(canceled: true);

    private readonly AsyncQueue<int> _queue = new(2);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Workers_ItemsAdded_AllDoneWhenJoined()
    {
        int sum = 0;

        // snippet
        AsyncQueue<int> queue = new(capacity: 100);
        Task[] workers = [WorkAsync(), WorkAsync()];

        for (int i = 1; i <= 1000; i++)
        {
            await queue.AddAsync(i, Token);   // Waits while a hundred are not taken yet.
        }

        await queue.JoinAsync(Token);         // Until the last is done, not only taken.
        queue.ShutDown();
        await Task.WhenAll(workers);

        async Task WorkAsync()
        {
            await foreach (int item in queue.TakeAllAsync(Token))
            {
                Interlocked.Add(ref sum, item);
                queue.TaskDone();
            }
        }
        // end snippet

        Assert.Equal(500_500, sum);
    }

    [Fact]
    public void TryTake_Fifo_GivesTheOldest()
    {
        AsyncQueue<int> queue = new();
        Add(queue, 1, 2, 3);

        Assert.Equal([1, 2, 3], TakeAll(queue));
    }

    [Fact]
    public void TryTake_Lifo_GivesTheNewest()
    {
        AsyncQueue<int> queue = new(new AsyncQueueOptions<int> { Order = QueueOrder.Lifo });
        Add(queue, 1, 2, 3);

        Assert.Equal([3, 2, 1], TakeAll(queue));
    }

    [Fact]
    public void TryTake_RingGrownAfterWrapping_KeepsTheOrder()
    {
        AsyncQueue<int> queue = new();
        Add(queue, [.. Enumerable.Range(0, 12)]);
        for (int i = 0; i < 10; i++)
        {
            queue.Take();
        }

        Add(queue, [.. Enumerable.Range(12, 30)]);

        Assert.Equal(Enumerable.Range(10, 32), TakeAll(queue));
    }

    [Fact]
    public async Task TakeAsync_Several_FirstComeFirstServed()
    {
        Task<int> first = _queue.TakeAsync().AsTask();
        Task<int> second = _queue.TakeAsync().AsTask();
        Add(_queue, 1, 2);

        Assert.Equal(1, await first);
        Assert.Equal(2, await second);
    }

    [Fact]
    public async Task AddAsync_Full_WaitsForRoom()
    {
        Add(_queue, 1, 2);
        Task third = _queue.AddAsync(3).AsTask();
        Assert.False(third.IsCompleted);

        Assert.Equal(1, _queue.Take());
        await third;
        Assert.Equal([2, 3], TakeAll(_queue));
    }

    [Fact]
    public async Task AddAsync_SeveralWait_FirstComeFirstServed()
    {
        Add(_queue, 1, 2);
        Task third = _queue.AddAsync(3).AsTask();
        Task fourth = _queue.AddAsync(4).AsTask();
        _queue.Take();
        await third;

        Assert.False(fourth.IsCompleted);
        Assert.False(_queue.TryAdd(5));
        _queue.Take();
        await fourth;
        Assert.Equal([3, 4], TakeAll(_queue));
    }

    [Fact]
    public void TryAdd_Full_IsFalse()
    {
        Add(_queue, 1, 2);

        Assert.False(_queue.TryAdd(3));
        Assert.Equal(2, _queue.Count);
    }

    [Fact]
    public void TryTake_Empty_IsFalse() => Assert.False(_queue.TryTake(out _));

    [Fact]
    public async Task TakeAsync_Cancelled_TakesNothing()
    {
        using CancellationTokenSource cancellation = new();
        Task<int> taker = _queue.TakeAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taker);
        Add(_queue, 1);

        Assert.Equal([1], TakeAll(_queue));
        Assert.Equal(0, _queue.GetStatistics().WaitingToTake);
    }

    [Fact]
    public async Task TakeAsync_CancelledAfterGrant_HasTheItem()
    {
        using CancellationTokenSource cancellation = new();
        ValueTask<int> taker = _queue.TakeAsync(cancellation.Token);
        Add(_queue, 1);
        await cancellation.CancelAsync();

        Assert.Equal(1, await taker);
    }

    [Fact]
    public async Task AddAsync_Cancelled_AddsNothing()
    {
        Add(_queue, 1, 2);
        using CancellationTokenSource cancellation = new();
        Task third = _queue.AddAsync(3, cancellation.Token).AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => third);
        Assert.Equal([1, 2], TakeAll(_queue));
        Assert.Equal(2, _queue.GetStatistics().Unfinished);
    }

    [Fact]
    public async Task AddAsync_AlreadyCancelled_WinsOverRoom()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _queue.AddAsync(1, Cancelled).AsTask());

        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public async Task TakeAsync_AlreadyCancelled_WinsOverItem()
    {
        Add(_queue, 1);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _queue.TakeAsync(Cancelled).AsTask());
        Assert.Equal(1, _queue.Count);
    }

    [Fact]
    public void Take_Empty_BlocksThreadUntilItem()
    {
        int item = 0;
        Thread thread = new(() => item = _queue.Take());
        thread.Start();
        _queue.Add(7);
        thread.Join();

        Assert.Equal(7, item);
    }

    [Fact]
    public void Add_Full_BlocksThreadUntilRoom()
    {
        Add(_queue, 1, 2);
        Thread thread = new(() => _queue.Add(3));
        thread.Start();
        Assert.Equal(1, _queue.Take());
        thread.Join();

        Assert.Equal([2, 3], TakeAll(_queue));
    }

    [Fact]
    public async Task JoinAsync_WorkNotDone_WaitsForTheLast()
    {
        Add(_queue, 1, 2);
        Task join = _queue.JoinAsync().AsTask();
        TakeAll(_queue);
        _queue.TaskDone();
        Assert.False(join.IsCompleted);
        _queue.TaskDone();

        await join;
    }

    [Fact]
    public void JoinAsync_NothingAdded_EndsAtOnce() => Assert.True(_queue.JoinAsync().AsTask().IsCompletedSuccessfully);

    [Fact]
    public async Task JoinAsync_Cancelled_LeavesTheOthers()
    {
        Add(_queue, 1);
        using CancellationTokenSource cancellation = new();
        Task first = _queue.JoinAsync(cancellation.Token).AsTask();
        Task second = _queue.JoinAsync().AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _queue.TaskDone();

        await second;
    }

    [Fact]
    public void TaskDone_TooOften_Throws()
    {
        Add(_queue, 1);
        _queue.TaskDone();

        Assert.Throws<InvalidOperationException>(_queue.TaskDone);
    }

    [Fact]
    public async Task ShutDown_ItemsLeft_CanBeTaken()
    {
        Add(_queue, 1, 2);
        _queue.ShutDown();

        Assert.Equal([1, 2], TakeAll(_queue));
        await Assert.ThrowsAsync<QueueShutDownException>(() => _queue.TakeAsync().AsTask());
        Assert.Throws<QueueShutDownException>(() => _queue.Take());
    }

    [Fact]
    public async Task ShutDown_LaterAdds_AreRefused()
    {
        _queue.ShutDown();

        Assert.False(_queue.TryAdd(1));
        Assert.Throws<QueueShutDownException>(() => _queue.Add(1));
        await Assert.ThrowsAsync<QueueShutDownException>(() => _queue.AddAsync(1).AsTask());
    }

    [Fact]
    public async Task ShutDown_WhoWaitsToTake_IsRefused()
    {
        Task<int> taker = _queue.TakeAsync().AsTask();
        _queue.ShutDown();

        await Assert.ThrowsAsync<QueueShutDownException>(() => taker);
    }

    [Fact]
    public async Task ShutDown_WhoWaitsToAdd_IsRefused()
    {
        Add(_queue, 1, 2);
        Task adder = _queue.AddAsync(3).AsTask();
        _queue.ShutDown();

        await Assert.ThrowsAsync<QueueShutDownException>(() => adder);
        Assert.Equal([1, 2], TakeAll(_queue));
    }

    [Fact]
    public async Task ShutDown_Draining_JoinWaitsForTheWork()
    {
        Add(_queue, 1);
        Task join = _queue.JoinAsync().AsTask();
        _queue.ShutDown();
        Assert.False(join.IsCompleted);
        _queue.TaskDone();

        await join;
    }

    [Fact]
    public async Task ShutDown_Immediate_DropsItemsAndEndsJoin()
    {
        Add(_queue, 1, 2);
        Task join = _queue.JoinAsync().AsTask();
        _queue.ShutDown(immediate: true);

        await join;
        Assert.Equal(new AsyncQueueStatistics(0, 0, 0, 0, true), _queue.GetStatistics());
        await Assert.ThrowsAsync<QueueShutDownException>(() => _queue.TakeAsync().AsTask());
    }

    [Fact]
    public async Task ShutDown_ImmediateWhileOneWasTaken_JoinWaitsForIt()
    {
        Add(_queue, 1, 2);
        _queue.Take();
        Task join = _queue.JoinAsync().AsTask();
        _queue.ShutDown(immediate: true);
        Assert.False(join.IsCompleted);
        _queue.TaskDone();

        await join;
    }

    [Fact]
    public void ShutDown_FirstToDrainThenAtOnce_Drops()
    {
        Add(_queue, 1, 2);
        _queue.ShutDown();
        _queue.ShutDown(immediate: true);

        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public async Task TakeAllAsync_ShutDown_EndsAfterTheLast()
    {
        Add(_queue, 1, 2);
        _queue.ShutDown();
        List<int> items = [];
        await foreach (int item in _queue.TakeAllAsync())
        {
            items.Add(item);
        }

        Assert.Equal([1, 2], items);
    }

    [Fact]
    public async Task TakeAllAsync_Cancelled_Throws()
    {
        using CancellationTokenSource cancellation = new();
        IAsyncEnumerator<int> items = _queue.TakeAllAsync(cancellation.Token).GetAsyncEnumerator();
        Task<bool> next = items.MoveNextAsync().AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        await items.DisposeAsync();
    }

    [Fact]
    public void GetStatistics_TakersWait_AreCounted()
    {
        AsyncQueue<int> queue = new();
        _ = queue.TakeAsync().AsTask();
        _ = queue.TakeAsync().AsTask();

        Assert.Equal(new AsyncQueueStatistics(0, 2, 0, 0, false), queue.GetStatistics());
    }

    [Fact]
    public void AddAndTake_RoomAndItem_AllocateNothing() => Assert.Equal(0, Allocations.Of(() =>
    {
        _queue.Add(1);
        _queue.Take();
    }));

    [Fact]
    [Trait("kind", "stress")]
    public async Task TakeAsync_RacingCancellations_LosesNothing()
    {
        // Two takers, each wait cancelled by a race with the adder: 3,000 items, all of them arrive.
        const int Items = 3_000;
        AsyncQueue<int> queue = new(4);
        long taken = 0;
        Task[] takers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                using CancellationTokenSource cancellation = new();
                ValueTask<int> take = queue.TakeAsync(cancellation.Token);
                Task cancel = Task.Run(cancellation.Cancel);
                try
                {
                    Interlocked.Add(ref taken, await take);
                }
                catch (OperationCanceledException)
                {
                }
                catch (QueueShutDownException)
                {
                    return;
                }
                finally
                {
                    await cancel;
                }
            }
        }))];
        for (int i = 1; i <= Items; i++)
        {
            await queue.AddAsync(i);
        }

        queue.ShutDown();
        await Task.WhenAll(takers);

        Assert.Equal((long)Items * (Items + 1) / 2, taken);
    }

    private static void Add(AsyncQueue<int> queue, params ReadOnlySpan<int> items)
    {
        foreach (int item in items)
        {
            Assert.True(queue.TryAdd(item));
        }
    }

    private static List<int> TakeAll(AsyncQueue<int> queue)
    {
        List<int> items = [];
        while (queue.TryTake(out int item))
        {
            items.Add(item);
        }

        return items;
    }
}
