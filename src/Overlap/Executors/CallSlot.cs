using Overlap.Waiting;

namespace Overlap.Executors;

/// <summary>One place among the calls in flight of an <see cref="AsyncExecutor"/>: runs one call after the other on the runtime's pool.</summary>
internal sealed class CallSlot(AsyncExecutor executor, WorkerContext worker) : IThreadPoolWorkItem
{
    // Owned by whoever the slot was handed to: the submitter until it is posted, then the pool thread that runs it.
    private Call? _call;

    public WorkerContext Worker { get; } = worker;

    /// <summary>Takes a call and goes to the pool with it.</summary>
    public void Post(Call call)
    {
        _call = call;
        Continuations.Post(this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        Call? call = _call;
        _call = null;
        while (call is not null)
        {
            if (!call.Start(this))
            {
                return;
            }

            call = executor.TakeNext(this);
        }
    }

    /// <summary>Goes on after a call that ended on some thread, not necessarily one of the pool's: the next call starts on the pool.</summary>
    public void OnCallEnded()
    {
        if (executor.TakeNext(this) is { } next)
        {
            Post(next);
        }
    }
}
