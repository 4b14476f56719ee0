using Overlap.Testing.Exploration;

namespace Overlap.Waiting;

/// <summary>In place of the library's own: what would go to the pool becomes a thread of the explored program.</summary>
internal static class Continuations
{
    public static void Post(IThreadPoolWorkItem workItem) => Post(static item => ((IThreadPoolWorkItem)item!).Execute(), workItem);

    public static void PostNear(IThreadPoolWorkItem workItem) => Post(workItem);

    public static void PostNear(Action<object?> callback, object? state) => Post(callback, state);

    public static void Post(Action<object?> callback, object? state)
    {
        if (ThreadExplorer.Current is { } explorer)
        {
            explorer.Spawn("pool", () => callback(state));
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(callback, state, preferLocal: false);
        }
    }
}
