using Overlap.Synchronization;

namespace Overlap.Tests.Synchronization;

[Collection(nameof(QuietCollection))]
[LeakCheck]
public sealed class AsyncReaderWriterLockTests : IDisposable
{
    private static readonly CancellationToken Cancelled = new(canceled: true);

    private readonly AsyncReaderWriterLock _lock = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private AsyncReaderWriterLockStatistics Statistics => _lock.GetStatistics();

    public void Dispose() => _lock.Dispose();

    [Fact]
    public async Task Prices_ReadByManyAndChangedByOne_AreWholeForEveryone()
    {
        // snippet
        using AsyncReaderWriterLock access = new();
        Dictionary<string, int> prices = new() { ["tea"] = 3 };

        async Task<int> ReadAsync(string name, CancellationToken cancellationToken)
        {
            using Lease reading = await access.EnterReadAsync(cancellationToken);   // Beside all other readers.
            return prices.GetValueOrDefault(name);
        }

        async Task AddAsync(string name, int price, CancellationToken cancellationToken)
        {
            // Beside readers too, until it is clear that something has to be written.
            using Lease looking = await access.EnterUpgradeableReadAsync(cancellationToken);
            if (!prices.ContainsKey(name))
            {
                using Lease writing = await access.UpgradeAsync(looking, cancellationToken);
                prices[name] = price;
            }
        }
        // end snippet

        await Task.WhenAll(AddAsync("coffee", 4, Token), AddAsync("coffee", 5, Token), AddAsync("tea", 6, Token));
        Assert.Equal(3, await ReadAsync("tea", Token));
        Assert.Equal(4, await ReadAsync("coffee", Token));
    }

    [Fact]
    public async Task EnterReadAsync_OtherReaders_EntersBesideThem()
    {
        using Lease first = await _lock.EnterReadAsync();
        using Lease second = await _lock.EnterReadAsync();
        using Lease third = _lock.EnterRead();

        Assert.Equal(new AsyncReaderWriterLockStatistics(3, false, false, 0, 0, 0), Statistics);
    }

    [Fact]
    public async Task EnterReadAsync_AllLeft_NobodyIsCounted()
    {
        Lease first = await _lock.EnterReadAsync();
        Lease second = await _lock.EnterReadAsync();
        first.Dispose();
        second.Dispose();

        Assert.Equal(new AsyncReaderWriterLockStatistics(0, false, false, 0, 0, 0), Statistics);
    }

    [Fact]
    public async Task EnterWriteAsync_Readers_WaitsForTheLast()
    {
        Lease first = await _lock.EnterReadAsync();
        Lease second = await _lock.EnterReadAsync();
        ValueTask<Lease> writer = _lock.EnterWriteAsync();
        first.Dispose();
        bool waitsForSecond = !writer.IsCompleted;
        second.Dispose();

        using Lease lease = await writer;
        Assert.True(waitsForSecond);
        Assert.True(Statistics.HasWriter);
    }

    [Fact]
    public async Task EnterReadAsync_WriterWaits_WaitsBehindIt()
    {
        using Lease first = await _lock.EnterReadAsync();
        Task<Lease> writer = _lock.EnterWriteAsync().AsTask();
        Task<Lease> late = _lock.EnterReadAsync().AsTask();

        Assert.Equal(new AsyncReaderWriterLockStatistics(1, false, false, 1, 0, 1), Statistics);
        first.Dispose();
        (await writer).Dispose();
        (await late).Dispose();
    }

    [Fact]
    public async Task WriterLeaves_ReadersAndWriterWait_AllReadersGoFirst()
    {
        Lease writing = await _lock.EnterWriteAsync();
        Task<Lease> second = _lock.EnterWriteAsync().AsTask();
        Task<Lease> one = _lock.EnterReadAsync().AsTask();
        Task<Lease> other = _lock.EnterReadAsync().AsTask();
        writing.Dispose();

        Assert.Equal(new AsyncReaderWriterLockStatistics(2, false, false, 0, 0, 1), Statistics);
        (await one).Dispose();
        Assert.False(Statistics.HasWriter);
        (await other).Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task PhaseFairness_WritersKeepComing_ReaderWaitsForOneWriter()
    {
        Lease writing = await _lock.EnterWriteAsync();
        Task<Lease>[] writers = [.. Enumerable.Range(0, 5).Select(_ => _lock.EnterWriteAsync().AsTask())];
        Task<Lease> reader = _lock.EnterReadAsync().AsTask();
        writing.Dispose();

        Assert.Equal(new AsyncReaderWriterLockStatistics(1, false, false, 0, 0, 5), Statistics);
        (await reader).Dispose();
        foreach (Task<Lease> writer in writers)
        {
            (await writer).Dispose();
        }
    }

    [Fact]
    public async Task PhaseFairness_ReadersKeepComing_WriterWaitsForOnePhase()
    {
        Lease reading = await _lock.EnterReadAsync();
        Task<Lease> writer = _lock.EnterWriteAsync().AsTask();
        Task<Lease>[] readers = [.. Enumerable.Range(0, 5).Select(_ => _lock.EnterReadAsync().AsTask())];
        reading.Dispose();

        using (await writer)
        {
            Assert.Equal(new AsyncReaderWriterLockStatistics(0, false, true, 5, 0, 0), Statistics);
        }

        Assert.Equal(5, Statistics.Readers);
        foreach (Task<Lease> late in readers)
        {
            (await late).Dispose();
        }
    }

    [Fact]
    public async Task EnterWriteAsync_Several_FirstComeFirstServed()
    {
        Lease writing = await _lock.EnterWriteAsync();
        Task<Lease> first = _lock.EnterWriteAsync().AsTask();
        Task<Lease> second = _lock.EnterWriteAsync().AsTask();
        writing.Dispose();
        Lease lease = await first;

        Assert.False(second.IsCompleted);
        lease.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task EnterWriteAsync_CancelledWhileReadersWaitBehind_LetsThemGoOn()
    {
        using Lease reading = await _lock.EnterReadAsync();
        using CancellationTokenSource cancellation = new();
        Task<Lease> writer = _lock.EnterWriteAsync(cancellation.Token).AsTask();
        Task<Lease> reader = _lock.EnterReadAsync().AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer);
        (await reader).Dispose();
        Assert.Equal(new AsyncReaderWriterLockStatistics(1, false, false, 0, 0, 0), Statistics);
    }

    [Fact]
    public async Task EnterWriteAsync_CancelledWhileQueued_LeavesNoTrace()
    {
        Lease reading = await _lock.EnterReadAsync();
        using CancellationTokenSource cancellation = new();
        Task<Lease> writer = _lock.EnterWriteAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer);
        reading.Dispose();

        Assert.Equal(new AsyncReaderWriterLockStatistics(0, false, false, 0, 0, 0), Statistics);
        Assert.True(_lock.TryEnterWrite(out Lease free));
        free.Dispose();
    }

    [Fact]
    public async Task EnterReadAsync_CancelledAfterGrant_KeepsTheLease()
    {
        Lease writing = await _lock.EnterWriteAsync();
        using CancellationTokenSource cancellation = new();
        ValueTask<Lease> reader = _lock.EnterReadAsync(cancellation.Token);
        writing.Dispose();
        await cancellation.CancelAsync();

        using Lease lease = await reader;
        Assert.Equal(1, Statistics.Readers);
    }

    [Fact]
    public async Task EnterReadAsync_AlreadyCancelled_WinsOverFreeLock()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _lock.EnterReadAsync(Cancelled).AsTask());
        Assert.Equal(0, Statistics.Readers);
    }

    [Fact]
    public async Task EnterWriteAsync_AlreadyCancelled_WinsOverFreeLock()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _lock.EnterWriteAsync(Cancelled).AsTask());
        Assert.False(Statistics.HasWriter);
    }

    [Fact]
    public async Task EnterUpgradeableReadAsync_Readers_EntersBesideThem()
    {
        using Lease reader = await _lock.EnterReadAsync();
        using Lease upgradeable = await _lock.EnterUpgradeableReadAsync();
        using Lease late = await _lock.EnterReadAsync();

        Assert.Equal(new AsyncReaderWriterLockStatistics(2, true, false, 0, 0, 0), Statistics);
    }

    [Fact]
    public async Task EnterUpgradeableReadAsync_Another_WaitsForIt()
    {
        Lease first = await _lock.EnterUpgradeableReadAsync();
        Task<Lease> second = _lock.EnterUpgradeableReadAsync().AsTask();

        Assert.Equal(new AsyncReaderWriterLockStatistics(0, true, false, 0, 1, 0), Statistics);
        first.Dispose();
        (await second).Dispose();
        Assert.False(Statistics.HasUpgradeableReader);
    }

    [Fact]
    public async Task TryEnterRead_OnlyAnUpgradeableReaderWaits_Enters()
    {
        Lease first = await _lock.EnterUpgradeableReadAsync();
        Task<Lease> second = _lock.EnterUpgradeableReadAsync().AsTask();

        Assert.True(_lock.TryEnterRead(out Lease reader));
        reader.Dispose();
        first.Dispose();
        (await second).Dispose();
    }

    [Fact]
    public async Task UpgradeAsync_NoReaders_WritesAtOnce()
    {
        using Lease upgradeable = await _lock.EnterUpgradeableReadAsync();
        using Lease upgrade = await _lock.UpgradeAsync(upgradeable);

        Assert.Equal(new AsyncReaderWriterLockStatistics(0, true, true, 0, 0, 0), Statistics);
        Assert.False(_lock.TryEnterRead(out _));
    }

    [Fact]
    public async Task UpgradeAsync_ReadersAndWriterWait_GoesBeforeTheWriter()
    {
        using Lease upgradeable = await _lock.EnterUpgradeableReadAsync();
        Lease reader = await _lock.EnterReadAsync();
        Task<Lease> writer = _lock.EnterWriteAsync().AsTask();
        Task<Lease> upgrade = _lock.UpgradeAsync(upgradeable).AsTask();
        reader.Dispose();

        (await upgrade).Dispose();
        Assert.False(writer.IsCompleted);
        upgradeable.Dispose();
        (await writer).Dispose();
    }

    [Fact]
    public async Task UpgradeAsync_Disposed_IsAnUpgradeableReaderAgain()
    {
        using Lease upgradeable = await _lock.EnterUpgradeableReadAsync();
        Lease upgrade = await _lock.UpgradeAsync(upgradeable);
        Task<Lease> reader = _lock.EnterReadAsync().AsTask();
        upgrade.Dispose();

        using Lease reading = await reader;
        Assert.Equal(new AsyncReaderWriterLockStatistics(1, true, false, 0, 0, 0), Statistics);
    }

    [Fact]
    public async Task UpgradeAsync_Cancelled_StaysAnUpgradeableReader()
    {
        using Lease upgradeable = await _lock.EnterUpgradeableReadAsync();
        using Lease reader = await _lock.EnterReadAsync();
        using CancellationTokenSource cancellation = new();
        Task<Lease> upgrade = _lock.UpgradeAsync(upgradeable, cancellation.Token).AsTask();
        Task<Lease> late = _lock.EnterReadAsync().AsTask();
        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => upgrade);
        (await late).Dispose();
        Assert.Equal(new AsyncReaderWriterLockStatistics(1, true, false, 0, 0, 0), Statistics);
    }

    [Fact]
    public async Task UpgradeAsync_LeaseOfAReader_Throws()
    {
        using Lease reader = await _lock.EnterReadAsync();

        await Assert.ThrowsAsync<SynchronizationLockException>(() => _lock.UpgradeAsync(reader).AsTask());
    }

    [Fact]
    public async Task UpgradeAsync_LeaseGivenBack_Throws()
    {
        Lease upgradeable = await _lock.EnterUpgradeableReadAsync();
        upgradeable.Dispose();

        await Assert.ThrowsAsync<SynchronizationLockException>(() => _lock.UpgradeAsync(upgradeable).AsTask());
    }

    [Fact]
    public async Task UpgradeAsync_Twice_ThrowsRecursion()
    {
        using Lease upgradeable = await _lock.EnterUpgradeableReadAsync();
        using Lease upgrade = await _lock.UpgradeAsync(upgradeable);

        await Assert.ThrowsAsync<LockRecursionException>(() => _lock.UpgradeAsync(upgradeable).AsTask());
    }

    [Fact]
    public async Task UpgradeAsync_UpgradeableLeftMeanwhile_Fails()
    {
        Lease upgradeable = await _lock.EnterUpgradeableReadAsync();
        using Lease reader = await _lock.EnterReadAsync();
        Task<Lease> upgrade = _lock.UpgradeAsync(upgradeable).AsTask();
        upgradeable.Dispose();

        await Assert.ThrowsAsync<SynchronizationLockException>(() => upgrade);
    }

    [Fact]
    public async Task UpgradeAsync_UpgradeableLeftBeforeTheUpgrade_WriterGoesOn()
    {
        Lease upgradeable = await _lock.EnterUpgradeableReadAsync();
        Lease upgrade = await _lock.UpgradeAsync(upgradeable);
        upgradeable.Dispose();
        bool isAlone = !_lock.TryEnterRead(out _);
        upgrade.Dispose();

        Assert.True(isAlone);
        Assert.Equal(new AsyncReaderWriterLockStatistics(0, false, false, 0, 0, 0), Statistics);
    }

    [Fact]
    public async Task TryEnterWrite_Reader_IsFalse()
    {
        using Lease reader = await _lock.EnterReadAsync();

        Assert.False(_lock.TryEnterWrite(out Lease lease));
        Assert.False(lease.IsTaken);
    }

    [Fact]
    public async Task TryEnterRead_WriterWaits_IsFalse()
    {
        using Lease reader = await _lock.EnterReadAsync();
        using CancellationTokenSource cancellation = new();
        Task<Lease> writer = _lock.EnterWriteAsync(cancellation.Token).AsTask();

        Assert.False(_lock.TryEnterRead(out _));
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer);
    }

    [Fact]
    public void EnterWrite_SameThreadAgain_ThrowsRecursion()
    {
        using Lease lease = _lock.EnterWrite();

        Assert.Throws<LockRecursionException>(() => _lock.EnterWrite());
    }

    [Fact]
    public void EnterRead_ThreadThatWrites_ThrowsRecursion()
    {
        using Lease lease = _lock.EnterWrite();

        Assert.Throws<LockRecursionException>(() => _lock.EnterRead());
    }

    [Fact]
    public async Task EnterWrite_Reader_BlocksThreadUntilItLeft()
    {
        Lease reader = await _lock.EnterReadAsync();
        using CancellationTokenSource cancellation = new();
        Thread thread = new(() => _lock.EnterWrite(cancellation.Token).Dispose());
        thread.Start();
        reader.Dispose();
        thread.Join();

        Assert.Equal(new AsyncReaderWriterLockStatistics(0, false, false, 0, 0, 0), Statistics);
    }

    [Fact]
    public async Task Dispose_LeaseTwice_LeavesOnce()
    {
        Lease first = await _lock.EnterReadAsync();
        using Lease second = await _lock.EnterReadAsync();
        first.Dispose();
        first.Dispose();

        Assert.Equal(1, Statistics.Readers);
    }

    [Fact]
    public async Task Dispose_LeaseOfEarlierWriter_DoesNotEndTheLaterOne()
    {
        Lease first = await _lock.EnterWriteAsync();
        first.Dispose();
        using Lease second = await _lock.EnterWriteAsync();
        first.Dispose();

        Assert.True(Statistics.HasWriter);
    }

    [Fact]
    public async Task Dispose_Waiters_FailAll()
    {
        Lease writing = await _lock.EnterWriteAsync();
        Task<Lease> reader = _lock.EnterReadAsync().AsTask();
        Task<Lease> writer = _lock.EnterWriteAsync().AsTask();
        Task<Lease> upgradeable = _lock.EnterUpgradeableReadAsync().AsTask();
        _lock.Dispose();
        writing.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => reader);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => writer);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => upgradeable);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _lock.EnterReadAsync().AsTask());
        Assert.False(_lock.TryEnterRead(out _));
    }

    [Fact]
    public void EnterRead_FreeLock_AllocatesNothing()
    {
        Assert.Equal(0, Allocations.Of(() => _lock.EnterRead().Dispose()));
    }

    [Fact]
    public void EnterRead_BesideAnotherReader_AllocatesNothing()
    {
        using Lease other = _lock.EnterRead();
        Assert.Equal(0, Allocations.Of(() => _lock.EnterRead().Dispose()));
    }

    [Fact]
    [Trait("kind", "stress")]
    public async Task Enter_ManyOnThePool_WritersAreAlone()
    {
        // Four tasks, 20,000 entries each, every fourth a writer, every fourth of the others upgraded; each on the pool, so in any order.
        int readers = 0;
        int writers = 0;
        int broken = 0;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(task => Task.Run(async () =>
        {
            for (int i = 0; i < 20_000; i++)
            {
                switch ((i + task) % 4)
                {
                    case 0:
                        using (await _lock.EnterWriteAsync())
                        {
                            Write();
                        }

                        break;
                    case 1:
                        using (Lease upgradeable = await _lock.EnterUpgradeableReadAsync())
                        using (await _lock.UpgradeAsync(upgradeable))
                        {
                            Write();
                        }

                        break;
                    default:
                        using (await _lock.EnterReadAsync())
                        {
                            Interlocked.Increment(ref readers);
                            Interlocked.Add(ref broken, Volatile.Read(ref writers));
                            Interlocked.Decrement(ref readers);
                        }

                        break;
                }
            }
        })));

        Assert.Equal(0, broken);
        Assert.Equal(new AsyncReaderWriterLockStatistics(0, false, false, 0, 0, 0), Statistics);

        void Write()
        {
            Interlocked.Add(ref broken, Interlocked.Increment(ref writers) - 1 + Volatile.Read(ref readers));
            Interlocked.Decrement(ref writers);
        }
    }
}
