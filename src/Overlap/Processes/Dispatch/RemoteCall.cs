using System.Diagnostics;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;
using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Processes.Dispatch;

/// <summary>A call on its way through a pool: waiting, at a worker, ended.</summary>
internal abstract class RemoteCall : IntrusiveQueue<RemoteCall>.Node
{
    /// <summary>A call that has killed so many workers is not given to another.</summary>
    public const int MostKills = 3;

    private int _ended;
    private int _released;
    private int _received;

    protected RemoteCall(PoolFunction function, ProcessCallOptions options, CancellationToken cancellationToken)
    {
        Function = function;
        Options = options;
        Token = cancellationToken;
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity)
        {
            Trace = activity.Context;
        }
    }

    public PoolFunction Function { get; }

    public ProcessCallOptions Options { get; }

    public CancellationToken Token { get; }

    public ActivityContext? Trace { get; }

    /// <summary>Whether it is one of a map, whose window was made to fit.</summary>
    public bool IsOfMap { get; init; }

    /// <summary>The place of the call in the order of submission, from 1: 0 is no call.</summary>
    public long Number { get; set; }

    /// <summary>When it was submitted, in timestamps of the monotonic clock.</summary>
    public long QueuedAt { get; set; }

    /// <summary>The number of items.</summary>
    public abstract int Count { get; }

    // Guarded by the pool's gate.

    /// <summary>Where the call is; <see langword="null"/> while it waits.</summary>
    public WorkerLink? Worker { get; set; }

    public int Slot { get; set; }

    public int Generation { get; set; }

    /// <summary>How long it was thought to take when it was sent. Unit: nanoseconds.</summary>
    public double Estimate { get; set; }

    /// <summary>The workers that died while they ran it.</summary>
    public int Kills { get; set; }

    /// <summary>Ends the wait for a worker, or a run that takes too long.</summary>
    public ITimer? Deadline { get; set; }

    // Owned by whoever reads the worker's replies.

    /// <summary>The items whose ends have come from the worker where it is now.</summary>
    public int Received
    {
        get => Volatile.Read(ref _received);
        set => Volatile.Write(ref _received, value);
    }

    /// <summary>Whether all its items have come. Asked by who received the last and by who took the rest back: one of them finds it true.</summary>
    public bool IsReceived
    {
        get
        {
            Interlocked.MemoryBarrier();
            return Received >= Count;
        }
    }

    public bool IsEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>What the call is about, for a reader of the timeline.</summary>
    public abstract string? Label { get; }

    /// <summary>Whether <see cref="Encode"/> writes where the payload lies, not the payload.</summary>
    public virtual bool IsInBlob => false;

    /// <summary>Whether the worker must listen for a cancellation of it.</summary>
    public virtual bool IsCancelable => Token.CanBeCanceled || Options.Deadline is not null;

    /// <summary>Whether it may be given to another worker after one died that ran it.</summary>
    public virtual bool MayRunAgain => Options.Idempotent && !Token.IsCancellationRequested;

    /// <summary>How many values its stream may give in all; 0 without one. Guarded by the pool's gate.</summary>
    public virtual long Credit => 0;

    /// <summary>Writes captured variables, if the call brings them, and arguments. Runs no user code.</summary>
    public abstract void Encode(PayloadWriter writer);

    /// <summary>Takes values that came from the worker. What is wrong with a value is the item's failure; what is wrong with the bytes is thrown.</summary>
    public abstract void Receive(in FrameHeader header, ref PayloadReader reader);

    /// <summary>Takes the failure of one item.</summary>
    public abstract void ReceiveFailure(in FrameHeader header, Exception exception);

    /// <summary>Takes a value of a stream.</summary>
    public virtual void ReceiveStreamItem(ref PayloadReader reader) => throw new CorruptFrameException("A value of a stream came for a call without.");

    /// <summary>Makes the caller's side the one that ends the call: whoever comes second does nothing.</summary>
    public bool TryEnd()
    {
        // P1: one side finds it open.
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return false;
        }

        Deadline?.Dispose();
        return true;
    }

    /// <summary>Keeps why the call ended from this side. Called once, by who ended it.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>How the items received last have ended; for the statistics.</summary>
    public abstract SpanStatus Status { get; }

    /// <summary>Hands what came of the call to whoever waits. The last thing that touches it.</summary>
    public abstract void Complete();

    /// <summary>Lets whoever waits for single items see how far it has come.</summary>
    public virtual void Publish()
    {
    }

    /// <summary>Makes the call shorter by its last items, which were taken back.</summary>
    public virtual void Shorten(int items) => throw new InvalidOperationException("A call of one item cannot be shortened.");

    /// <summary>Makes a call of the last items, which were taken back, or of those left by a worker that died.</summary>
    public virtual RemoteCall Split(int first, int count) => throw new InvalidOperationException("A call of one item cannot be split.");

    /// <summary>Gives back what the call lent out: when no worker can read it any more.</summary>
    public void ReleaseOnce()
    {
        // P10: once, whoever comes to it.
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            ReleaseBorder();
        }
    }

    /// <summary>Gives back what the call lent out. Called once.</summary>
    protected abstract void ReleaseBorder();
}
