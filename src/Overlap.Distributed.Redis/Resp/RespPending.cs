namespace Overlap.Distributed.Redis.Resp;

/// <summary>A batch whose replies are awaited. Guarded by the gate of its link until it is taken from the queue.</summary>
internal sealed class RespPending(int count, long start, long queuedAt, TimeSpan patience)
{
    private readonly RespValue[] _replies = new RespValue[count];
    private readonly TaskCompletionSource<RespValue[]> _completion = new();
    private int _filled;

    /// <summary>The place of its first byte in all that was ever queued on the link.</summary>
    public long Start { get; } = start;

    /// <summary>When it was queued, in ticks of the clock.</summary>
    public long QueuedAt { get; } = queuedAt;

    /// <summary>How long the server may take beyond what a reply may take.</summary>
    public TimeSpan Patience { get; } = patience;

    public Task<RespValue[]> Completion => _completion.Task;

    /// <summary>Puts in the next reply.</summary>
    /// <returns>Whether all are there.</returns>
    public bool Add(in RespValue reply)
    {
        _replies[_filled++] = reply;
        return _filled == _replies.Length;
    }

    /// <summary>Ends the wait, and goes on with whoever waits, on this thread.</summary>
    public void Complete() => _completion.TrySetResult(_replies);

    /// <summary>Ends the wait; whoever waits goes on elsewhere.</summary>
    public void CompleteElsewhere() => ThreadPool.UnsafeQueueUserWorkItem(static self => self.Complete(), this, preferLocal: true);

    /// <summary>Ends the wait without replies; whoever waits goes on elsewhere.</summary>
    public void Fail(Exception reason) => ThreadPool.UnsafeQueueUserWorkItem(
        static failure =>
        {
            failure.Pending._completion.TrySetException(failure.Reason);

            // Whoever gave up the wait does not look any more.
            _ = failure.Pending._completion.Task.Exception;
        },
        (Pending: this, Reason: reason),
        preferLocal: false);
}
