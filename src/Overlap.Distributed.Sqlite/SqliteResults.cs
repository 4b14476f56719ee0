using Microsoft.Data.Sqlite;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Sqlite;

/// <summary>The table of results: what is written and read, on the thread of a lane.</summary>
internal static class SqliteResults
{
    private const int MostExpired = 1_000;

    /// <summary>Stores a document, unless it says less than what is there.</summary>
    /// <returns>Its version, which is higher than all before; <see langword="null"/>: it was refused.</returns>
    public static long? Store(SqliteSession session, ResultDocument document, long now, TimeSpan expiry)
    {
        if (!document.IsReady && session.ReadNumber(
            "SELECT 1 FROM overlap_result WHERE task_id=$1 AND is_ready=1 AND until>$2", document.TaskId, now) is not null)
        {
            return null;
        }

        // A new row each time, for who waits in another process asks for what is newer than it has seen.
        session.Execute("DELETE FROM overlap_result WHERE task_id=$1", document.TaskId);
        return session.ReadNumber(
            "INSERT INTO overlap_result (task_id, is_ready, until, document) VALUES ($1, $2, $3, $4) RETURNING version",
            document.TaskId,
            document.IsReady ? 1 : 0,
            now + (long)expiry.TotalMilliseconds,
            ResultCodec.Write(document));
    }

    /// <summary>Finds a document that has not expired.</summary>
    public static (long Version, byte[] Raw)? Find(SqliteSession session, string taskId, long now)
    {
        using SqliteDataReader reader = session.Query("SELECT version, document FROM overlap_result WHERE task_id=$1 AND until>$2", taskId, now);
        return reader.Read() ? (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)) : null;
    }

    /// <summary>Lists what was stored since.</summary>
    public static List<(long Version, string TaskId)> ListSince(SqliteSession session, long version)
    {
        List<(long Version, string TaskId)> stored = [];
        using SqliteDataReader reader = session.Query("SELECT version, task_id FROM overlap_result WHERE version>$1 ORDER BY version", version);
        while (reader.Read())
        {
            stored.Add((reader.GetInt64(0), reader.GetString(1)));
        }

        return stored;
    }

    /// <summary>Drops some of those that have expired.</summary>
    public static void DropExpired(SqliteSession session, long now) => session.Execute(
        "DELETE FROM overlap_result WHERE version IN (SELECT version FROM overlap_result WHERE until<=$1 LIMIT $2)", now, MostExpired);
}
