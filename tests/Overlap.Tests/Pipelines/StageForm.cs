using Overlap.Executors;
using Overlap.Pipelines;
using Overlap.Testing;

namespace Overlap.Tests.Pipelines;

/// <summary>A stage in the form in which all are tested alike: it gives the items that each of its elements is made of.</summary>
internal static class StageForm
{
    private static readonly SelectParallelOptions Three = new() { Workers = 3, Capacity = 5 };

    private static readonly Dictionary<string, Func<IAsyncEnumerable<int>, Pipeline, IAsyncEnumerable<int[]>>> Forms = new()
    {
        ["Buffer"] = static (source, pipeline) => Each(source.Buffer(3).Named(pipeline, "stage")),
        ["Buffer of one"] = static (source, pipeline) => Each(source.Buffer(1).Named(pipeline, "stage")),
        ["Merge"] = static (source, pipeline) => Each(source.Merge(new CountedSource(0)).Named(pipeline, "stage")),
        ["SelectParallel"] = static (source, pipeline) => Each(source.SelectParallel(YieldAsync, Three).Named(pipeline, "stage")),
        ["SelectParallel as completed"] = static (source, pipeline) =>
            Each(source.SelectParallel(YieldAsync, Three with { Order = CallOrder.Completion }).Named(pipeline, "stage")),
        ["SelectParallel synchronous"] = static (source, pipeline) => Each(source.SelectParallel(static x => x, Three).Named(pipeline, "stage")),
        ["SelectParallel synchronous as completed"] = static (source, pipeline) =>
            Each(source.SelectParallel(static x => x, Three with { Order = CallOrder.Completion }).Named(pipeline, "stage")),
        ["SelectParallel with retries"] = static (source, pipeline) =>
            Each(source.SelectParallel(static x => x, Three with { OnError = ItemErrorPolicy.Retry(1, TimeSpan.Zero) }).Named(pipeline, "stage")),
        ["SelectParallelOutcomes"] = static (source, pipeline) => Each(
            source.SelectParallelOutcomes(static (x, _) => new ValueTask<int>(x), Three).Named(pipeline, "stage"), static outcome => outcome.Value),
        ["Batch"] = static (source, pipeline) => source.Batch(3, Timeout.InfiniteTimeSpan).Named(pipeline, "stage"),
        ["Batch with time"] = static (source, pipeline) => source.Batch(3, TimeSpan.FromSeconds(1), new VirtualTimeProvider()).Named(pipeline, "stage"),
        ["Window"] = static (source, pipeline) => source.Window(3, 1).Named(pipeline, "stage"),
        ["Window that hops"] = static (source, pipeline) => source.Window(3, 2).Named(pipeline, "stage"),
        ["Window of time"] = static (source, pipeline) =>
            Each(source.Window(TimeSpan.FromSeconds(1), timeProvider: new VirtualTimeProvider(), capacity: 2).Named(pipeline, "stage"), static window => window.Items),
        ["Debounce"] = static (source, pipeline) => Each(source.Debounce(TimeSpan.FromSeconds(1), new VirtualTimeProvider()).Named(pipeline, "stage")),
        ["Throttle"] = static (source, _) => Each(source.Throttle(100, TimeSpan.FromSeconds(1), new VirtualTimeProvider())),
        ["Timeout"] = static (source, _) => Each(source.Timeout(TimeSpan.FromSeconds(1), new VirtualTimeProvider())),
        ["Retry"] = static (source, _) => Each(source.Retry(new RetryOptions { When = static _ => false })),
        ["ZipBuffered"] = static (source, _) => Each(source.ZipBuffered(new CountedSource(int.MaxValue), 2), static pair => pair.First),
        ["Named source"] = static (source, pipeline) => Each(source.Named(pipeline, "stage")),
    };

    public static IEnumerable<string> Names => Forms.Keys;

    /// <summary>Whether the elements are the source's items in their order; else they are groups of them, or some.</summary>
    public static bool GivesEachOnce(string name) => !name.StartsWith("Window", StringComparison.Ordinal) && name != "Debounce";

    public static IAsyncEnumerable<int[]> Make(string name, IAsyncEnumerable<int> source, Pipeline pipeline) => Forms[name](source, pipeline);

    private static async Task<int> YieldAsync(int x)
    {
        await Task.Yield();
        return x;
    }

    private static IAsyncEnumerable<int[]> Each(IAsyncEnumerable<int> stage) => stage.Select(static x => new[] { x });

    private static IAsyncEnumerable<int[]> Each<T>(IAsyncEnumerable<T> stage, Func<T, int> item) => stage.Select(x => new[] { item(x) });

    private static IAsyncEnumerable<int[]> Each<T>(IAsyncEnumerable<T> stage, Func<T, IEnumerable<int>> items) => stage.Select(x => items(x).ToArray());
}
