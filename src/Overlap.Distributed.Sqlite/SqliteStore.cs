namespace Overlap.Distributed.Sqlite;

/// <summary>A file in use: its two lanes, and the watch for what other processes do to it. Shared by all of this process who use it.</summary>
internal sealed class SqliteStore
{
    private static readonly Lock StoresGate = new();

    // Guarded by StoresGate.
    private static readonly Dictionary<(string Path, TimeProvider Clock), SqliteStore> Stores = [];

    private readonly (string Path, TimeProvider Clock) _key;
    private readonly SqliteLane _writer;
    private readonly SqliteLane _reader;
    private int _users;   // Guarded by StoresGate.

    private SqliteStore(SqliteOptions options)
    {
        _key = (options.Path, options.TimeProvider);
        Clock = options.TimeProvider;
        Path = options.Path;
        Watch = new SqliteWatch();
        _writer = new SqliteLane(options, "overlap-sqlite-writer", Watch);
        _reader = new SqliteLane(options, "overlap-sqlite-reader", watch: null);
        Results = new SqliteResultWaits(this);
    }

    public string Path { get; }

    public TimeProvider Clock { get; }

    public SqliteWatch Watch { get; }

    public SqliteResultWaits Results { get; }

    /// <summary>Now, as it stands in the file.</summary>
    public long Now => ToFile(Clock.GetUtcNow());

    /// <summary>Begins to use a file. Who does ends it by <see cref="LeaveAsync"/>.</summary>
    public static SqliteStore Enter(SqliteOptions options)
    {
        SqliteOptions full = options with { Path = System.IO.Path.GetFullPath(options.Path) };
        lock (StoresGate)
        {
            if (!Stores.TryGetValue((full.Path, full.TimeProvider), out SqliteStore? store))
            {
                store = new SqliteStore(full);
                Stores.Add(store._key, store);
            }

            store._users++;
            return store;
        }
    }

    /// <summary>Writes a time as the file keeps it, never earlier than it is.</summary>
    public static long ToFile(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond;

    /// <summary>Ends the use; the last one closes the file.</summary>
    public async Task LeaveAsync()
    {
        lock (StoresGate)
        {
            if (--_users > 0)
            {
                return;
            }

            Stores.Remove(_key);
        }

        await _reader.StopAsync().ConfigureAwait(false);
        await _writer.StopAsync().ConfigureAwait(false);
    }

    /// <summary>Reads on the reader's lane: not behind what waits for the disk.</summary>
    public Task<T> ReadAsync<T>(Func<SqliteSession, T> read) => Post(_reader, new SqliteWork<T>((session, _) => read(session), committed: null)
    {
        Access = SqliteAccess.Read,
    });

    /// <summary>Reads on the writer's lane: before what is posted to it later.</summary>
    public Task<T> ReadInTurnAsync<T>(Func<SqliteSession, T> read) => Post(_writer, new SqliteWork<T>((session, _) => read(session), committed: null)
    {
        Access = SqliteAccess.Read,
    });

    /// <summary>Writes.</summary>
    /// <param name="isDurable">Whether to wait until the disk has it.</param>
    /// <param name="run">Does it; see <see cref="SqliteWork.Run"/>.</param>
    /// <param name="committed">Runs when it is in the file; it wakes others.</param>
    /// <param name="size">About how many bytes it writes.</param>
    public Task<T> WriteAsync<T>(bool isDurable, Func<SqliteSession, SqliteWork, T> run, Action<T>? committed = null, long size = 0) =>
        Post(_writer, new SqliteWork<T>(run, committed)
        {
            Access = isDurable ? SqliteAccess.WriteDurably : SqliteAccess.Write,
            Size = size,
        });

    private static Task<T> Post<T>(SqliteLane lane, SqliteWork<T> work)
    {
        lane.Post(work);
        return work.Done;
    }
}
