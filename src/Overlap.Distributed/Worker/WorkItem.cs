using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Worker;

/// <summary>A delivery in this worker, from its arrival to its settlement. Its states are in the folder's README.</summary>
internal sealed class WorkItem(Delivery delivery, TaskMessage message, TaskDefinition definition, TaskRunner runner) : ITaskReporter
{
    private const int Waiting = 0;
    private const int Running = 1;
    private const int Ended = 2;

    private int _state;
    private int _cause;
    private CompletedCall? _completed;

    public Delivery Delivery { get; } = delivery;

    public TaskMessage Message { get; } = message;

    public TaskDefinition Definition { get; } = definition;

    public TaskRunner Runner { get; } = runner;

    /// <summary>When it began to run, as a timestamp. Written by the runner before others can see it running.</summary>
    public long StartedAt { get; set; }

    /// <summary>Whether it was acknowledged before it ran.</summary>
    public bool IsAcknowledged { get; set; }

    /// <summary>How its own task has completed it; <see langword="null"/>: it has not. Written once, when that is done for good.</summary>
    public CompletedCall? Completed
    {
        get => Volatile.Read(ref _completed);
        set => Volatile.Write(ref _completed, value);
    }

    /// <summary>Whether its task's rate limit has given it a time.</summary>
    public bool HasTurn { get; set; }

    /// <summary>Cancelled when the call is to stop.</summary>
    public CancellationToken Stopping => Stopper.Token;

    /// <summary>Why it is to stop.</summary>
    public StopCause Cause => (StopCause)Volatile.Read(ref _cause);

    // Never disposed: it has neither timer nor wait handle, and who holds its token may use it at any time.
    private CancellationTokenSource Stopper { get; } = new();

    public bool IsRunning => Volatile.Read(ref _state) == Running;

    public bool IgnoresResult => Message.IgnoresResult || Definition.Options.IgnoresResult;

    // I2: of those who want to end an item, exactly one does.

    /// <summary>Takes it for running. Whoever gets no is not to touch it.</summary>
    public bool TryStart() => Interlocked.CompareExchange(ref _state, Running, Waiting) == Waiting;

    /// <summary>Ends it before it runs.</summary>
    public bool TryWithdraw() => Interlocked.CompareExchange(ref _state, Ended, Waiting) == Waiting;

    /// <summary>Ends it while it runs.</summary>
    public bool TryEnd() => Interlocked.CompareExchange(ref _state, Ended, Running) == Running;

    /// <summary>Tells it to stop. The first cause stays.</summary>
    public void Stop(StopCause cause)
    {
        if (Interlocked.CompareExchange(ref _cause, (int)cause, (int)StopCause.None) == (int)StopCause.None)
        {
            Stopper.Cancel();
        }
    }

    // I4: nothing is stored of a call that has ended, or that another runs.
    ValueTask ITaskReporter.ReportAsync(TaskMessage message, string state, WireValue progress, CancellationToken cancellationToken) =>
        IsRunning && Cause != StopCause.LeaseLost && !IgnoresResult ? Runner.ReportAsync(this, state, progress, cancellationToken) : default;
}
