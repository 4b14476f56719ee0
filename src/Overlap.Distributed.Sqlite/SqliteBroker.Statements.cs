using System.Collections.Immutable;
using Microsoft.Data.Sqlite;
using Overlap.Distributed.Brokers;

namespace Overlap.Distributed.Sqlite;

// What is written and read, always on the thread of a lane.
public sealed partial class SqliteBroker
{
    // Who listens looks at least every 20 ms; who has not looked for so long has stood still, and misses it.
    private const long BroadcastMilliseconds = 60_000;
    private const int MostBroadcasts = 100;

    // Among the names of queues; no queue has none.
    private const string ThoseWhoListen = "";

    /// <summary>Puts messages into their queues.</summary>
    /// <returns>The queues, and an empty name if something went to those who listen.</returns>
    /// <exception cref="BrokerException">No queue is bound for one of them; nothing was written.</exception>
    internal HashSet<string> Publish(SqliteSession session, params ReadOnlySpan<StoredPublication> publications)
    {
        string[]?[] routes = new string[publications.Length][];
        for (int index = 0; index < routes.Length; index++)
        {
            routes[index] = RouteOrThrow(session, publications[index]);
        }

        HashSet<string> queues = new(StringComparer.Ordinal);
        for (int index = 0; index < routes.Length; index++)
        {
            if (routes[index] is not { } route)
            {
                Broadcast(session, publications[index]);
                queues.Add(ThoseWhoListen);
                continue;
            }

            foreach (string queue in route)
            {
                Insert(session, queue, publications[index].Priority, publications[index].Body);
                queues.Add(queue);
            }
        }

        return queues;
    }

    internal static void Insert(SqliteSession session, string queue, int priority, byte[] body) =>
        session.Execute("INSERT INTO overlap_message (queue, priority, body) VALUES ($1, $2, $3)", queue, priority, body);

    /// <summary>Finds the queues a publication goes to, before anything is written.</summary>
    /// <returns>The queues; <see langword="null"/>: it goes to those who listen.</returns>
    internal string[]? RouteOrThrow(SqliteSession session, StoredPublication publication)
    {
        if (publication.Exchange.Length == 0 && publication.RoutingKey.Length > 0)
        {
            return [publication.RoutingKey];
        }

        HashSet<string> queues = new(StringComparer.Ordinal);
        using SqliteDataReader bindings = session.Query(
            "SELECT kind, routing_key, queue FROM overlap_binding WHERE exchange=$1", publication.Exchange);
        while (bindings.Read())
        {
            switch (Enum.Parse<ExchangeKind>(bindings.GetString(0)))
            {
                case ExchangeKind.Fanout:
                    return null;
                case ExchangeKind.Direct when bindings.GetString(1) == publication.RoutingKey:
                case ExchangeKind.Topic when RoutingPattern.Fits(bindings.GetString(1), publication.RoutingKey):
                    queues.Add(bindings.GetString(2));
                    break;
            }
        }

        return queues.Count > 0
            ? [.. queues]
            : throw new BrokerException(
                $"No queue of {Address} is bound to the exchange '{publication.Exchange}' with the routing key '{publication.RoutingKey}'.")
            {
                IsTransient = false,
            };
    }

    private void Broadcast(SqliteSession session, StoredPublication publication)
    {
        long now = Store.Now;
        session.Execute("DELETE FROM overlap_broadcast WHERE at < $1", now - BroadcastMilliseconds);
        session.Execute(
            "INSERT INTO overlap_broadcast (exchange, routing_key, at, body) VALUES ($1, $2, $3, $4)",
            publication.Exchange,
            publication.RoutingKey,
            now,
            publication.Body);
    }

    private HashSet<string> PublishAll(SqliteSession session, StoredPublication[] publications)
    {
        HashSet<string> queues = Publish(session, publications);
        SqliteFaultPoints.PublicationWritten.Reach();
        return queues;
    }

    private static (long Heard, ImmutableArray<byte[]> Messages) ReadBroadcasts(SqliteSession session, long heard, string exchange, string pattern)
    {
        ImmutableArray<byte[]>.Builder messages = ImmutableArray.CreateBuilder<byte[]>();
        using SqliteDataReader reader = session.Query(
            "SELECT id, routing_key, body FROM overlap_broadcast WHERE id > $1 AND exchange=$2 ORDER BY id", heard, exchange);
        while (messages.Count < MostBroadcasts && reader.Read())
        {
            heard = reader.GetInt64(0);
            if (RoutingPattern.Fits(pattern, reader.GetString(1)))
            {
                messages.Add(reader.GetFieldValue<byte[]>(2));
            }
        }

        return (heard, messages.ToImmutable());
    }
}
