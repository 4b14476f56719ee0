namespace Overlap.Advice.Probing;

/// <summary>Tells when an order is fulfilled: nothing more begins then.</summary>
/// <remarks>
/// Race: of items that ask at the same moment some may begin just after the end that is told; they count for nothing.
/// Cost: a reading of the clock an item. Thread-safe.
/// </remarks>
/// <param name="order">The order; its length counts from the first item.</param>
/// <param name="timeProvider">The clock.</param>
/// <param name="cancellationToken">Ends it before.</param>
public sealed class ProbeStop(ProbeOrder order, TimeProvider timeProvider, CancellationToken cancellationToken = default)
{
    private const long Never = long.MinValue;

    private long _startedAt = Never;
    private long _stoppedAt = Never;
    private int _begun;

    /// <summary>The items that began.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>Whether nothing more begins.</summary>
    public bool IsStopped => Volatile.Read(ref _stoppedAt) != Never;

    /// <summary>Asks whether another item may begin, and counts it if so.</summary>
    public bool TryBegin()
    {
        if (IsStopped)
        {
            return false;
        }

        long now = timeProvider.GetTimestamp();
        long startedAt = Interlocked.CompareExchange(ref _startedAt, now, Never);
        TimeSpan elapsed = startedAt == Never ? TimeSpan.Zero : timeProvider.GetElapsedTime(startedAt, now);
        int number = Interlocked.Increment(ref _begun);
        if (number <= order.MostItems && !cancellationToken.IsCancellationRequested && (number <= order.LeastItems || elapsed < order.Length))
        {
            return true;
        }

        _ = Interlocked.Decrement(ref _begun);
        Stop();
        return false;
    }

    /// <summary>Fulfils the order now, for the other side has had enough, say. Twice is legal.</summary>
    public void Stop() => Interlocked.CompareExchange(ref _stoppedAt, timeProvider.GetTimestamp(), Never);

    /// <summary>When nothing more began, on a timeline; <see langword="null"/> when that moment never came: there were no more items.</summary>
    /// <param name="origin">The reading of the clock at which the timeline begins.</param>
    public TimeSpan? StoppedAfter(long origin) =>
        Volatile.Read(ref _stoppedAt) is not Never and long stoppedAt ? timeProvider.GetElapsedTime(origin, stoppedAt) : null;
}
