using Overlap.Pipelines;

namespace Overlap.Tests.Pipelines;

public sealed class BufferTests
{
    private const int Count = 30;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Buffer_Items_KeepTheirOrder()
    {
        (List<int> items, Exception? failure) = await new CountedSource(Count).Buffer(4).CollectAsync(cancellationToken: Token);
        Assert.Null(failure);
        Assert.Equal(Enumerable.Range(0, Count), items);
    }

    [Fact]
    public void Buffer_CapacityZero_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>("capacity", static () => new CountedSource(1).Buffer(0));

    [Fact]
    public async Task Buffer_SourceThrowsAtEveryItemInTurn_GivesWhatWasBefore()
    {
        for (int k = 0; k < Count; k++)
        {
            CountedSource source = new(Count) { ThrowsAt = k };
            (List<int> items, Exception? failure) = await source.Buffer(4).CollectAsync(cancellationToken: Token);
            Assert.Equal(Enumerable.Range(0, k), items);
            Assert.Equal(k, Assert.IsType<SourceException>(failure).Item);
            Assert.Equal(1, source.Disposals);
        }
    }

    [Fact]
    public async Task Buffer_ConsumerLeavesAtEveryItemInTurn_CountsEachItemOnce()
    {
        for (int k = 1; k < Count; k++)
        {
            Pipeline pipeline = new();
            CountedSource source = new(Count);
            (List<int> items, _) = await source.Buffer(4).Named(pipeline, "read").CollectAsync(k, Token);
            Assert.Equal(Enumerable.Range(0, k), items);
            Assert.Equal(1, source.Disposals);
            StageStatistics stage = Assert.Single(pipeline.Snapshot().Stages);
            Assert.Equal(k, stage.ItemsOut);
            Assert.Equal(stage.ItemsIn, stage.ItemsOut + stage.Discarded);
            Assert.InRange(source.Given - stage.ItemsIn, 0, 1);
        }
    }

    [Fact]
    public async Task Buffer_NeverMoved_DoesNotBeginTheSource()
    {
        CountedSource source = new(Count);
        await source.Buffer().CollectAsync(leaveAfter: 0, Token);
        Assert.Equal((0, 0), (source.Given, source.Disposals));
    }

    [Fact]
    public async Task Buffer_SourceThrowsInDisposeWhenConsumerLeaves_IsTold()
    {
        CountedSource source = new(Count) { ThrowsInDispose = true };
        (List<int> items, Exception? failure) = await source.Buffer(4).CollectAsync(leaveAfter: 2, Token);
        Assert.Equal([0, 1], items);
        Assert.IsType<SourceException>(failure);
    }

    [Fact]
    public async Task Buffer_CancelledWhileSourceWaits_ThrowsWithTheCallersToken()
    {
        using CancellationTokenSource caller = new();
        TaskCompletionSource reached = new();
        CountedSource source = new(Count)
        {
            Before = async item =>
            {
                if (item == 3)
                {
                    reached.SetResult();
                    TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
                    await using CancellationTokenRegistration registration = caller.Token.Register(() => stopped.SetResult());
                    await stopped.Task;
                }
            },
        };
        Task<(List<int> Items, Exception? Failure)> all = source.Buffer(4).CollectAsync(cancellationToken: caller.Token);
        await reached.Task;
        await caller.CancelAsync();
        Assert.Equal(caller.Token, Assert.IsAssignableFrom<OperationCanceledException>((await all).Failure).CancellationToken);
        Assert.Equal(1, source.Disposals);
    }

    [Fact]
    public async Task Merge_Sources_GivesAllInTheOrderOfEach()
    {
        (List<(char Source, int Item)> items, Exception? failure) = await Tag(new CountedSource(Count), 'a')
            .Merge(Tag(new CountedSource(Count), 'b'), Tag(new CountedSource(Count), 'c')).CollectAsync(cancellationToken: Token);
        Assert.Null(failure);
        foreach (char name in "abc")
        {
            Assert.Equal(Enumerable.Range(0, Count), items.Where(item => item.Source == name).Select(static item => item.Item));
        }
    }

    [Fact]
    public async Task Merge_OneFails_StopsAndDisposesTheOthers()
    {
        CountedSource failing = new(Count) { ThrowsAt = 5 };
        CountedSource endless = new(int.MaxValue);
        (List<int> items, Exception? failure) = await failing.Merge(endless).CollectAsync(cancellationToken: Token);
        Assert.IsType<SourceException>(failure);
        Assert.Equal(1, failing.Disposals);
        Assert.Equal(1, endless.Disposals);
        Assert.InRange(items.Count, 5 + endless.Given - 1, 5 + endless.Given);
    }

    [Fact]
    public async Task Batch_MoreThanSize_GivesFullOnesAndTheRest()
    {
        (List<int[]> items, Exception? failure) = await new CountedSource(10).Batch(4, Timeout.InfiniteTimeSpan).CollectAsync(cancellationToken: Token);
        Assert.Null(failure);
        Assert.Equal([4, 4, 2], items.Select(static batch => batch.Length));
        Assert.Equal(Enumerable.Range(0, 10), items.SelectMany(static batch => batch));
    }

    [Fact]
    public async Task Batch_SourceThrows_GivesTheRestBefore()
    {
        (List<int[]> items, Exception? failure) = await new CountedSource(10) { ThrowsAt = 5 }.Batch(4, Timeout.InfiniteTimeSpan).CollectAsync(cancellationToken: Token);
        Assert.Equal([4, 1], items.Select(static batch => batch.Length));
        Assert.IsType<SourceException>(failure);
    }

    [Fact]
    public async Task Broadcast_Branches_GetEveryItem()
    {
        CountedSource source = new(Count);
        IReadOnlyList<IAsyncEnumerable<int>> branches = source.Broadcast(3, 2);
        (List<int> Items, Exception? Failure)[] all = await Task.WhenAll(branches.Select(static branch => branch.CollectAsync(cancellationToken: Token)));
        Assert.All(all, static one => Assert.Equal(Enumerable.Range(0, Count), one.Items));
        Assert.Equal(1, source.Disposals);
    }

    [Fact]
    public async Task Broadcast_OneLeaves_OthersGetEveryItem()
    {
        CountedSource source = new(Count);
        IReadOnlyList<IAsyncEnumerable<int>> branches = source.Broadcast(2, 2);
        Task<(List<int> Items, Exception? Failure)> leaving = branches[0].CollectAsync(leaveAfter: 1, Token);
        (List<int> items, Exception? failure) = await branches[1].CollectAsync(cancellationToken: Token);
        Assert.Null(failure);
        Assert.Equal(Enumerable.Range(0, Count), items);
        Assert.Single((await leaving).Items);
    }

    [Fact]
    public async Task Broadcast_BranchNeverMoved_DoesNotHoldTheOthersUp()
    {
        IReadOnlyList<IAsyncEnumerable<int>> branches = new CountedSource(Count).Broadcast(2, 2);
        await branches[0].CollectAsync(leaveAfter: 0, Token);
        Assert.Equal(Count, (await branches[1].CollectAsync(cancellationToken: Token)).Items.Count);
    }

    [Fact]
    public async Task Broadcast_AllLeave_DisposesTheSource()
    {
        CountedSource source = new(int.MaxValue);
        IReadOnlyList<IAsyncEnumerable<int>> branches = source.Broadcast(2, 2);
        await Task.WhenAll(branches[0].CollectAsync(3, Token), branches[1].CollectAsync(5, Token));
        Assert.Equal(1, source.Disposals);
    }

    [Fact]
    public void Broadcast_BranchEnumeratedTwice_IsRefused()
    {
        IAsyncEnumerable<int> branch = new CountedSource(1).Broadcast(1)[0];
        _ = branch.GetAsyncEnumerator(Token);
        Assert.Throws<InvalidOperationException>(() => branch.GetAsyncEnumerator(Token));
    }

    [Fact]
    public async Task PartitionBy_Keys_StayTogetherInOrder()
    {
        IReadOnlyList<IAsyncEnumerable<int>> branches = new CountedSource(Count).PartitionBy(static x => x % 5, 3);
        (List<int> Items, Exception? Failure)[] all = await Task.WhenAll(branches.Select(static branch => branch.CollectAsync(cancellationToken: Token)));
        Assert.Equal(Enumerable.Range(0, Count), all.SelectMany(static one => one.Items).Order());
        for (int key = 0; key < 5; key++)
        {
            List<int> together = Assert.Single(all, one => one.Items.Any(x => x % 5 == key)).Items;
            Assert.Equal(Enumerable.Range(0, Count).Where(x => x % 5 == key), together.Where(x => x % 5 == key));
        }
    }

    [Fact]
    public async Task PartitionBy_SelectorThrows_EndsEveryBranch()
    {
        CountedSource source = new(Count);
        IReadOnlyList<IAsyncEnumerable<int>> branches = source.PartitionBy(static x => x == 4 ? throw new SourceException(x) : x, 2);
        (List<int> Items, Exception? Failure)[] all = await Task.WhenAll(branches.Select(static branch => branch.CollectAsync(cancellationToken: Token)));
        Assert.All(all, static one => Assert.IsType<SourceException>(one.Failure));
        Assert.Equal([0, 1, 2, 3], all.SelectMany(static one => one.Items).Order());
        Assert.Equal(1, source.Disposals);
    }

    private static async IAsyncEnumerable<(char Source, int Item)> Tag(IAsyncEnumerable<int> source, char name)
    {
        await foreach (int item in source)
        {
            yield return (name, item);
        }
    }
}
