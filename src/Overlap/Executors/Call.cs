using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Executors;

/// <summary>One submitted call on its way: queued, running, ended.</summary>
internal abstract class Call : IntrusiveQueue<Call>.Node
{
    private readonly ICallOwner _owner;

    // Null when the submitter suppressed the flow.
    private readonly ExecutionContext? _context = ExecutionContext.Capture();

    // Written by Arm before the call is queued, so that whoever runs it finds it.
    private CancellationTokenRegistration _registration;

    // Owned by the thread that runs the call.
    private WorkerContext? _worker;
    private CallSlot? _slot;
    private SpanRecorder? _span;
    private SpanStatus? _statusHere;

    protected Call(ICallOwner owner, CancellationToken cancellationToken)
    {
        _owner = owner;
        Token = cancellationToken;
    }

    /// <summary>The place of the call in the order of submission. Set by the owner.</summary>
    public long Number { get; set; }

    /// <summary>When it was submitted, in timestamps of the recorder; zero without one.</summary>
    public long QueuedAt { get; set; }

    protected CancellationToken Token { get; }

    /// <summary>What the call is about, for a reader of the timeline.</summary>
    protected abstract string? Label { get; }

    /// <summary>Makes a cancellation withdraw the call from the queue. Called before it is queued.</summary>
    public void Arm()
    {
        if (Token.CanBeCanceled)
        {
            _registration = Token.UnsafeRegister(static call => ((Call)call!).Withdraw(), this);
        }
    }

    /// <summary>Catches a cancellation that came between <see cref="Arm"/> and the queueing.</summary>
    public void RecheckCancellation()
    {
        if (Token.IsCancellationRequested)
        {
            Withdraw();
        }
    }

    /// <summary>Undoes <see cref="Arm"/>: the call left the queue.</summary>
    public void Disarm() => _registration.Unregister();

    /// <summary>Runs the call to its end on this thread, which it blocks if the function is asynchronous.</summary>
    public void Run(WorkerContext worker)
    {
        Disarm();
        if (Token.IsCancellationRequested)
        {
            CancelUnstarted(worker);
            return;
        }

        worker.Lane?.Begin(Number, Label, QueuedAt);
        WorkerContext? outer = worker.EnterThread();
        SpanStatus status;
        try
        {
            status = _context is null ? Invoke(worker) : RunInContext(worker, null, null)!.Value;
        }
        finally
        {
            WorkerContext.LeaveThread(outer);
        }

        worker.Lane?.End(status);
        worker.Counts.Count(status);
        Complete();
    }

    /// <summary>Starts the call; it may end later, on another thread.</summary>
    /// <param name="slot">Told when a call that has not ended here ends.</param>
    /// <returns>Whether the call has ended.</returns>
    public bool Start(CallSlot slot)
    {
        Disarm();
        if (Token.IsCancellationRequested)
        {
            CancelUnstarted(slot.Worker);
            return true;
        }

        SpanRecorder? span = slot.Worker.Lane?.BeginAsynchronous(Number, Label, QueuedAt);
        SpanStatus? status = _context is null ? InvokeAsync(slot, span) : RunInContext(null, slot, span);
        if (status is null)
        {
            return false;
        }

        End(slot, span, status.Value);
        return true;
    }

    /// <summary>Ends the call as cancelled.</summary>
    public abstract void CompleteCanceled();

    /// <summary>Calls the function and keeps what comes of it. Never throws.</summary>
    protected abstract SpanStatus Invoke(WorkerContext worker);

    /// <summary>Calls the function; keeps what comes of it, now or by <see cref="EndAsynchronously"/>. Never throws.</summary>
    protected abstract SpanStatus? InvokeAsync(CallSlot slot, SpanRecorder? span);

    /// <summary>Hands what came of the call to its future.</summary>
    protected abstract void Complete();

    /// <summary>Ends a call that was still open when <see cref="Start"/> returned.</summary>
    protected void EndAsynchronously(CallSlot slot, SpanRecorder? span, SpanStatus status)
    {
        End(slot, span, status);
        slot.OnCallEnded();
    }

    private void End(CallSlot slot, SpanRecorder? span, SpanStatus status)
    {
        span?.End(status);
        slot.Worker.Counts.Count(status);
        Complete();
    }

    private void CancelUnstarted(WorkerContext worker)
    {
        worker.Counts.Count(SpanStatus.Canceled);
        CompleteCanceled();
    }

    // The context runs a callback with one state: the call itself, which keeps the other two and the answer in fields.
    private SpanStatus? RunInContext(WorkerContext? worker, CallSlot? slot, SpanRecorder? span)
    {
        (_worker, _slot, _span) = (worker, slot, span);
        ExecutionContext.Run(_context!, static state => ((Call)state!).InvokeHere(), this);
        return _statusHere;
    }

    private void InvokeHere() => _statusHere = _worker is not null ? Invoke(_worker) : InvokeAsync(_slot!, _span);

    private void Withdraw()
    {
        if (_owner.TryWithdraw(this))
        {
            Disarm();
            CompleteCanceled();
        }
    }
}
