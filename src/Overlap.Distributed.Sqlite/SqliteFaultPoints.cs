using Overlap.Distributed.Diagnostics;

namespace Overlap.Distributed.Sqlite;

/// <summary>Where whoever uses the file may die or fail: in each kind of transaction before its end, and behind it.</summary>
internal static class SqliteFaultPoints
{
    /// <summary>A publication is written, and not committed.</summary>
    public static readonly FaultPoint PublicationWritten = new("sqlite.publication-written");

    /// <summary>A publication is committed, and nobody was told.</summary>
    public static readonly FaultPoint PublicationMade = new("sqlite.publication-made");

    /// <summary>What is due and what was lost is let come back, and that is not committed.</summary>
    public static readonly FaultPoint LostFound = new("sqlite.lost-found");

    /// <summary>Messages are written down as held, and that is not committed.</summary>
    public static readonly FaultPoint ClaimWritten = new("sqlite.claim-written");

    /// <summary>Messages are held, and nobody has them.</summary>
    public static readonly FaultPoint Claimed = new("sqlite.claimed");

    /// <summary>Leases are renewed.</summary>
    public static readonly FaultPoint Renewed = new("sqlite.renewed");

    /// <summary>A settlement is written, and not committed.</summary>
    public static readonly FaultPoint SettlementWritten = new("sqlite.settlement-written");

    /// <summary>A settlement is committed, and nobody was told.</summary>
    public static readonly FaultPoint SettlementMade = new("sqlite.settlement-made");

    /// <summary>Documents are written, and not committed.</summary>
    public static readonly FaultPoint StoreWritten = new("sqlite.store-written");

    /// <summary>Documents are committed, and nobody was told.</summary>
    public static readonly FaultPoint Stored = new("sqlite.stored");
}
