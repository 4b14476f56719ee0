using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Brokers;

/// <summary>A publication as brokers keep it that have no form of their own: in the envelope of the Redis transport.</summary>
/// <param name="Exchange">The exchange; empty for the default one.</param>
/// <param name="RoutingKey">The routing key; with the default exchange, the queue.</param>
/// <param name="Priority">0 to 9.</param>
/// <param name="Body">The message in its envelope.</param>
internal sealed record StoredPublication(string Exchange, string RoutingKey, int Priority, byte[] Body)
{
    private const int LowestPriority = 9;

    public static StoredPublication Of(in Publication publication)
    {
        ArgumentNullException.ThrowIfNull(publication.Exchange);
        ArgumentNullException.ThrowIfNull(publication.RoutingKey);
        ArgumentNullException.ThrowIfNull(publication.Message);
        WireMessage message = publication.Message with
        {
            Properties = publication.Message.Properties with
            {
                Exchange = publication.Exchange,
                RoutingKey = publication.RoutingKey,
                DeliveryTag = publication.Message.Properties.DeliveryTag ?? Guid.NewGuid().ToString(),
            },
        };
        int priority = Math.Clamp(message.Properties.Priority, 0, LowestPriority);
        return new StoredPublication(publication.Exchange, publication.RoutingKey, priority, EnvelopeCodec.Write(message));
    }
}
