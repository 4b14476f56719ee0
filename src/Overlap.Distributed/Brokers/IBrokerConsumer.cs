namespace Overlap.Distributed.Brokers;

/// <summary>Takes messages from queues and settles them. What it holds, it keeps its lease of; disposing it gives back what is not settled.</summary>
/// <remarks>Not more than one receives at a time; others may settle meanwhile, several at a time.</remarks>
public interface IBrokerConsumer : IAsyncDisposable
{
    /// <summary>Waits for messages and takes them.</summary>
    /// <param name="most">How many at most; at least 1.</param>
    /// <param name="cancellationToken">Gives up the wait; what was taken by then is given out all the same, or is back in its queue.</param>
    /// <returns>At least one delivery.</returns>
    /// <remarks>
    /// Order: of each queue and priority as they were published, but for those that come back. Race: a message is given to one consumer at a time,
    /// as long as that keeps its lease. Memory: at most what was asked for. Cost: one round trip for many messages.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled, and nothing is held.</exception>
    /// <exception cref="ObjectDisposedException">The consumer or its broker was disposed before or during the wait.</exception>
    /// <exception cref="BrokerException">The broker refuses; a lost link is no exception, it is made again.</exception>
    ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(int most, CancellationToken cancellationToken);

    /// <summary>
    /// Says that the calls of deliveries begin: who dies or stands still from now on is one more who has lost them. A message that was lost before is
    /// not counted by being held, so that it does not pay for what others beside it did; a first delivery is, and need not be begun.
    /// </summary>
    /// <param name="deliveries">Deliveries of this consumer.</param>
    /// <param name="cancellationToken">Gives up the wait; what was begun by then counts.</param>
    /// <returns>For each whether it is still held; if not, its lease was lost, nothing counts, and another has it or will.</returns>
    /// <remarks>
    /// Order: of the call; before a settlement that is asked for afterwards. Race: with the end of a lease exactly one wins. Memory: none. Cost: one
    /// round trip for all. Twice is legal, and counts once.
    /// </remarks>
    /// <exception cref="BrokerException">The broker refuses, or could not be reached in time; whether they count is not known.</exception>
    /// <exception cref="ObjectDisposedException">The broker was disposed.</exception>
    ValueTask<IReadOnlyList<bool>> BeginAsync(ReadOnlyMemory<Delivery> deliveries, CancellationToken cancellationToken);

    /// <summary>Settles deliveries, each whole or not at all.</summary>
    /// <returns>For each whether it was still held; if not, its lease was lost, and another has it or will.</returns>
    /// <remarks>
    /// Order: of the call. Race: a delivery is settled once. Memory: none. Cost: one round trip for all.
    /// </remarks>
    /// <exception cref="ArgumentException">A deferral without a date, or a dead letter without a cause; nothing was settled.</exception>
    /// <exception cref="BrokerException">The broker refuses, or could not be reached in time; what was settled is not known.</exception>
    ValueTask<IReadOnlyList<bool>> SettleAsync(ReadOnlyMemory<Settlement> settlements, CancellationToken cancellationToken);
}
