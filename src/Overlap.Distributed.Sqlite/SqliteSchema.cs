using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Overlap.Distributed.Sqlite;

/// <summary>The tables in the file. They bear a prefix, for the tasks' own tables may lie beside them.</summary>
/// <remarks>
/// What <c>wake</c> says is the heart of it: nothing, and the message waits; a time, and the message is put aside until then, or is held until
/// then if it has a holder. Times are milliseconds since 1970, UTC.
/// </remarks>
internal static class SqliteSchema
{
    /// <summary>Of the tables as they are made here.</summary>
    public const int Version = 1;

    private const string Tables = """
        CREATE TABLE overlap_message (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            queue TEXT NOT NULL,
            priority INTEGER NOT NULL,
            wake INTEGER,
            holder INTEGER,
            claims INTEGER NOT NULL DEFAULT 0,
            lost INTEGER NOT NULL DEFAULT 0,
            body BLOB NOT NULL);
        CREATE INDEX overlap_message_waits ON overlap_message (queue, priority, id) WHERE wake IS NULL;
        CREATE INDEX overlap_message_wakes ON overlap_message (wake) WHERE wake IS NOT NULL;
        CREATE TABLE overlap_dead_letter (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            queue TEXT NOT NULL,
            priority INTEGER NOT NULL,
            defect TEXT NOT NULL,
            detail TEXT NOT NULL,
            at INTEGER NOT NULL,
            body BLOB NOT NULL);
        CREATE TABLE overlap_binding (
            exchange TEXT NOT NULL,
            kind TEXT NOT NULL,
            routing_key TEXT NOT NULL,
            queue TEXT NOT NULL,
            PRIMARY KEY (exchange, kind, routing_key, queue)) WITHOUT ROWID;
        CREATE TABLE overlap_broadcast (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            exchange TEXT NOT NULL,
            routing_key TEXT NOT NULL,
            at INTEGER NOT NULL,
            body BLOB NOT NULL);
        CREATE INDEX overlap_broadcast_at ON overlap_broadcast (at);
        CREATE TABLE overlap_result (
            version INTEGER PRIMARY KEY AUTOINCREMENT,
            task_id TEXT NOT NULL UNIQUE,
            is_ready INTEGER NOT NULL,
            until INTEGER NOT NULL,
            document BLOB NOT NULL);
        CREATE INDEX overlap_result_until ON overlap_result (until);
        CREATE TABLE overlap_schema (version INTEGER NOT NULL);
        """;

    // Opening is one at a time in this process; among processes SQLite's own lock decides who makes the tables.
    private static readonly Lock Gate = new();

    /// <summary>Opens a connection to a file that has the tables; makes both if they are not there.</summary>
    /// <exception cref="SqliteFileException">The file is one of a newer version.</exception>
    public static SqliteConnection Open(SqliteOptions options)
    {
        SqliteLibrary.Load();
        lock (Gate)
        {
            MakeFile(options.Path);
            SqliteConnectionStringBuilder settings = new()
            {
                DataSource = options.Path,
                Mode = SqliteOpenMode.ReadWrite,
                Pooling = false,

                // How long the provider looks again, beyond SQLite's own waiting.
                DefaultTimeout = 1,
            };
            SqliteConnection connection = new(settings.ToString());
            try
            {
                connection.Open();
                Prepare(connection, options);
                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }
    }

    private static void MakeFile(string path)
    {
        if (File.Exists(path) || !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path))))
        {
            return;
        }

        // Messages hold arguments, which are nobody else's business. SQLite gives its other files the rights of this one.
        FileStreamOptions mine = new() { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            mine.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            new FileStream(path, mine).Dispose();
        }
        catch (IOException) when (File.Exists(path))
        {
            // Another was faster.
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new SqliteFileException($"The queue file {path} cannot be made: its folder is read-only.", isTransient: false, denied);
        }
    }

    private static void Prepare(SqliteConnection connection, SqliteOptions options)
    {
        Execute(connection, string.Create(CultureInfo.InvariantCulture, $"PRAGMA busy_timeout={(long)options.BusyTimeout.TotalMilliseconds}"));
        if (Scalar(connection, "PRAGMA journal_mode") is not "wal")
        {
            Execute(connection, "PRAGMA journal_mode=WAL");
        }

        // So that a burst does not leave a large log behind for ever.
        Execute(connection, "PRAGMA journal_size_limit=67108864");
        if (FindVersion(connection) is not { } version)
        {
            MakeTables(connection);
        }
        else if (version > Version)
        {
            throw new SqliteFileException(
                $"The queue file {options.Path} was made by a newer version: its schema is {version}, and {Version} is the newest known here.",
                isTransient: false);
        }
    }

    private static long? FindVersion(SqliteConnection connection) =>
        Scalar(connection, "SELECT count(*) FROM sqlite_master WHERE type='table' AND name='overlap_schema'") is 0L
            ? null
            : (long?)Scalar(connection, "SELECT max(version) FROM overlap_schema");

    private static void MakeTables(SqliteConnection connection)
    {
        Execute(connection, "BEGIN IMMEDIATE");
        try
        {
            // Another process may have made them while this one waited for the lock.
            if (FindVersion(connection) is null)
            {
                Execute(connection, Tables);
                Execute(connection, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO overlap_schema VALUES ({Version})"));
            }

            Execute(connection, "COMMIT");
        }
        catch
        {
            // Some errors have ended the transaction already.
            if (SQLitePCL.raw.sqlite3_get_autocommit(connection.Handle) == 0)
            {
                Execute(connection, "ROLLBACK");
            }

            throw;
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static object? Scalar(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
