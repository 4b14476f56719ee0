using Microsoft.Data.Sqlite;

namespace Overlap.Distributed.Sqlite;

// What is written to hold messages, always on the writer's thread.
internal sealed partial class SqliteConsumer
{
    private const string IfHeld = "WHERE id=$1 AND holder=$2 AND claims=$3";

    private (List<SqliteClaim> Claims, long? NextWake) Claim(SqliteSession session, int most)
    {
        long now = _broker.Store.Now;

        // I2: one sentence for what is due and for what was lost, so that neither needs a sweeper: who claims, sweeps.
        // I9: only the first loss is counted here, by being held; what was begun later has counted itself.
        int found = session.Execute(
            "UPDATE overlap_message SET lost=lost+(holder IS NOT NULL AND lost=0), holder=NULL, wake=NULL WHERE wake IS NOT NULL AND wake<=$1", now);
        SqliteFaultPoints.LostFound.ReachIf(found > 0);
        long until = now + (long)_broker.Lease.TotalMilliseconds;
        List<SqliteClaim> claims = [];
        foreach (long id in Choose(session, most))
        {
            using SqliteDataReader claimed = session.Query(
                "UPDATE overlap_message SET holder=$1, wake=$2, claims=claims+1 WHERE id=$3 RETURNING id, queue, claims, lost, body",
                _id,
                until,
                id);
            if (claimed.Read())
            {
                claims.Add(new SqliteClaim(
                    claimed.GetInt64(0), claimed.GetString(1), claimed.GetInt64(2), claimed.GetInt64(3), until, claimed.GetFieldValue<byte[]>(4)));
            }
        }

        SqliteFaultPoints.ClaimWritten.ReachIf(claims.Count > 0);
        long? nextWake = claims.Count > 0 ? null : session.ReadNumber("SELECT min(wake) FROM overlap_message WHERE wake IS NOT NULL");
        return (claims, nextWake);
    }

    /// <summary>Chooses the most urgent of all queues, and of queues equally urgent one of each in turn.</summary>
    private List<long> Choose(SqliteSession session, int most)
    {
        List<(long Priority, int Round, long Id)> waiting = [];
        foreach (string queue in _queues)
        {
            using SqliteDataReader reader = session.Query(
                "SELECT id, priority FROM overlap_message WHERE queue=$1 AND wake IS NULL ORDER BY priority, id LIMIT $2", queue, most);
            (long Priority, int Round) last = (-1, 0);
            while (reader.Read())
            {
                long priority = reader.GetInt64(1);
                last = (priority, priority == last.Priority ? last.Round + 1 : 0);
                waiting.Add((last.Priority, last.Round, reader.GetInt64(0)));
            }
        }

        // Stable: in one round the queues stay in their turn.
        return [.. waiting.OrderBy(static one => (one.Priority, one.Round)).Take(most).Select(static one => one.Id)];
    }

    private (List<SqliteHold> Lost, long Until) Renew(SqliteSession session, SqliteHold[] held)
    {
        long until = _broker.Store.Now + (long)_broker.Lease.TotalMilliseconds;
        List<SqliteHold> lost = [];
        foreach (SqliteHold hold in held)
        {
            if (session.Execute($"UPDATE overlap_message SET wake=$4 {IfHeld}", hold.Id, _id, hold.Claim, until) == 0)
            {
                lost.Add(hold);
            }
        }

        return (lost, until);
    }

    // I9: from here on the row says that one more has lost it; who gives it back in peace takes that back.
    private bool[] Begin(SqliteSession session, List<SqliteHold> holds) =>
        [.. holds.Select(hold => session.Execute($"UPDATE overlap_message SET lost=$4 {IfHeld}", hold.Id, _id, hold.Claim, hold.LostBy + (hold.LostBy > 0 ? 1 : 0)) == 1)];

    private bool Return(SqliteSession session, SqliteHold hold) =>
        session.Execute($"UPDATE overlap_message SET holder=NULL, wake=NULL, lost=$4 {IfHeld}", hold.Id, _id, hold.Claim, hold.LostBy) == 1;

    private HashSet<string> GiveBack(SqliteSession session, SqliteHold[] holds)
    {
        HashSet<string> queues = new(StringComparer.Ordinal);
        foreach (SqliteHold hold in holds)
        {
            // A row that is not its own any more is left alone.
            Return(session, hold);
        }

        queues.UnionWith(_options.Queues);
        return queues;
    }
}
