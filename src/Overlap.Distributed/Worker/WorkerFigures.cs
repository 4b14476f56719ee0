namespace Overlap.Distributed.Worker;

/// <summary>What a worker has counted.</summary>
internal sealed class WorkerFigures
{
    private long _received;
    private long _succeeded;
    private long _failed;
    private long _retried;
    private long _revoked;
    private long _ignored;
    private long _deferred;
    private long _returned;
    private long _deadLettered;
    private long _lostLeases;

    public long Received => Volatile.Read(ref _received);

    public long Succeeded => Volatile.Read(ref _succeeded);

    public long Failed => Volatile.Read(ref _failed);

    public long Retried => Volatile.Read(ref _retried);

    public long Revoked => Volatile.Read(ref _revoked);

    public long Ignored => Volatile.Read(ref _ignored);

    public long Deferred => Volatile.Read(ref _deferred);

    public long Returned => Volatile.Read(ref _returned);

    public long DeadLettered => Volatile.Read(ref _deadLettered);

    public long LostLeases => Volatile.Read(ref _lostLeases);

    public void CountReceived(int count) => Interlocked.Add(ref _received, count);

    public void CountSucceeded() => Interlocked.Increment(ref _succeeded);

    public void CountFailed() => Interlocked.Increment(ref _failed);

    public void CountRetried() => Interlocked.Increment(ref _retried);

    public void CountRevoked() => Interlocked.Increment(ref _revoked);

    public void CountIgnored() => Interlocked.Increment(ref _ignored);

    public void CountDeferred() => Interlocked.Increment(ref _deferred);

    public void CountReturned() => Interlocked.Increment(ref _returned);

    public void CountDeadLettered() => Interlocked.Increment(ref _deadLettered);

    public void CountLostLease() => Interlocked.Increment(ref _lostLeases);
}
