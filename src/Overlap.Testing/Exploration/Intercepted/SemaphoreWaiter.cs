using Overlap.Testing.Exploration.Threads;

namespace Overlap.Testing.Exploration.Intercepted;

/// <summary>Somebody who waits for a permit of a <see cref="SemaphoreSlim"/>, in the explorer's own queue.</summary>
internal sealed class SemaphoreWaiter
{
    private readonly LinkedListNode<SemaphoreWaiter> _node;
    private readonly TaskCompletionSource<bool> _end;

    public SemaphoreWaiter(LinkedList<SemaphoreWaiter> queue, ThreadRun? run)
    {
        Run = run;

        // In thread mode there is no context to go on in, so a lane of its own sets the end, and what waits goes on there.
        _end = new TaskCompletionSource<bool>(run is null ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);
        _node = queue.AddLast(this);
    }

    /// <summary>The schedule that it belongs to; <see langword="null"/> in asynchronous mode, where its lane says so.</summary>
    public ThreadRun? Run { get; }

    public Task<bool> Task => _end.Task;

    /// <summary>Passes a permit on to it.</summary>
    public void Pass() => End(static end => end.TrySetResult(true));

    /// <summary>Ends the wait without a permit, as its time is over.</summary>
    public void GiveUp() => End(static end => end.TrySetResult(false));

    public void Cancel(CancellationToken cancellationToken) => End(end => end.TrySetCanceled(cancellationToken));

    private void End(Action<TaskCompletionSource<bool>> set)
    {
        if (_node.List is not { } queue)
        {
            return;
        }

        queue.Remove(_node);
        if (Run is null)
        {
            set(_end);
        }
        else
        {
            Run.Spawn("pool", () => set(_end));
        }
    }
}
