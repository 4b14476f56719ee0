namespace Overlap.Distributed.Sqlite;

/// <summary>What a piece of work needs of the file.</summary>
internal enum SqliteAccess
{
    /// <summary>Reads; outside a transaction.</summary>
    Read,

    /// <summary>Writes what is no loss if a power failure undoes it, as a claim: the message waits again.</summary>
    Write,

    /// <summary>Writes what somebody relies on as soon as it is done.</summary>
    WriteDurably,
}
