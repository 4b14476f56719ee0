using System.Runtime.CompilerServices;
using Overlap.Pipelines;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Pipelines;

// Branches that end one by one.
internal static partial class ExploredPipelines
{
    [Explored(Schedules = 1_500)]
    public static async Task PartitionBy_OneBranchLeaves_TheOtherGetsAllOfItsOwn(TaskExplorer x)
    {
        Life life = new();
        Pipeline pipeline = new();
        IReadOnlyList<IAsyncEnumerable<int>> branches = Numbers(x, life, 5).PartitionBy(static item => item % 2, 2, 1);
        Task<List<int>> leaving = x.Spawn("leaving", () => TakeAsync(branches[0].Named(pipeline, "even"), leaveAfter: 1));
        Task<List<int>> staying = x.Spawn("staying", () => TakeAsync(branches[1].Named(pipeline, "odd")));
        x.Assert((await leaving).SequenceEqual([0]));
        x.Assert((await staying).SequenceEqual([1, 3]));
        x.Assert(life.Disposals == 1);

        // Which branch is left last depends: the one that reads to the end knows of all five.
        PipelineSnapshot snapshot = pipeline.Snapshot();
        x.Assert(snapshot.Stages.Sum(static stage => stage.ItemsIn) == 5);
        x.Assert(snapshot.Stages.Sum(static stage => stage.ItemsOut) == 3);
        x.Assert(snapshot.Stages.Sum(static stage => stage.Discarded) == 2);
    }

    [Explored(Schedules = 1_500)]
    public static async Task Broadcast_AllLeave_DisposesTheSourceOnce(TaskExplorer x)
    {
        Life life = new();
        IReadOnlyList<IAsyncEnumerable<int>> branches = Numbers(x, life, 4).Broadcast(2, 1);
        Task<List<int>> first = x.Spawn("first", () => TakeAsync(branches[0], leaveAfter: 1));
        Task<List<int>> second = x.Spawn("second", () => TakeAsync(branches[1], leaveAfter: 2));
        x.Assert((await first).SequenceEqual([0]));
        x.Assert((await second).SequenceEqual([0, 1]));
        x.Assert(life.Disposals == 1);
    }

    [Explored(Schedules = 1_500)]
    public static async Task PartitionBy_AllLeaveWhileSourceWaits_StopsIt(TaskExplorer x)
    {
        Life life = new();
        IReadOnlyList<IAsyncEnumerable<int>> branches = Stuck(x, life).PartitionBy(static item => item % 2, 2, 1);
        Task<List<int>> first = x.Spawn("first", () => TakeAsync(branches[0], leaveAfter: 1));
        Task<List<int>> second = x.Spawn("second", () => TakeAsync(branches[1], leaveAfter: 1));
        x.Assert((await first).SequenceEqual([0]));
        x.Assert((await second).SequenceEqual([1]));
        x.Assert(life.Disposals == 1);
    }

    [Explored(Schedules = 1_500)]
    public static async Task Broadcast_SourceThrows_EndsBothAfterAllItems(TaskExplorer x)
    {
        Life life = new();
        IReadOnlyList<IAsyncEnumerable<int>> branches = Numbers(x, life, 2, throwsAtEnd: true).Broadcast(2, 1);
        Task<(List<int> Items, Exception? Failure)> first = x.Spawn("first", () => branches[0].CollectAsync());
        Task<(List<int> Items, Exception? Failure)> second = x.Spawn("second", () => branches[1].CollectAsync());
        foreach ((List<int> items, Exception? failure) in await Task.WhenAll(first, second))
        {
            x.Assert(items.SequenceEqual([0, 1]));
            x.Assert(failure is SourceException);
        }

        x.Assert(life.Disposals == 1);
    }

    [Explored(Schedules = 1_500)]
    public static async Task PartitionBy_BranchIsGivenUpBeforeItBegan_TheOtherGetsAllOfItsOwn(TaskExplorer x)
    {
        Life life = new();
        IReadOnlyList<IAsyncEnumerable<int>> branches = Numbers(x, life, 4).PartitionBy(static item => item % 2, 2, 1);
        Task abandoning = x.Spawn("abandoning", () => branches[0].GetAsyncEnumerator().DisposeAsync().AsTask());
        List<int> items = await TakeAsync(branches[1]);
        await abandoning;
        x.Assert(items.SequenceEqual([1, 3]));
        x.Assert(life.Disposals == 1);
    }

    // Two items, and then none until it is cancelled.
    private static async IAsyncEnumerable<int> Stuck(TaskExplorer x, Life life, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        try
        {
            yield return 0;
            await x.Point();
            yield return 1;
            await Task.Delay(Timeout.InfiniteTimeSpan, x.TimeProvider, cancellationToken);
        }
        finally
        {
            life.Disposals++;
        }
    }
}
