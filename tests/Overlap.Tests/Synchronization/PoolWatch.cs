using Overlap.Waiting;

namespace Overlap.Tests.Synchronization;

/// <summary>Counts what the library hands to the runtime's pool on this thread.</summary>
internal class PoolWatch : Interleaver
{
    public int Posts { get; private set; }

    /// <summary>Counts the hand-offs of an action.</summary>
    public static int CountPosts(Action action)
    {
        PoolWatch watch = new();
        Install(watch);
        try
        {
            action();
        }
        finally
        {
            Install(null);
        }

        return watch.Posts;
    }

    public override void Post(IThreadPoolWorkItem workItem)
    {
        Posts++;
        ThreadPool.UnsafeQueueUserWorkItem(workItem, preferLocal: false);
    }

    public override void Post(Action<object?> callback, object? state)
    {
        Posts++;
        ThreadPool.UnsafeQueueUserWorkItem(callback, state, preferLocal: false);
    }

    protected override ValueTask<T> PauseAsync<T>(ValueTask<T> done) => done;

    protected override ValueTask PauseAsync(ValueTask done) => done;

    protected override void OnNote(object primitive, PrimitiveNote note)
    {
    }

    protected override void OnBlock(object primitive)
    {
    }
}
