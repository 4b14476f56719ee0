using Overlap.Distributed.Diagnostics;

namespace Overlap.Distributed.Redis;

/// <summary>Where whoever uses the server may die or fail: on both sides of each command that changes something.</summary>
internal static class RedisFaultPoints
{
    /// <summary>A publication is about to be sent.</summary>
    public static readonly FaultPoint PublicationReady = new("redis.publication-ready");

    /// <summary>The server has a publication, and nobody was told.</summary>
    public static readonly FaultPoint PublicationMade = new("redis.publication-made");

    /// <summary>A claim is about to be sent.</summary>
    public static readonly FaultPoint ClaimReady = new("redis.claim-ready");

    /// <summary>Messages are in a claim list, and nowhere written down as held.</summary>
    public static readonly FaultPoint Claimed = new("redis.claimed");

    /// <summary>Messages are written down as held.</summary>
    public static readonly FaultPoint ClaimWritten = new("redis.claim-written");

    /// <summary>Leases are renewed.</summary>
    public static readonly FaultPoint Renewed = new("redis.renewed");

    /// <summary>A settlement is about to be sent.</summary>
    public static readonly FaultPoint SettlementReady = new("redis.settlement-ready");

    /// <summary>A settlement is carried out, and nobody was told.</summary>
    public static readonly FaultPoint SettlementMade = new("redis.settlement-made");

    /// <summary>Messages whose date has come are found.</summary>
    public static readonly FaultPoint DueFound = new("redis.due-found");

    /// <summary>Messages whose date has come are in their queues again.</summary>
    public static readonly FaultPoint DuePutBack = new("redis.due-put-back");

    /// <summary>What a dead consumer left in a claim list is in its queue again, and the list still named.</summary>
    public static readonly FaultPoint ClaimSwept = new("redis.claim-swept");

    /// <summary>What a silent consumer held is taken away from it, and not put back.</summary>
    public static readonly FaultPoint LostTaken = new("redis.lost-taken");

    /// <summary>What a silent consumer held is in its queue again.</summary>
    public static readonly FaultPoint LostPutBack = new("redis.lost-put-back");

    /// <summary>Documents are about to be stored.</summary>
    public static readonly FaultPoint StoreReady = new("redis.store-ready");

    /// <summary>Documents are stored, and nobody was told.</summary>
    public static readonly FaultPoint Stored = new("redis.stored");
}
