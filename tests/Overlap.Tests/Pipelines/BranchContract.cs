using Overlap.Pipelines;

namespace Overlap.Tests.Pipelines;

/// <summary>What branches promise, however they end: the source is disposed once, and each branch counts what was for it.</summary>
public sealed class BranchContract
{
    private const int Count = 8;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<bool, bool> Forms => new() { { true, false }, { true, true }, { false, false }, { false, true } };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Branches_SourceThrowsAtEveryItemInTurn_ComesAfterAllBefore(bool isBroadcast, bool yields)
    {
        for (int k = 0; k <= Count; k++)
        {
            CountedSource source = Source(yields, throwsAt: k);
            Pipeline pipeline = new();
            (List<int> Items, Exception? Failure)[] all = await CollectAsync(Make(isBroadcast, source, pipeline));
            Assert.All(all, one => Assert.Equal(k, Assert.IsType<SourceException>(one.Failure).Item));
            AssertItems(isBroadcast, k, all);
            AssertEnded(isBroadcast, source, pipeline);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Branches_SourceThrowsInDispose_ComesAfterAllItems(bool isBroadcast, bool yields)
    {
        CountedSource source = Source(yields, throwsInDispose: true);
        Pipeline pipeline = new();
        (List<int> Items, Exception? Failure)[] all = await CollectAsync(Make(isBroadcast, source, pipeline));
        Assert.All(all, static one => Assert.IsType<SourceException>(one.Failure));
        AssertItems(isBroadcast, Count, all);
        AssertEnded(isBroadcast, source, pipeline);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Branches_OneLeavesAtEveryItemInTurn_CountsEachItemOnce(bool isBroadcast, bool yields)
    {
        for (int k = 0; k < Count / 2; k++)
        {
            CountedSource source = Source(yields);
            Pipeline pipeline = new();
            IAsyncEnumerable<int>[] branches = Make(isBroadcast, source, pipeline);
            Task<(List<int> Items, Exception? Failure)> leaving = branches[0].CollectAsync(k, Token);
            (List<int> items, Exception? failure) = await branches[1].CollectAsync(cancellationToken: Token);
            Assert.Null(failure);
            Assert.Equal(Enumerable.Range(0, Count).Where(x => isBroadcast || x % 2 == 1), items);
            Assert.Equal(k, (await leaving).Items.Count);
            AssertEnded(isBroadcast, source, pipeline);
            StageStatistics left = pipeline.Snapshot().Stages[0];
            Assert.Equal((isBroadcast ? Count : Count / 2, k), (left.ItemsIn, left.ItemsOut));
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Branches_AllLeaveAtEveryItemInTurn_DisposesTheSource(bool isBroadcast, bool yields)
    {
        for (int k = 1; k < Count / 2; k++)
        {
            CountedSource source = Source(yields);
            Pipeline pipeline = new();
            (List<int> Items, Exception? Failure)[] all = await CollectAsync(Make(isBroadcast, source, pipeline), k);
            Assert.All(all, one => Assert.Equal((k, null), (one.Items.Count, one.Failure)));
            AssertEnded(isBroadcast, source, pipeline);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Branches_OneIsCancelled_TheOtherGoesOn(bool isBroadcast, bool yields)
    {
        CountedSource source = Source(yields);
        Pipeline pipeline = new();
        IAsyncEnumerable<int>[] branches = Make(isBroadcast, source, pipeline);
        using CancellationTokenSource caller = new();
        Task<(List<int> Items, Exception? Failure)> staying = branches[1].CollectAsync(cancellationToken: Token);
        OperationCanceledException canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (int item in branches[0].WithCancellation(caller.Token))
            {
                await caller.CancelAsync();
            }
        });
        Assert.Equal(caller.Token, canceled.CancellationToken);
        Assert.Null((await staying).Failure);
        AssertEnded(isBroadcast, source, pipeline);
    }

    [Fact]
    public async Task PartitionBy_SelectorThrowsAtEveryItemInTurn_EndsEveryBranchAfterAllBefore()
    {
        for (int k = 0; k < Count; k++)
        {
            CountedSource source = Source(yields: true);
            Pipeline pipeline = new();
            int bad = k;
            IAsyncEnumerable<int>[] branches = Name(source.PartitionBy(x => x == bad ? throw new SourceException(x) : x, 2, 2), pipeline);
            (List<int> Items, Exception? Failure)[] all = await CollectAsync(branches);
            Assert.All(all, one => Assert.Equal(bad, Assert.IsType<SourceException>(one.Failure).Item));
            AssertItems(isBroadcast: false, k, all);
            Assert.Equal((1, 0), (source.Disposals, source.Misuses));

            // The item without a key is in no branch.
            Assert.Equal(source.Given - 1, pipeline.Snapshot().Stages.Sum(static stage => stage.ItemsIn));
        }
    }

    [Fact]
    public async Task PartitionBy_SelectorThrowsUnderSkip_ReportsAndGoesOn()
    {
        List<object?> reported = [];
        CountedSource source = Source(yields: true);
        IReadOnlyList<IAsyncEnumerable<int>> branches = source.PartitionBy(
            static x => x == 3 ? throw new SourceException(x) : x, 2, 2, ItemErrorPolicy.Skip((item, _) => reported.Add(item)));
        (List<int> Items, Exception? Failure)[] all = await CollectAsync(branches);
        Assert.All(all, static one => Assert.Null(one.Failure));
        Assert.Equal(Enumerable.Range(0, Count).Where(static x => x != 3), all.SelectMany(static one => one.Items).Order());
        Assert.Equal([3], reported);
    }

    [Fact]
    public async Task PartitionBy_SelectorThrowsUnderRetry_IsAskedAgain()
    {
        int asked = 0;
        IReadOnlyList<IAsyncEnumerable<int>> branches = Source(yields: false).PartitionBy(
            x => x == 3 && asked++ == 0 ? throw new SourceException(x) : x, 2, 2, ItemErrorPolicy.Retry(1, TimeSpan.Zero));
        (List<int> Items, Exception? Failure)[] all = await CollectAsync(branches);
        AssertItems(isBroadcast: false, Count, all);
        Assert.Equal(2, asked);
    }

    private static CountedSource Source(bool yields, int? throwsAt = null, bool throwsInDispose = false) => new(Count)
    {
        Before = yields ? static async _ => await Task.Yield() : null,
        ThrowsAt = throwsAt,
        ThrowsInDispose = throwsInDispose,
    };

    private static IAsyncEnumerable<int>[] Make(bool isBroadcast, IAsyncEnumerable<int> source, Pipeline pipeline) =>
        Name(isBroadcast ? source.Broadcast(2, 2) : source.PartitionBy(static x => x % 2, 2, 2), pipeline);

    private static IAsyncEnumerable<int>[] Name(IReadOnlyList<IAsyncEnumerable<int>> branches, Pipeline pipeline) =>
        [.. branches.Select((branch, i) => branch.Named(pipeline, $"branch {i}"))];

    private static Task<(List<int> Items, Exception? Failure)[]> CollectAsync(IReadOnlyList<IAsyncEnumerable<int>> branches, int? leaveAfter = null) =>
        Task.WhenAll(branches.Select(branch => branch.CollectAsync(leaveAfter, Token)));

    private static void AssertItems(bool isBroadcast, int count, (List<int> Items, Exception? Failure)[] all)
    {
        for (int i = 0; i < all.Length; i++)
        {
            Assert.Equal(Enumerable.Range(0, count).Where(x => isBroadcast || x % 2 == i), all[i].Items);
        }
    }

    private static void AssertEnded(bool isBroadcast, CountedSource source, Pipeline pipeline)
    {
        Assert.Equal((1, 0), (source.Disposals, source.Misuses));
        PipelineSnapshot snapshot = pipeline.Snapshot();
        Assert.All(snapshot.Stages, static stage => Assert.Equal(stage.ItemsIn, stage.ItemsOut + stage.Discarded));
        Assert.Equal(source.Given * (isBroadcast ? 2 : 1), snapshot.Stages.Sum(static stage => stage.ItemsIn));
    }
}
