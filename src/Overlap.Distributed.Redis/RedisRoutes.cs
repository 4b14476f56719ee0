using System.Collections.Concurrent;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Redis;

/// <summary>Where messages go: a list of the server, or a channel.</summary>
internal sealed class RedisRoutes(RespClient client, RedisKeys keys)
{
    // What exchanges are is nowhere on the server; everybody knows it from what was declared to it.
    private readonly ConcurrentDictionary<string, ExchangeKind> _exchanges = new();

    /// <summary>One command: a message to a list, or to a channel.</summary>
    /// <param name="Key">The list or the channel.</param>
    /// <param name="Message">The message as it is written.</param>
    /// <param name="IsChannel">Whether it is a channel.</param>
    public readonly record struct Push(string Key, byte[] Message, bool IsChannel);

    public void Learn(string exchange, ExchangeKind kind) => _exchanges[exchange] = kind;

    /// <summary>Finds where messages go, and writes them.</summary>
    /// <exception cref="BrokerException">No queue is bound.</exception>
    public async ValueTask<List<Push>> RouteAsync(ReadOnlyMemory<Publication> publications, CancellationToken cancellationToken)
    {
        List<Push> pushes = new(publications.Length);
        Dictionary<string, string[]>? bindings = null;
        for (int index = 0; index < publications.Length; index++)
        {
            Publication publication = publications.Span[index];
            ArgumentNullException.ThrowIfNull(publication.Message, nameof(publications));
            byte[] written = Write(publication);
            int priority = publication.Message.Properties.Priority;
            if (publication.Exchange.Length == 0)
            {
                if (publication.RoutingKey.Length == 0)
                {
                    throw Unbound(publication);
                }

                pushes.Add(new Push(keys.BucketOf(publication.RoutingKey, priority), written, IsChannel: false));
            }
            else if (_exchanges.TryGetValue(publication.Exchange, out ExchangeKind kind) && kind == ExchangeKind.Fanout)
            {
                pushes.Add(new Push(keys.Channel(publication.Exchange, publication.RoutingKey), written, IsChannel: true));
            }
            else
            {
                bindings ??= [];
                if (!bindings.TryGetValue(publication.Exchange, out string[]? entries))
                {
                    entries = await ReadAsync(publication.Exchange, cancellationToken).ConfigureAwait(false);
                    bindings.Add(publication.Exchange, entries);
                }

                int before = pushes.Count;
                pushes.AddRange(QueuesOf(entries, publication.RoutingKey).Select(queue => new Push(keys.BucketOf(queue, priority), written, IsChannel: false)));
                if (pushes.Count == before)
                {
                    throw Unbound(publication);
                }
            }
        }

        return pushes;
    }

    /// <summary>Finds the queues that are bound to an exchange with a routing key.</summary>
    public async ValueTask<string[]> FindAsync(string exchange, string routingKey, CancellationToken cancellationToken) =>
        [.. QueuesOf(await ReadAsync(exchange, cancellationToken).ConfigureAwait(false), routingKey)];

    /// <summary>Finds the queues that entries of a routing table name for a routing key.</summary>
    private IEnumerable<string> QueuesOf(IEnumerable<string> entries, string routingKey) =>
        entries.Select(entry => keys.QueueOfBinding(entry, routingKey)).OfType<string>().Distinct();

    private async ValueTask<string[]> ReadAsync(string exchange, CancellationToken cancellationToken)
    {
        RespBatch batch = new() { IsRepeatable = true };
        batch.Add("SMEMBERS", keys.Binding(exchange));
        RespValue[] replies = await client.ExecuteAsync(batch, cancellationToken).ConfigureAwait(false);
        return [.. replies[0].OrThrow().Items.ToArray().Select(static entry => entry.AsText())];
    }

    // The tag is new for each publication, also of one that is sent again: it is what holders are told apart by.
    private static byte[] Write(in Publication publication) => EnvelopeCodec.Write(publication.Message with
    {
        Headers = publication.Message.Headers.Without(EnvelopeText.LostHeader),
        Properties = publication.Message.Properties with
        {
            Exchange = publication.Exchange,
            RoutingKey = publication.RoutingKey,
            DeliveryTag = Guid.NewGuid().ToString(),
            IsRedelivered = false,
        },
    });

    private BrokerException Unbound(in Publication publication) =>
        new($"No queue of {client.Address} is bound to the exchange '{publication.Exchange}' with the routing key '{publication.RoutingKey}'.") { IsTransient = false };
}
