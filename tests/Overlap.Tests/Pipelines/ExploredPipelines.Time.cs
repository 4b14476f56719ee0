using System.Runtime.CompilerServices;
using Overlap.Pipelines;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Pipelines;

// Items that meet the end of a time.
internal static partial class ExploredPipelines
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Explored(Schedules = 1_500)]
    public static async Task Batch_ItemMeetsTheEndOfTheTime_IsInOneBatch(TaskExplorer x)
    {
        Life life = new();
        Pipeline pipeline = new();
        List<int[]> batches = await TakeAsync(Ticks(x, life, 4).Batch(3, Second, x.TimeProvider).Named(pipeline, "batch"));
        x.Assert(batches.SelectMany(static batch => batch).SequenceEqual([0, 1, 2, 3]));
        x.Assert(batches.TrueForAll(static batch => batch.Length is > 0 and <= 3));
        x.Assert(life.Disposals == 1);
        Conserves(x, pipeline);
    }

    [Explored(Schedules = 1_500)]
    public static async Task Debounce_ItemMeetsTheEndOfTheQuietTime_IsGivenOrTakesThePlace(TaskExplorer x)
    {
        Life life = new();
        Pipeline pipeline = new();
        List<int> items = await TakeAsync(Ticks(x, life, 4).Debounce(Second, x.TimeProvider).Named(pipeline, "quiet"));
        x.Assert(items.Count > 0 && items[^1] == 3);
        x.Assert(items.Zip(items.Skip(1)).All(static pair => pair.First < pair.Second));
        StageStatistics stage = pipeline.Snapshot().Stages[0];
        x.Assert(stage.ItemsIn == 4 && stage.ItemsOut == items.Count && stage.Discarded == 4 - items.Count);
        x.Assert(life.Disposals == 1);
    }

    [Explored(Schedules = 1_500)]
    public static async Task Debounce_ConsumerLeavesWhileItemWaits_CountsEachItemOnce(TaskExplorer x)
    {
        Life life = new();
        Pipeline pipeline = new();
        List<int> items = await TakeAsync(Ticks(x, life, 4).Debounce(Second / 2, x.TimeProvider).Named(pipeline, "quiet"), leaveAfter: 1);
        x.Assert(items.Count == 1);
        x.Assert(life.Disposals == 1);
        Conserves(x, pipeline);
    }

    [Explored(Schedules = 1_500)]
    public static async Task Window_ItemMeetsTheEndOfAWindow_IsInOne(TaskExplorer x)
    {
        Life life = new();
        Pipeline pipeline = new();
        List<TimeWindow<int>> windows = await TakeAsync(Ticks(x, life, 4).Window(Second, timeProvider: x.TimeProvider, capacity: 1).Named(pipeline, "window"));
        x.Assert(windows.SelectMany(static window => window.Items).SequenceEqual([0, 1, 2, 3]));
        x.Assert(windows.Zip(windows.Skip(1)).All(static pair => pair.First.Start < pair.Second.Start));
        x.Assert(life.Disposals == 1);
        Conserves(x, pipeline);
    }

    [Explored(Schedules = 1_500)]
    public static async Task Timeout_ItemMeetsTheEndOfTheTime_IsGivenOrLate(TaskExplorer x)
    {
        Life life = new();
        (List<int> items, Exception? failure) = await Ticks(x, life, 3).Timeout(Second, x.TimeProvider).CollectAsync();
        x.Assert(failure is TimeoutException || items.Count == 3);
        x.Assert(items.SequenceEqual(Enumerable.Range(0, items.Count)));
        x.Assert(life.Disposals == 1);
    }

    // An item each second, and now and then one at once.
    private static async IAsyncEnumerable<int> Ticks(
        TaskExplorer x, Life life, int count, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        life.Begun++;
        try
        {
            for (int i = 0; i < count; i++)
            {
                if (i % 2 == 1)
                {
                    await Task.Delay(Second, x.TimeProvider, cancellationToken);
                }

                await x.Point();
                yield return i;
            }
        }
        finally
        {
            life.Disposals++;
        }
    }
}
