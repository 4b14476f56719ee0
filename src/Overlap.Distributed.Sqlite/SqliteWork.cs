namespace Overlap.Distributed.Sqlite;

/// <summary>Something to be done with the file, by the thread of a lane.</summary>
internal abstract class SqliteWork
{
    /// <summary>What it needs of the file.</summary>
    public required SqliteAccess Access { get; init; }

    /// <summary>About how much it writes, in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Why it alone is refused, while those beside it go on. Who refuses has written nothing, or has undone it.</summary>
    public Exception? Refusal { get; set; }

    /// <summary>Does it. May be called again after a transaction that was rolled back.</summary>
    public abstract void Run(SqliteSession session);

    /// <summary>Tells that it is done, and in the file.</summary>
    public abstract void Complete();

    /// <summary>Tells that it is not done.</summary>
    public abstract void Fail(Exception exception);
}
