using System.Globalization;
using Microsoft.Data.Sqlite;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Sqlite;

/// <summary>The dead letters of a <see cref="SqliteBroker"/>.</summary>
internal sealed class SqliteDeadLetters(SqliteBroker broker) : IDeadLetterStore
{
    private const string Columns = "SELECT id, queue, defect, detail, at, body FROM overlap_dead_letter";

    public async ValueTask<long> CountAsync(CancellationToken cancellationToken = default)
    {
        broker.Check(cancellationToken);
        return await SqliteBroker.AskAsync(broker.Store.ReadAsync(
            static session => session.ReadNumber("SELECT count(*) FROM overlap_dead_letter") ?? 0)).ConfigureAwait(false);
    }

    public async ValueTask<IReadOnlyList<DeadLetterRecord>> ListAsync(int most, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(most);
        broker.Check(cancellationToken);
        return await SqliteBroker.AskAsync(broker.Store.ReadAsync(
            session => Read(session, $"{Columns} ORDER BY id LIMIT $1", most))).ConfigureAwait(false);
    }

    public async ValueTask<DeadLetterRecord?> FindAsync(string id, CancellationToken cancellationToken = default)
    {
        broker.Check(cancellationToken);
        return TryRead(id) is not { } number ? null : (await SqliteBroker.AskAsync(broker.Store.ReadAsync(
            session => Read(session, $"{Columns} WHERE id=$1", number))).ConfigureAwait(false)).FirstOrDefault();
    }

    public async ValueTask<bool> RequeueAsync(string id, CancellationToken cancellationToken = default)
    {
        broker.Check(cancellationToken);
        return TryRead(id) is { } number && await SqliteBroker.AskAsync(broker.Store.WriteAsync(
            isDurable: true, (session, _) => Requeue(session, number), broker.Wake)).ConfigureAwait(false) is { Count: > 0 };
    }

    public async ValueTask<bool> DropAsync(string id, CancellationToken cancellationToken = default)
    {
        broker.Check(cancellationToken);
        return TryRead(id) is { } number && await SqliteBroker.AskAsync(broker.Store.WriteAsync(
            isDurable: true,
            (session, _) => session.Execute("DELETE FROM overlap_dead_letter WHERE id=$1", number) == 1)).ConfigureAwait(false);
    }

    private static long? TryRead(string id) => long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static List<DeadLetterRecord> Read(SqliteSession session, string sql, long value)
    {
        List<DeadLetterRecord> records = [];
        using SqliteDataReader reader = session.Query(sql, value);
        while (reader.Read())
        {
            records.Add(new DeadLetterRecord
            {
                Id = reader.GetInt64(0).ToString(CultureInfo.InvariantCulture),
                Queue = reader.GetString(1),
                Cause = new DeadLetterCause(Enum.Parse<MessageDefect>(reader.GetString(2)), reader.GetString(3)),
                At = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(4)),
                Raw = reader.GetFieldValue<byte[]>(5),
            });
        }

        return records;
    }

    private static HashSet<string> Requeue(SqliteSession session, long id)
    {
        // Its history goes with the letter: who puts it back has reason to hope.
        HashSet<string> queues = new(StringComparer.Ordinal);
        using (SqliteDataReader reader = session.Query(
            "INSERT INTO overlap_message (queue, priority, body) SELECT queue, priority, body FROM overlap_dead_letter WHERE id=$1 RETURNING queue", id))
        {
            while (reader.Read())
            {
                queues.Add(reader.GetString(0));
            }
        }

        session.Execute("DELETE FROM overlap_dead_letter WHERE id=$1", id);
        return queues;
    }
}
