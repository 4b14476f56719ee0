namespace Overlap.Waiting;

/// <summary>The one place where the library hands work to the runtime's pool.</summary>
/// <remarks>Under the race explorer the work goes to its scheduler instead; nothing else in the library may queue to the pool.</remarks>
internal static class Continuations
{
    public static void Post(IThreadPoolWorkItem workItem)
    {
        if (Interleaver.Current is { } interleaver)
        {
            interleaver.Post(workItem);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(workItem, preferLocal: false);
        }
    }

    public static void Post(Action<object?> callback, object? state)
    {
        if (Interleaver.Current is { } interleaver)
        {
            interleaver.Post(callback, state);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(callback, state, preferLocal: false);
        }
    }

    /// <summary>Queues a continuation close to the thread that completed what it waited for, whose cache has what they share.</summary>
    public static void PostNear(IThreadPoolWorkItem workItem)
    {
        if (Interleaver.Current is { } interleaver)
        {
            interleaver.Post(workItem);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(workItem, preferLocal: true);
        }
    }

    /// <inheritdoc cref="PostNear(IThreadPoolWorkItem)"/>
    public static void PostNear(Action<object?> callback, object? state)
    {
        if (Interleaver.Current is { } interleaver)
        {
            interleaver.Post(callback, state);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(callback, state, preferLocal: true);
        }
    }
}
