using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Executors;

/// <summary>A call on its way through an executor: queued, running, ended.</summary>
internal abstract class Call : IntrusiveQueue<Call>.Node
{
    // Null when the submitter suppressed the flow.
    private readonly ExecutionContext? _context;

    // Owned by the thread that runs the call.
    private WorkerContext? _worker;
    private CallSlot? _slot;
    private SpanRecorder? _span;
    private SpanStatus? _statusHere;

    // Zero while nobody listens to the meter.
    private long _timedFrom;

    protected Call(ExecutionContext? context, CancellationToken cancellationToken)
    {
        _context = context;
        Token = cancellationToken;
    }

    /// <summary>The place of the call in the order of submission. Set by the owner.</summary>
    public long Number { get; set; }

    /// <summary>When it was submitted, in timestamps of the recorder. Set by the owner.</summary>
    public long QueuedAt { get; set; }

    /// <summary>Whether it is one of a map, whose window was made to fit.</summary>
    public virtual bool IsOfMap => false;

    /// <summary>Ends the call if it has not started; handed to the function.</summary>
    protected CancellationToken Token { get; }

    /// <summary>What the call is about, for a reader of the timeline.</summary>
    protected abstract string? Label { get; }

    /// <summary>What the function threw.</summary>
    protected abstract Exception? Failure { get; }

    /// <summary>Whether the function ends when it returns.</summary>
    protected abstract bool IsSynchronous { get; }

    /// <summary>Runs the call to its end on this thread, which it blocks if the function is asynchronous.</summary>
    public void Run(WorkerContext worker)
    {
        if (!TryLeaveQueue(worker))
        {
            return;
        }

        // The thread's own clock tells the work of a synchronous function; an asynchronous one may leave the thread.
        LaneRecorder? lane = worker.Lane?.TakesCall() == true ? worker.Lane : null;
        SpanRecorder? span = IsSynchronous ? null : lane?.BeginAsynchronous(Number, Label, QueuedAt);
        if (span is null)
        {
            lane?.Begin(Number, Label, QueuedAt);
        }

        WorkerContext? outer = worker.EnterThread();
        SpanStatus status = _context is null ? Invoke(worker, span) : RunInContext(worker, null, span)!.Value;
        WorkerContext.LeaveThread(outer);
        if (span is null)
        {
            lane?.End(status);
        }

        End(worker, span, status);
    }

    /// <summary>Starts the call; it may end later, on another thread.</summary>
    /// <param name="slot">Told when a call that has not ended here ends.</param>
    /// <returns>Whether the call has ended.</returns>
    public bool Start(CallSlot slot)
    {
        WorkerContext worker = slot.Worker;
        if (IsSynchronous)
        {
            Run(worker);
            return true;
        }

        if (!TryLeaveQueue(worker))
        {
            return true;
        }

        LaneRecorder? lane = worker.Lane?.TakesCall() == true ? worker.Lane : null;
        SpanRecorder? span = lane?.BeginAsynchronous(Number, Label, QueuedAt);
        SpanStatus? status = _context is null ? InvokeAsync(slot, span) : RunInContext(null, slot, span);
        if (status is null)
        {
            // From here on another thread may end the call, and its owner use it again: nothing of it is touched after this line.
            ObserveEnd();
            return false;
        }

        End(worker, span, status.Value);
        return true;
    }

    /// <summary>Gives the call to an executor that takes functions only, and ends when that ends.</summary>
    public abstract void SubmitTo(IExecutor executor);

    /// <summary>Ends the call as cancelled before it ran.</summary>
    public abstract void CompleteCanceled();

    /// <summary>Undoes what makes a cancellation withdraw the call: it has left the queue.</summary>
    protected virtual void Disarm()
    {
    }

    /// <summary>Calls the function to its end and keeps what comes of it. Never throws.</summary>
    protected abstract SpanStatus Invoke(WorkerContext worker, SpanRecorder? span);

    /// <summary>Calls the function; keeps what comes of it. Never throws.</summary>
    /// <returns>How it ended, or <see langword="null"/> when it has not.</returns>
    protected abstract SpanStatus? InvokeAsync(CallSlot slot, SpanRecorder? span);

    /// <summary>Asks to be told of the end of a function that is still open; then <see cref="EndAsynchronously"/> ends the call.</summary>
    protected abstract void ObserveEnd();

    /// <summary>Hands what came of the call to whoever waits for it.</summary>
    protected abstract void Complete();

    /// <summary>Ends a call that was still open when <see cref="Start"/> returned.</summary>
    protected void EndAsynchronously(CallSlot slot, SpanRecorder? span, SpanStatus status)
    {
        End(slot.Worker, span, status);
        slot.OnCallEnded();
    }

    private void End(WorkerContext worker, SpanRecorder? span, SpanStatus status)
    {
        span?.End(status);
        if (status == SpanStatus.Failed)
        {
            worker.NoteFailure(Failure);
        }

        worker.Counts.Count(status);
        if (_timedFrom != 0)
        {
            ExecutorMetrics.RecordEnd(worker.Executor, _timedFrom, status);
        }

        // Last: from here on the call may be read by its waiter and used again.
        Complete();
    }

    private bool TryLeaveQueue(WorkerContext worker)
    {
        Disarm();
        if (!Token.IsCancellationRequested)
        {
            _timedFrom = ExecutorMetrics.IsTimed ? TimeProvider.System.GetTimestamp() : 0;
            return true;
        }

        worker.Counts.Count(SpanStatus.Canceled);
        CompleteCanceled();
        return false;
    }

    // The context runs a callback with one state: the call itself, which keeps the rest and the answer in fields.
    private SpanStatus? RunInContext(WorkerContext? worker, CallSlot? slot, SpanRecorder? span)
    {
        (_worker, _slot, _span) = (worker, slot, span);
        ExecutionContext.Run(_context!, static call => ((Call)call!).InvokeHere(), this);
        return _statusHere;
    }

    private void InvokeHere() => _statusHere = _worker is not null ? Invoke(_worker, _span) : InvokeAsync(_slot!, _span);
}
