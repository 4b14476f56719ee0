using Overlap.Distributed.Protocol;
using Overlap.Synchronization;

namespace Overlap.Distributed.Brokers;

/// <summary>One who listens to what is broadcast, and what it has not heard yet. Who is far behind misses what is new.</summary>
internal sealed class InMemoryListener(string exchange, string pattern)
{
    private const int Capacity = 10_000;

    public AsyncQueue<WireMessage> Heard { get; } = new(Capacity);

    public void Offer(string toExchange, string routingKey, WireMessage message)
    {
        if (toExchange == exchange && RoutingPattern.Fits(pattern, routingKey))
        {
            Heard.TryAdd(message);
        }
    }
}
