using Microsoft.Data.Sqlite;
using Overlap.Distributed.Sqlite;

namespace Overlap.Distributed.Tests.Sqlite;

/// <summary>A file for a queue, in a folder that goes with the test.</summary>
internal sealed class QueueFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("overlap-queue-");

    public string Path => System.IO.Path.Combine(_folder.FullName, "queue.db");

    public SqliteOptions Options => new() { Path = Path };

    /// <summary>Options under which the file is used as by another process: over connections of its own.</summary>
    public SqliteOptions OfAnotherProcess(TimeProvider clock) => Options with { TimeProvider = new SameTime(clock) };

    /// <summary>Opens the file as somebody else's program.</summary>
    public SqliteConnection Open()
    {
        SqliteLibrary.Load();
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = Path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    public void Execute(string sql)
    {
        using SqliteConnection connection = Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public T Query<T>(string sql)
    {
        using SqliteConnection connection = Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)command.ExecuteScalar()!;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Another provider of the same time: by it the connections are not shared.</summary>
    private sealed class SameTime(TimeProvider clock) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            clock.CreateTimer(callback, state, dueTime, period);
    }
}
