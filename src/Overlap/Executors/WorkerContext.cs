using Overlap.Timelines;

namespace Overlap.Executors;

/// <summary>A worker as its calls see it: its place, what it owns, and the lane that it reports to.</summary>
/// <remarks>Used by one call at a time.</remarks>
internal sealed class WorkerContext(
    IExecutor? executor, int index, Func<object>? makeState, LaneRecorder? lane, IRefusalListener? refusals = null) : IAsyncDisposable
{
    [ThreadStatic]
    private static WorkerContext? _threadCurrent;

    private static readonly AsyncLocal<WorkerContext?> FlowCurrent = new();

    // Written by the call that runs, from whatever thread; read when it has ended.
    private volatile bool _isRefused;

    /// <summary>The worker whose call is running here: on this thread, or else in this asynchronous flow.</summary>
    public static WorkerContext? Current => _threadCurrent ?? FlowCurrent.Value;

    public IExecutor Executor => executor ?? throw new InvalidOperationException("A worker in a process of its own has no executor beside it.");

    public int Index { get; } = index;

    public LaneRecorder? Lane { get; } = lane;

    public CallCounts Counts { get; } = new();

    public object? State { get; private set; }

    /// <summary>Makes the worker's state before its first call.</summary>
    /// <exception cref="WorkerStateException">The user's function threw; the next call tries again.</exception>
    public void EnsureState()
    {
        if (makeState is null || State is not null)
        {
            return;
        }

        try
        {
            State = makeState() ?? throw new InvalidOperationException("WorkerState returned null.");
        }
        catch (Exception exception)
        {
            throw new WorkerStateException($"WorkerState failed for worker {Index}: {exception.Message}", exception);
        }
    }

    /// <summary>Makes this the current worker of the thread.</summary>
    /// <returns>The worker that was current before: a call may run another one inline.</returns>
    public WorkerContext? EnterThread()
    {
        WorkerContext? outer = _threadCurrent;
        _threadCurrent = this;
        return outer;
    }

    public static void LeaveThread(WorkerContext? outer) => _threadCurrent = outer;

    /// <summary>Makes this the current worker of the asynchronous flow that runs here.</summary>
    public void EnterFlow() => FlowCurrent.Value = this;

    public bool OwnsState => makeState is not null;

    /// <summary>Whether a call may ask for its worker, so that it must be found in the call's flow.</summary>
    public bool IsAskedFor => makeState is not null || refusals is not null;

    /// <summary>Notes that the other side refuses the call that runs. Means nothing where the number of workers is fixed.</summary>
    public void Refuse(TimeSpan? retryAfter)
    {
        // One answer of the other side, however often it is told.
        if (refusals is not null && !_isRefused)
        {
            _isRefused = true;
            refusals.OnRefused(retryAfter);
        }
    }

    /// <summary>Notes what a call threw.</summary>
    public void NoteFailure(Exception? exception)
    {
        if (refusals is not null && exception is not null && refusals.IsRefusal(exception))
        {
            Refuse(null);
        }
    }

    /// <summary>Whether the call that has ended was refused; forgets it.</summary>
    public bool TakeRefused()
    {
        bool isRefused = _isRefused;
        _isRefused = false;
        return isRefused;
    }

    public async ValueTask DisposeAsync()
    {
        object? state = State;
        State = null;
        switch (state)
        {
            case IAsyncDisposable asynchronous:
                await asynchronous.DisposeAsync().ConfigureAwait(false);
                break;
            case IDisposable synchronous:
                synchronous.Dispose();
                break;
        }
    }
}
