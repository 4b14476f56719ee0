using System.Runtime.CompilerServices;
using Overlap.Executors;
using Overlap.Pipelines;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Pipelines;

/// <summary>Stages under every order: no item is lost or given twice, and nothing is left running.</summary>
internal static partial class ExploredPipelines
{
    private static readonly SelectParallelOptions Two = new() { Workers = 2, Capacity = 2 };

    [Explored(Schedules = 1_500)]
    public static async Task Buffer_ReadToItsEnd_GivesEachItemOnce(TaskExplorer x)
    {
        Life life = new();
        List<int> items = await TakeAsync(Numbers(x, life, 4).Buffer(2));
        x.Assert(items.SequenceEqual([0, 1, 2, 3]));
        x.Assert(life.Disposals == 1);
    }

    [Explored(Schedules = 1_500)]
    public static async Task Buffer_ConsumerLeaves_DisposesTheSource(TaskExplorer x)
    {
        Life life = new();
        List<int> items = await TakeAsync(Numbers(x, life, 5).Buffer(1), leaveAfter: 2);
        x.Assert(items.SequenceEqual([0, 1]));
        x.Assert(life.Disposals == 1);
    }

    [Explored(Schedules = 1_500)]
    public static async Task Buffer_Cancelled_CountsEachItemOnce(TaskExplorer x)
    {
        Life life = new();
        Pipeline pipeline = new();
        using CancellationTokenSource caller = new();
        Task canceller = x.Spawn("canceller", () =>
        {
            caller.Cancel();
            return Task.CompletedTask;
        });
        List<int> items = [];
        try
        {
            await foreach (int item in Numbers(x, life, 4).Buffer(1).Named(pipeline, "read").WithCancellation(caller.Token))
            {
                items.Add(item);
            }
        }
        catch (OperationCanceledException canceled)
        {
            x.Assert(canceled.CancellationToken == caller.Token);
        }

        await canceller;
        StageStatistics stage = pipeline.Snapshot().Stages[0];
        x.Assert(items.SequenceEqual(Enumerable.Range(0, items.Count)));
        x.Assert(stage.ItemsOut == items.Count && stage.ItemsIn == stage.ItemsOut + stage.Discarded);
        x.Assert(life.Begun == life.Disposals);
    }

    [Explored(Schedules = 1_500)]
    public static Task SelectParallel_Ordered_GivesEachItemOnce(TaskExplorer x) => GivesAllAsync(x, CallOrder.Source);

    [Explored(Schedules = 1_500)]
    public static Task SelectParallel_AsCompleted_GivesEachItemOnce(TaskExplorer x) => GivesAllAsync(x, CallOrder.Completion);

    [Explored(Schedules = 1_500)]
    public static async Task SelectParallel_SynchronousBody_GivesEachItemOnce(TaskExplorer x)
    {
        Life life = new();
        List<int> items = await TakeAsync(Numbers(x, life, 4).SelectParallel(static item => item, Two));
        x.Assert(items.SequenceEqual([0, 1, 2, 3]));
        x.Assert(life.Disposals == 1);
    }

    [Explored(Schedules = 1_500)]
    public static async Task SelectParallel_ConsumerLeaves_LeavesNothingRunning(TaskExplorer x)
    {
        Life life = new();
        Pipeline pipeline = new();
        int running = 0;
        await TakeAsync(
            Numbers(x, life, 5).SelectParallel(
                async item =>
                {
                    running++;
                    await x.Point();
                    running--;
                    return item;
                },
                Two).Named(pipeline, "work"),
            leaveAfter: 1);
        x.Assert(running == 0);
        x.Assert(life.Disposals == 1);
        Conserves(x, pipeline);
    }

    [Explored(Schedules = 1_500)]
    public static async Task SelectParallel_BodyThrows_GivesAllBeforeAndNoneAfter(TaskExplorer x)
    {
        Life life = new();
        Pipeline pipeline = new();
        List<int> items = [];
        bool hasFailed = false;
        try
        {
            await foreach (int item in Numbers(x, life, 5).SelectParallel(
                async item =>
                {
                    await x.Point();
                    return item == 2 ? throw new SourceException(item) : item;
                },
                Two).Named(pipeline, "work"))
            {
                items.Add(item);
            }
        }
        catch (SourceException)
        {
            hasFailed = true;
        }

        x.Assert(hasFailed);
        x.Assert(items.SequenceEqual([0, 1]));
        x.Assert(life.Disposals == 1);
        Conserves(x, pipeline);
    }

    [Explored(Schedules = 1_500)]
    public static async Task Merge_OneFails_DisposesBoth(TaskExplorer x)
    {
        Life life = new();
        bool hasFailed = false;
        List<int> items = [];
        try
        {
            await foreach (int item in Numbers(x, life, 2, throwsAtEnd: true).Merge(Numbers(x, life, 3)))
            {
                items.Add(item);
            }
        }
        catch (SourceException)
        {
            hasFailed = true;
        }

        x.Assert(hasFailed);
        x.Assert(items.Count is >= 2 and <= 5);
        x.Assert(life.Disposals == life.Begun);
    }

    [Explored(Schedules = 1_500)]
    public static async Task Broadcast_OneBranchLeaves_TheOtherGetsAll(TaskExplorer x)
    {
        Life life = new();
        IReadOnlyList<IAsyncEnumerable<int>> branches = Numbers(x, life, 3).Broadcast(2, 1);
        Task<List<int>> leaving = x.Spawn("leaving", () => TakeAsync(branches[0], leaveAfter: 1));
        Task<List<int>> staying = x.Spawn("staying", () => TakeAsync(branches[1]));
        x.Assert((await leaving).SequenceEqual([0]));
        x.Assert((await staying).SequenceEqual([0, 1, 2]));
        x.Assert(life.Disposals == 1);
    }

    private static async Task GivesAllAsync(TaskExplorer x, CallOrder order)
    {
        Life life = new();
        Pipeline pipeline = new();
        List<int> items = await TakeAsync(Numbers(x, life, 4).SelectParallel(
            async item =>
            {
                await x.Point();
                return item;
            },
            Two with { Order = order }).Named(pipeline, "work"));
        if (order == CallOrder.Completion)
        {
            items.Sort();
        }

        x.Assert(items.SequenceEqual([0, 1, 2, 3]));
        x.Assert(life.Disposals == 1);
        Conserves(x, pipeline);
    }

    private static void Conserves(TaskExplorer x, Pipeline pipeline)
    {
        StageStatistics stage = pipeline.Snapshot().Stages[0];
        x.Assert(stage.ItemsIn == stage.ItemsOut + stage.Failed + stage.NotStarted + stage.Discarded);
    }

    private static async Task<List<T>> TakeAsync<T>(IAsyncEnumerable<T> source, int leaveAfter = int.MaxValue)
    {
        List<T> items = [];
        await foreach (T item in source)
        {
            items.Add(item);
            if (items.Count == leaveAfter)
            {
                break;
            }
        }

        return items;
    }

    private static async IAsyncEnumerable<int> Numbers(
        TaskExplorer x, Life life, int count, bool throwsAtEnd = false, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        life.Begun++;
        try
        {
            for (int i = 0; i < count; i++)
            {
                await x.Point();
                cancellationToken.ThrowIfCancellationRequested();
                yield return i;
            }

            if (throwsAtEnd)
            {
                throw new SourceException(count);
            }
        }
        finally
        {
            life.Disposals++;
        }
    }

    private sealed class Life
    {
        public int Begun { get; set; }

        public int Disposals { get; set; }
    }
}
