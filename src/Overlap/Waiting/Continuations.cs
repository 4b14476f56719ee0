namespace Overlap.Waiting;

/// <summary>The one place where the library hands work to the runtime's pool.</summary>
/// <remarks>A build for the race explorer puts its own scheduler here; nothing else in the library may queue to the pool.</remarks>
internal static class Continuations
{
    public static void Post(IThreadPoolWorkItem workItem) => ThreadPool.UnsafeQueueUserWorkItem(workItem, preferLocal: false);

    public static void Post(Action<object?> callback, object? state) =>
        ThreadPool.UnsafeQueueUserWorkItem(callback, state, preferLocal: false);
}
