using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Tests.Worker;

/// <summary>A broker whose consumers are known, so that their leases can run out, and whose settlements are kept.</summary>
internal sealed class RecordingBroker(IBroker inner) : IBroker
{
    private readonly Lock _gate = new();
    private readonly List<SettlementKind> _settled = [];

    public List<IBrokerConsumer> Consumers { get; } = [];

    public IReadOnlyList<SettlementKind> Settled
    {
        get
        {
            lock (_gate)
            {
                return [.. _settled];
            }
        }
    }

    /// <summary>Awaited when deliveries have come, before the worker is given them.</summary>
    public Func<Task>? Received { get; set; }

    /// <summary>Called before each publication; may throw.</summary>
    public Action? Publishing { get; set; }

    /// <summary>Awaited before each settlement.</summary>
    public Func<Task>? Settling { get; set; }

    /// <summary>Called before each begin, with its deliveries; may throw.</summary>
    public Action<ReadOnlyMemory<Delivery>>? Beginning { get; set; }

    /// <summary>Given the number of messages in place of the truth.</summary>
    public long? CountTold { get; set; }

    /// <summary>Called before each count; may throw.</summary>
    public Action? Counting { get; set; }

    public string Address => inner.Address;

    public IDeadLetterStore DeadLetters => inner.DeadLetters;

    public ValueTask DeclareAsync(QueueDefinition queue, CancellationToken cancellationToken = default) => inner.DeclareAsync(queue, cancellationToken);

    public async ValueTask PublishAsync(ReadOnlyMemory<Publication> publications, CancellationToken cancellationToken = default)
    {
        Publishing?.Invoke();
        await inner.PublishAsync(publications, cancellationToken);
    }

    public async ValueTask<IBrokerConsumer> ConsumeAsync(ConsumerOptions options, CancellationToken cancellationToken = default)
    {
        IBrokerConsumer consumer = await inner.ConsumeAsync(options, cancellationToken);
        Consumers.Add(consumer);
        return new Consumer(this, consumer);
    }

    public ValueTask BroadcastAsync(string exchange, string routingKey, WireMessage message, CancellationToken cancellationToken = default) =>
        inner.BroadcastAsync(exchange, routingKey, message, cancellationToken);

    public IAsyncEnumerable<WireMessage> ListenAsync(string exchange, string pattern, CancellationToken cancellationToken) =>
        inner.ListenAsync(exchange, pattern, cancellationToken);

    public async ValueTask<long> CountAsync(string queue, CancellationToken cancellationToken = default)
    {
        Counting?.Invoke();
        return CountTold ?? await inner.CountAsync(queue, cancellationToken);
    }

    public ValueTask<long> PurgeAsync(string queue, CancellationToken cancellationToken = default) => inner.PurgeAsync(queue, cancellationToken);

    public ValueTask<BrokerReport> ExamineAsync(CancellationToken cancellationToken = default) => inner.ExamineAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Consumer(RecordingBroker broker, IBrokerConsumer inner) : IBrokerConsumer
    {
        public async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(int most, CancellationToken cancellationToken)
        {
            IReadOnlyList<Delivery> deliveries = await inner.ReceiveAsync(most, cancellationToken);
            if (broker.Received is { } received)
            {
                await received();
            }

            return deliveries;
        }

        public ValueTask<IReadOnlyList<bool>> BeginAsync(ReadOnlyMemory<Delivery> deliveries, CancellationToken cancellationToken)
        {
            broker.Beginning?.Invoke(deliveries);
            return inner.BeginAsync(deliveries, cancellationToken);
        }

        public async ValueTask<IReadOnlyList<bool>> SettleAsync(ReadOnlyMemory<Settlement> settlements, CancellationToken cancellationToken)
        {
            if (broker.Settling is { } settling)
            {
                await settling();
            }

            lock (broker._gate)
            {
                broker._settled.AddRange(settlements.ToArray().Select(static settlement => settlement.Kind));
            }

            return await inner.SettleAsync(settlements, cancellationToken);
        }

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
