using System.Collections.Immutable;
using Overlap.Distributed.Protocol;
using Overlap.Synchronization;

namespace Overlap.Distributed.Brokers;

/// <summary>A consumer of an <see cref="InMemoryBroker"/>.</summary>
internal sealed class InMemoryConsumer(InMemoryBroker broker, ConsumerOptions options) : IBrokerConsumer
{
    private readonly AsyncAutoResetEvent _somethingCame = new();
    private int _isReceiving;

    /// <summary>What it holds. Guarded by the broker's gate.</summary>
    public HashSet<InMemoryHold> Held { get; } = [];

    /// <summary>Its queues, the one that is next in turn first. Guarded by the broker's gate.</summary>
    public ImmutableArray<string> Queues { get; set; } = options.Queues;

    /// <summary>Guarded by the broker's gate.</summary>
    public bool IsDisposed { get; set; }

    public InMemoryBroker Broker => broker;

    public ProtocolLimits Limits => options.Limits;

    public async ValueTask<IReadOnlyList<Delivery>> ReceiveAsync(int most, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        if (Interlocked.Exchange(ref _isReceiving, 1) != 0)
        {
            throw new InvalidOperationException("A consumer receives once at a time.");
        }

        try
        {
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                IReadOnlyList<Delivery> deliveries = broker.Take(this, most);
                if (deliveries.Count > 0)
                {
                    return deliveries;
                }

                await _somethingCame.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            Volatile.Write(ref _isReceiving, 0);
        }
    }

    public ValueTask<IReadOnlyList<bool>> BeginAsync(ReadOnlyMemory<Delivery> deliveries, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<IReadOnlyList<bool>>(cancellationToken)
            : new ValueTask<IReadOnlyList<bool>>(broker.Begin(this, deliveries.Span));

    public ValueTask<IReadOnlyList<bool>> SettleAsync(ReadOnlyMemory<Settlement> settlements, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<IReadOnlyList<bool>>(cancellationToken);
        }

        SettlementCheck.ThrowIfIncomplete(settlements.Span);
        return new ValueTask<IReadOnlyList<bool>>(broker.Settle(this, settlements.Span));
    }

    public ValueTask DisposeAsync()
    {
        broker.Leave(this);
        return default;
    }

    /// <summary>Lets a receive that waits look again. Not under the broker's gate.</summary>
    internal void Wake() => _somethingCame.Set();
}
