using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Brokers;

/// <summary>Keeps messages in queues between those who send and those who work.</summary>
/// <remarks>Disposing it disposes its consumers, which give back what they hold, and ends its listeners.</remarks>
public interface IBroker : IAsyncDisposable
{
    /// <summary>Where it is, for people to read; without a password.</summary>
    string Address { get; }

    /// <summary>The messages that could not be handled.</summary>
    IDeadLetterStore DeadLetters { get; }

    /// <summary>Makes a queue known, and binds it. Twice is legal.</summary>
    ValueTask DeclareAsync(QueueDefinition queue, CancellationToken cancellationToken = default);

    /// <summary>Publishes messages.</summary>
    /// <param name="publications">The messages.</param>
    /// <param name="cancellationToken">Gives up the wait; what was sent by then may be published.</param>
    /// <returns>A task that ends when the broker has confirmed all of them.</returns>
    /// <remarks>
    /// Order: of the call, and of the calls of one caller who waits. Race: calls may overlap. Memory: bounded by what is not confirmed.
    /// Cost: one round trip for all, shared with other calls that are under way.
    /// </remarks>
    /// <exception cref="PublishUncertainException">It is not known whether some were taken.</exception>
    /// <exception cref="BrokerException">
    /// None was taken. It is not transient if no queue is bound to an exchange with the routing key; on a server that drops such a message
    /// without a word, it is dropped.
    /// </exception>
    ValueTask PublishAsync(ReadOnlyMemory<Publication> publications, CancellationToken cancellationToken = default);

    /// <summary>Begins to consume.</summary>
    ValueTask<IBrokerConsumer> ConsumeAsync(ConsumerOptions options, CancellationToken cancellationToken = default);

    /// <summary>Publishes to all who listen now; nobody confirms that, and who does not listen misses it.</summary>
    ValueTask BroadcastAsync(string exchange, string routingKey, WireMessage message, CancellationToken cancellationToken = default);

    /// <summary>
    /// Listens to what is broadcast, from the first step of the enumeration. Ends with <see cref="OperationCanceledException"/> of the token only;
    /// after a lost link it listens again, and what came meanwhile is missed.
    /// </summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="pattern">A pattern of routing keys; empty for messages without one.</param>
    /// <param name="cancellationToken">Ends it.</param>
    IAsyncEnumerable<WireMessage> ListenAsync(string exchange, string pattern, CancellationToken cancellationToken);

    /// <summary>Tells how many messages wait in a queue; those that are held or put aside do not count.</summary>
    ValueTask<long> CountAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>Deletes the messages that wait in a queue; those that are held or put aside stay.</summary>
    /// <returns>How many those were.</returns>
    ValueTask<long> PurgeAsync(string queue, CancellationToken cancellationToken = default);

    /// <summary>Reads the broker's own settings and tells what can be lost under them.</summary>
    ValueTask<BrokerReport> ExamineAsync(CancellationToken cancellationToken = default);
}
