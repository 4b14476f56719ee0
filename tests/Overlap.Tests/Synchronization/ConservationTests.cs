using System.Collections.Concurrent;
using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization;

/// <summary>
/// What goes in comes out or is left, and what is taken is given back, whatever is cancelled meanwhile. Seed 20261121; four tasks, 10⁵ operations in
/// all in an ordinary run, 10⁷ with <c>OVERLAP_THOROUGH=1</c>; one operation in four has a token that is cancelled at about the same time.
/// </summary>
[Collection(nameof(QuietCollection))]
[LeakCheck]
[Trait("kind", "stress")]
public sealed class ConservationTests
{
    private const int Seed = 20_261_121;
    private const int Tasks = 4;

    private int _cancelled;

    private static int Operations => Thorough.Times(100_000, 10_000_000) / Tasks;

    [Theory(Timeout = Thorough.Patience)]
    [InlineData(QueueOrder.Fifo)]
    [InlineData(QueueOrder.Lifo)]
    [InlineData(QueueOrder.Priority)]
    [InlineData(QueueOrder.Delay)]
    public async Task AsyncQueue_TakesAndAddsCancelled_ItemsInAreItemsOutAndItemsLeft(QueueOrder order)
    {
        AsyncQueue<int> queue = new(new AsyncQueueOptions<int> { Capacity = 8, Order = order });
        Tally added = new();
        Tally taken = new();
        using CancellationTokenSource ending = new();
        Task[] consumers = [.. Enumerable.Range(0, Tasks / 2).Select(number => Task.Run(() => ConsumeAsync(new Random(Seed + number))))];
        await Task.WhenAll(Enumerable.Range(0, Tasks / 2).Select(number => Task.Run(() => ProduceAsync(number, new Random(Seed - number - 1)))));
        await ending.CancelAsync();
        await Task.WhenAll(consumers);
        AssertManyWereCancelled();
        Tally left = new();
        while (queue.TryTake(out int item))
        {
            left.Add(item);
        }

        Assert.Equal(added.ToString(), taken.Plus(left).ToString());
        Assert.Equal(new AsyncQueueStatistics(0, 0, 0, added.Count, false), queue.GetStatistics());

        async Task ProduceAsync(int number, Random random)
        {
            for (int count = 0; count < Operations; count++)
            {
                int item = (count * Tasks) + number + 1;
                if (await GrantedAsync(token => queue.AddAsync(item, token), random))
                {
                    added.Add(item);
                }

                await YieldOftenAsync(random);
            }
        }

        async Task ConsumeAsync(Random random)
        {
            while (!ending.IsCancellationRequested)
            {
                int item = 0;
                if (await GrantedAsync(async token => item = await queue.TakeAsync(token), random, ending.Token))
                {
                    taken.Add(item);
                }

                await YieldOftenAsync(random);
            }
        }
    }

    [Theory(Timeout = Thorough.Patience)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AsyncQueue_ShutDownAmidTraffic_EveryItemIsTakenOrDropped(bool immediate)
    {
        long dropped = 0;
        long added = 0;
        long taken = 0;
        Random random = new(Seed);
        for (int round = 0; round < Thorough.Times(500, 50_000); round++)
        {
            AsyncQueue<int> queue = new(4);
            Task[] producers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                try
                {
                    while (true)
                    {
                        await queue.AddAsync(1);
                        Interlocked.Increment(ref added);
                    }
                }
                catch (QueueShutDownException)
                {
                }
            }))];
            Task[] consumers = [.. Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                await foreach (int item in queue.TakeAllAsync())
                {
                    Interlocked.Add(ref taken, item);
                    queue.TaskDone();
                }
            }))];
            for (int yields = random.Next(40); yields > 0; yields--)
            {
                await Task.Yield();
            }

            queue.ShutDown(immediate);
            await Task.WhenAll([.. producers, .. consumers]);
            await queue.JoinAsync();
            Assert.Equal(new AsyncQueueStatistics(0, 0, 0, 0, true), queue.GetStatistics());
            dropped += immediate ? Interlocked.Read(ref added) - Interlocked.Read(ref taken) - dropped : 0;
        }

        Assert.Equal(added, taken + dropped);
        Assert.InRange(dropped, 0, immediate ? 4L * Thorough.Times(500, 50_000) : 0);
    }

    [Fact(Timeout = Thorough.Patience)]
    public async Task AsyncSemaphore_EntriesCancelled_PermitsStayAsMany()
    {
        const int Permits = 5;
        AsyncSemaphore semaphore = new(Permits, Permits);
        int inside = 0;
        int most = 0;
        await RunAsync(async random =>
        {
            int permits = random.Next(1, 4);
            Lease lease = default;
            if (await GrantedAsync(async token => lease = await semaphore.EnterAsync(permits, token), random))
            {
                InterlockedMax(ref most, Interlocked.Add(ref inside, permits));
                await YieldNowAndThenAsync(random);
                Interlocked.Add(ref inside, -permits);
                lease.Dispose();
            }
        });
        Assert.Equal(new AsyncSemaphoreStatistics(Permits, 0, 0), semaphore.GetStatistics());
        Assert.InRange(most, 2, Permits);
    }

    [Fact(Timeout = Thorough.Patience)]
    public async Task AsyncLock_EntriesCancelled_OneAtATime()
    {
        AsyncLock gate = new();
        await AssertExclusiveAsync(_ => 0, (_, token) => gate.EnterAsync(token), 1);
        Assert.Equal(new AsyncLockStatistics(false, 0), gate.GetStatistics());
    }

    [Fact(Timeout = Thorough.Patience)]
    public async Task KeyedLock_EntriesCancelled_OneAtATimeForEachKey()
    {
        KeyedLock<int> gates = new();
        await AssertExclusiveAsync(static random => random.Next(3), gates.EnterAsync, 3);
        Assert.Equal(new KeyedLockStatistics(0, 0), gates.GetStatistics());
    }

    [Fact(Timeout = Thorough.Patience)]
    public async Task AsyncReaderWriterLock_EntriesCancelled_WritersAlone()
    {
        AsyncReaderWriterLock gate = new();
        int readers = 0;
        int writers = 0;
        ConcurrentQueue<string> wrong = new();
        await RunAsync(async random =>
        {
            int mode = random.Next(6);
            Lease lease = default;
            if (!await GrantedAsync(async token => lease = await Enter(mode, token), random))
            {
                return;
            }

            if (mode == 1)
            {
                await UpgradeAsync(lease, random);
            }

            await InsideAsync(isWriter: mode == 0, random);
            lease.Dispose();
        });
        Assert.Empty(wrong);
        Assert.True(gate.TryEnterWrite(out _));

        ValueTask<Lease> Enter(int mode, CancellationToken token) => mode switch
        {
            0 => gate.EnterWriteAsync(token),
            1 => gate.EnterUpgradeableReadAsync(token),
            _ => gate.EnterReadAsync(token),
        };

        async Task UpgradeAsync(Lease upgradeable, Random random)
        {
            Lease upgraded = default;
            if (await GrantedAsync(async token => upgraded = await gate.UpgradeAsync(upgradeable, token), random))
            {
                await InsideAsync(isWriter: true, random);
                upgraded.Dispose();
            }
        }

        async Task InsideAsync(bool isWriter, Random random)
        {
            int others = isWriter ? Interlocked.Increment(ref writers) - 1 + Volatile.Read(ref readers) : Volatile.Read(ref writers);
            if (!isWriter)
            {
                Interlocked.Increment(ref readers);
            }

            await YieldNowAndThenAsync(random);
            if (others > 0 || (isWriter ? Volatile.Read(ref readers) > 0 : Volatile.Read(ref writers) > 0))
            {
                wrong.Enqueue(isWriter ? "A writer was not alone." : "A reader was beside a writer.");
            }

            Interlocked.Decrement(ref isWriter ? ref writers : ref readers);
        }
    }

    [Fact(Timeout = Thorough.Patience)]
    public async Task AsyncAutoResetEvent_WaitsCancelled_WakesAreNoMoreThanSets()
    {
        AsyncAutoResetEvent signal = new();
        long sets = 0;
        long wakes = 0;
        await RunAsync(async random =>
        {
            if (random.Next(2) == 0)
            {
                Interlocked.Increment(ref sets);
                signal.Set();
            }
            else if (await GrantedAsync(signal.WaitAsync, random, alwaysCancelled: true))
            {
                Interlocked.Increment(ref wakes);
            }
        });
        Assert.InRange(wakes, 1, sets - (signal.IsSet ? 1 : 0));
        Assert.Equal(0, signal.GetStatistics().Waiting);
    }

    private async Task RunAsync(Func<Random, Task> operation)
    {
        await Task.WhenAll(Enumerable.Range(0, Tasks).Select(number => Task.Run(async () =>
        {
            Random random = new(Seed + number);
            for (int count = 0; count < Operations; count++)
            {
                await operation(random);
            }
        })));
        AssertManyWereCancelled();
    }

    // Where nobody waits long enough to be cancelled nothing is proved.
    private void AssertManyWereCancelled()
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"{_cancelled} of {Operations * Tasks} operations were cancelled.");
        Assert.InRange(_cancelled, Operations / 1_000, Operations * Tasks / 2);
    }

    private async Task AssertExclusiveAsync(Func<Random, int> chooseKey, Func<int, CancellationToken, ValueTask<Lease>> enter, int keys)
    {
        long entered = 0;
        long[] counts = new long[keys];
        int[] inside = new int[keys];
        ConcurrentQueue<int> wrong = new();
        await RunAsync(async random =>
        {
            int key = chooseKey(random);
            Lease lease = default;
            if (await GrantedAsync(async token => lease = await enter(key, token), random))
            {
                if (Interlocked.Increment(ref inside[key]) != 1)
                {
                    wrong.Enqueue(key);
                }

                counts[key]++;
                await YieldNowAndThenAsync(random);
                Interlocked.Decrement(ref inside[key]);
                Interlocked.Increment(ref entered);
                lease.Dispose();
            }
        });
        Assert.Empty(wrong);
        Assert.Equal(entered, counts.Sum());
    }

    /// <summary>Waits; one wait in four has a token that is cancelled right after the call, or by the pool at about the same time.</summary>
    private async Task<bool> GrantedAsync(
        Func<CancellationToken, ValueTask> wait, Random random, bool alwaysCancelled = false, CancellationToken ending = default)
    {
        CancellationTokenSource? source = null;
        bool isCancelledHere = false;
        if (alwaysCancelled || random.Next(4) == 0)
        {
            source = CancellationTokenSource.CreateLinkedTokenSource(ending);
            isCancelledHere = random.Next(2) == 0;
            if (!isCancelledHere)
            {
                ThreadPool.UnsafeQueueUserWorkItem(static source => source.Cancel(), source, preferLocal: false);
            }
        }

        try
        {
            ValueTask waiting = wait(source?.Token ?? ending);
            if (isCancelledHere)
            {
                source!.Cancel();
            }

            await waiting;
            return true;
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _cancelled);
            return false;
        }
    }

    private Task<bool> GrantedAsync<T>(Func<CancellationToken, Task<T>> wait, Random random, CancellationToken ending = default) =>
        GrantedAsync(token => new ValueTask(wait(token)), random, alwaysCancelled: false, ending);

    // Behind the cancellations that stand in the pool's queue, so that they find the other side waiting.
    private static async ValueTask YieldOftenAsync(Random random)
    {
        if (random.Next(2) == 0)
        {
            await Task.Yield();
        }
    }

    private static async ValueTask YieldNowAndThenAsync(Random random)
    {
        if (random.Next(8) == 0)
        {
            await Task.Yield();
        }
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (int seen = Volatile.Read(ref most); seen < value;)
        {
            seen = Interlocked.CompareExchange(ref most, value, seen);
        }
    }

    /// <summary>Tells whether two bags of items are the same, without keeping them.</summary>
    private sealed class Tally
    {
        private long _count;
        private long _sum;
        private long _squares;

        public long Count => _count;

        public void Add(int item)
        {
            Interlocked.Increment(ref _count);
            Interlocked.Add(ref _sum, item);
            Interlocked.Add(ref _squares, unchecked((long)item * item));
        }

        public Tally Plus(Tally other) => new() { _count = _count + other._count, _sum = _sum + other._sum, _squares = unchecked(_squares + other._squares) };

        public override string ToString() => $"{_count} items, sum {_sum}, sum of squares {_squares}";
    }
}
