using Overlap.Synchronization;
using Overlap.Testing;

namespace Overlap.Tests.Synchronization;

[Collection(nameof(QuietCollection))]
[LeakCheck]
public sealed class AsyncQueueOrderTests
{
    private readonly VirtualTimeProvider _time = new();
    private readonly AsyncQueue<string> _delayed;

    public AsyncQueueOrderTests() => _delayed = new(new AsyncQueueOptions<string> { Order = QueueOrder.Delay, TimeProvider = _time });

    [Fact]
    public void Priority_Items_LeastFirst()
    {
        AsyncQueue<int> queue = new(new AsyncQueueOptions<int> { Order = QueueOrder.Priority });
        Random random = new(1);
        int[] items = [.. Enumerable.Range(0, 200).Select(_ => random.Next(50))];
        Array.ForEach(items, item => queue.Add(item));

        Assert.Equal(items.Order(), Enumerable.Range(0, 200).Select(_ => queue.Take()));
    }

    [Fact]
    public void Priority_Equals_OldestFirst()
    {
        AsyncQueue<(int Level, int Number)> queue = new(new AsyncQueueOptions<(int Level, int Number)>
        {
            Order = QueueOrder.Priority,
            Comparer = Comparer<(int Level, int Number)>.Create(static (one, other) => one.Level.CompareTo(other.Level)),
        });
        for (int i = 0; i < 60; i++)
        {
            queue.Add((i % 3, i));
        }

        Assert.Equal(
            Enumerable.Range(0, 60).OrderBy(static i => i % 3).Select(static i => (i % 3, i)),
            Enumerable.Range(0, 60).Select(_ => queue.Take()));
    }

    [Fact]
    public async Task Priority_TakerWaits_GetsWhateverComes()
    {
        AsyncQueue<int> queue = new(new AsyncQueueOptions<int> { Order = QueueOrder.Priority });
        Task<int> taker = queue.TakeAsync().AsTask();
        queue.Add(9);
        queue.Add(1);

        Assert.Equal(9, await taker);
        Assert.Equal(1, queue.Take());
    }

    [Fact]
    public async Task Priority_Full_ItemOfWhoWaitsComesInByItsPriority()
    {
        AsyncQueue<int> queue = new(new AsyncQueueOptions<int> { Order = QueueOrder.Priority, Capacity = 2 });
        queue.Add(5);
        queue.Add(6);
        Task third = queue.AddAsync(1).AsTask();

        Assert.Equal(5, queue.Take());
        await third;
        Assert.Equal(1, queue.Take());
    }

    [Fact]
    public async Task Priority_ComparerThrowsOnAdd_LeavesTheQueueAsItWas()
    {
        AsyncQueue<object> queue = new(new AsyncQueueOptions<object> { Order = QueueOrder.Priority });
        queue.Add(1);

        await Assert.ThrowsAsync<ArgumentException>(() => queue.AddAsync(new object()).AsTask());
        Assert.Equal(new AsyncQueueStatistics(1, 0, 0, 1, false), queue.GetStatistics());
        Assert.Equal(1, queue.Take());
    }

    [Fact]
    public async Task Priority_ComparerThrowsForWhoWaits_FailsOnlyThatOne()
    {
        AsyncQueue<object> queue = new(new AsyncQueueOptions<object> { Order = QueueOrder.Priority, Capacity = 2 });
        queue.Add(1);
        queue.Add(2);
        Task wrong = queue.AddAsync(new object()).AsTask();
        Task right = queue.AddAsync(3).AsTask();

        Assert.Equal(1, queue.Take());
        await Assert.ThrowsAsync<ArgumentException>(() => wrong);
        await right;
        Assert.Equal(2, queue.Take());
        Assert.Equal(3, queue.Take());
    }

    [Fact]
    public void Priority_ComparerUsesTheQueue_Throws()
    {
        AsyncQueue<int>? queue = null;
        queue = new AsyncQueue<int>(new AsyncQueueOptions<int>
        {
            Order = QueueOrder.Priority,
            Comparer = Comparer<int>.Create((_, _) => queue!.TryAdd(0) ? 0 : 1),
        });
        queue.Add(1);

        Assert.Throws<InvalidOperationException>(() => queue.Add(2));
        Assert.Equal(1, queue.Count);
    }

    [Fact]
    public async Task Delay_TakerWaits_GetsItemAtItsTime()
    {
        _delayed.Add("late", TimeSpan.FromSeconds(10));
        Task<string> taker = _delayed.TakeAsync().AsTask();
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(taker.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("late", await taker);
    }

    [Fact]
    public void Delay_BeforeItsTime_IsNotGiven()
    {
        _delayed.Add("late", TimeSpan.FromSeconds(10));

        Assert.False(_delayed.TryTake(out _));
        Assert.Equal(1, _delayed.Count);
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(_delayed.TryTake(out string? item));
        Assert.Equal("late", item);
    }

    [Fact]
    public async Task Delay_EarlierItemComesLater_IsGivenFirst()
    {
        _delayed.Add("late", TimeSpan.FromSeconds(10));
        Task<string> first = _delayed.TakeAsync().AsTask();
        Task<string> second = _delayed.TakeAsync().AsTask();
        _delayed.Add("early", TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal("early", await first);
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("late", await second);
    }

    [Fact]
    public void Delay_SameTime_OldestFirst()
    {
        _delayed.Add("one", TimeSpan.FromSeconds(1));
        _delayed.Add("two", TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("one", _delayed.Take());
        Assert.Equal("two", _delayed.Take());
    }

    [Fact]
    public async Task Delay_WithoutTime_IsGivenAtOnce()
    {
        Task<string> taker = _delayed.TakeAsync().AsTask();
        await _delayed.AddAsync("now");

        Assert.Equal("now", await taker);
    }

    [Fact]
    public async Task Delay_CancelledTaker_LeavesItemForTheNext()
    {
        _delayed.Add("late", TimeSpan.FromSeconds(10));
        using CancellationTokenSource cancellation = new();
        Task<string> first = _delayed.TakeAsync(cancellation.Token).AsTask();
        Task<string> second = _delayed.TakeAsync().AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("late", await second);
    }

    [Fact]
    public async Task Delay_ShutDownDraining_GivesItemsAtTheirTimesThenRefuses()
    {
        _delayed.Add("late", TimeSpan.FromSeconds(10));
        Task<string> first = _delayed.TakeAsync().AsTask();
        Task<string> second = _delayed.TakeAsync().AsTask();
        _delayed.ShutDown();
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("late", await first);
        await Assert.ThrowsAsync<QueueShutDownException>(() => second);
    }

    [Fact]
    public async Task Delay_ShutDownImmediate_RefusesWhoWaits()
    {
        _delayed.Add("late", TimeSpan.FromSeconds(10));
        Task<string> taker = _delayed.TakeAsync().AsTask();
        _delayed.ShutDown(immediate: true);

        await Assert.ThrowsAsync<QueueShutDownException>(() => taker);
    }

    [Fact]
    public async Task Delay_FullOfLateItems_WhoAddsWaits()
    {
        AsyncQueue<string> queue = new(new AsyncQueueOptions<string> { Order = QueueOrder.Delay, TimeProvider = _time, Capacity = 1 });
        queue.Add("first", TimeSpan.FromSeconds(10));
        Task second = queue.AddAsync("second", TimeSpan.FromSeconds(2)).AsTask();
        Task<string> taker = queue.TakeAsync().AsTask();
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("first", await taker);
        await second;
        Assert.True(queue.TryTake(out string? item));
        Assert.Equal("second", item);
    }

    [Fact]
    public void Delay_LongestTime_NeverComes()
    {
        _delayed.Add("never", TimeSpan.MaxValue);
        Task<string> taker = _delayed.TakeAsync().AsTask();
        _time.Advance(TimeSpan.FromDays(1000));

        Assert.False(taker.IsCompleted);
    }

    [Fact]
    public void Add_TimeInAnotherOrder_Throws()
    {
        AsyncQueue<int> queue = new();

        Assert.Throws<InvalidOperationException>(() => queue.Add(1, TimeSpan.Zero));
    }

    [Fact]
    public void Add_NegativeTime_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => _delayed.Add("before", TimeSpan.FromTicks(-1)));

    [Fact]
    public void Capacity_BelowOne_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncQueueOptions<int> { Capacity = 0 });

    [Fact]
    public void Order_Unknown_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new AsyncQueueOptions<int> { Order = (QueueOrder)9 });
}
