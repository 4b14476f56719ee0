using Overlap.Executors;
using Overlap.Pipelines;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Pipelines;

// Ends that meet calls which run.
internal static partial class ExploredPipelines
{
    [Explored(Schedules = 1_500)]
    public static async Task SelectParallel_Cancelled_CountsEachItemOnce(TaskExplorer x)
    {
        Life life = new();
        Pipeline pipeline = new();
        int running = 0;
        using CancellationTokenSource caller = new();
        Task canceller = x.Spawn("canceller", () =>
        {
            caller.Cancel();
            return Task.CompletedTask;
        });
        List<int> items = [];
        bool isCanceled = false;
        try
        {
            await foreach (int item in Numbers(x, life, 4).SelectParallel(
                async item =>
                {
                    running++;
                    await x.Point();
                    running--;
                    return item;
                },
                Two).Named(pipeline, "work").WithCancellation(caller.Token))
            {
                items.Add(item);
            }
        }
        catch (OperationCanceledException canceled)
        {
            isCanceled = true;
            x.Assert(canceled.CancellationToken == caller.Token);
        }

        await canceller;
        x.Assert(running == 0);
        x.Assert(isCanceled || items.Count == 4);
        x.Assert(items.SequenceEqual(Enumerable.Range(0, items.Count)));
        x.Assert(pipeline.Snapshot().Stages[0].ItemsOut == items.Count);
        x.Assert(life.Begun == life.Disposals);
        Conserves(x, pipeline);
    }

    [Explored(Schedules = 1_500)]
    public static async Task SelectParallel_BodyThrowsAsCompleted_GivesEachOtherAtMostOnce(TaskExplorer x)
    {
        Life life = new();
        Pipeline pipeline = new();
        (List<int> items, Exception? failure) = await Numbers(x, life, 4).SelectParallel(
            async item =>
            {
                await x.Point();
                return item == 1 ? throw new SourceException(item) : item;
            },
            Two with { Order = CallOrder.Completion }).Named(pipeline, "work").CollectAsync();
        x.Assert(failure is SourceException);
        x.Assert(items.Distinct().Count() == items.Count && !items.Contains(1));
        StageStatistics stage = pipeline.Snapshot().Stages[0];
        x.Assert(stage.ItemsOut == items.Count && stage.Failed == 1);
        x.Assert(life.Disposals == 1);
        Conserves(x, pipeline);
    }

    [Explored(Schedules = 1_500)]
    public static async Task SelectParallel_SourceThrowsAsCompleted_ComesAfterAllResults(TaskExplorer x)
    {
        Life life = new();
        (List<int> items, Exception? failure) = await Numbers(x, life, 3, throwsAtEnd: true).SelectParallel(
            async item =>
            {
                await x.Point();
                return item;
            },
            Two with { Order = CallOrder.Completion }).CollectAsync();
        x.Assert(failure is SourceException);
        x.Assert(items.Order().SequenceEqual([0, 1, 2]));
        x.Assert(life.Disposals == 1);
    }

    [Explored(Schedules = 1_500)]
    public static async Task SelectParallel_SynchronousBodyThrows_GivesAllBeforeAndNoneAfter(TaskExplorer x)
    {
        Life life = new();
        Pipeline pipeline = new();
        (List<int> items, Exception? failure) = await Numbers(x, life, 4)
            .SelectParallel(static item => item == 2 ? throw new SourceException(item) : item, Two).Named(pipeline, "work").CollectAsync();
        x.Assert(failure is SourceException);
        x.Assert(items.SequenceEqual([0, 1]));
        x.Assert(life.Disposals == 1);
        Conserves(x, pipeline);
    }

    [Explored(Schedules = 1_500)]
    public static async Task SelectParallel_ConsumerLeavesSynchronousBodies_TellsBegunFromNotStarted(TaskExplorer x)
    {
        Life life = new();
        Pipeline pipeline = new();
        int begun = 0;
        await TakeAsync(
            Numbers(x, life, 5).SelectParallel(
                item =>
                {
                    begun++;
                    return item;
                },
                new SelectParallelOptions { Workers = 1, Capacity = 3 }).Named(pipeline, "work"),
            leaveAfter: 1);
        StageStatistics stage = pipeline.Snapshot().Stages[0];
        x.Assert(begun == stage.ItemsOut + stage.Discarded);
        x.Assert(stage.ItemsIn == begun + stage.NotStarted);
        x.Assert(life.Disposals == 1);
    }

    [Explored(Schedules = 1_500)]
    public static async Task Merge_ConsumerLeaves_DisposesBoth(TaskExplorer x)
    {
        Life life = new();
        Pipeline pipeline = new();
        List<int> items = await TakeAsync(Numbers(x, life, 3).Merge(Numbers(x, life, 3)).Named(pipeline, "both"), leaveAfter: 2);
        x.Assert(items.Count == 2);
        x.Assert(life.Begun == life.Disposals);
        Conserves(x, pipeline);
    }

    [Explored(Schedules = 1_500)]
    public static async Task Batch_ConsumerLeaves_CountsWhatItHeldBack(TaskExplorer x)
    {
        Life life = new();
        Pipeline pipeline = new();
        List<int[]> batches = await TakeAsync(Numbers(x, life, 5).Batch(2, Timeout.InfiniteTimeSpan).Named(pipeline, "batch"), leaveAfter: 1);
        x.Assert(batches.Single().SequenceEqual([0, 1]));
        x.Assert(life.Disposals == 1);
        x.Assert(pipeline.Snapshot().Stages[0].ItemsOut == 2);
        Conserves(x, pipeline);
    }
}
