using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Redis;

/// <summary>Settings of a <see cref="RedisBackend"/>.</summary>
public sealed record RedisBackendOptions
{
    /// <summary>How links are made and watched.</summary>
    public RedisLinkOptions Link { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

    /// <summary>What stands before every key; Celery's <c>global_keyprefix</c> of result backends. One that ends in none of <c>: _ - .</c> gets a <c>_</c>. Default: nothing.</summary>
    public string KeyPrefix
    {
        get;
        init => field = value is null ? throw new ArgumentNullException(nameof(value)) : value.Length == 0 || ":_-.".Contains(value[^1], StringComparison.Ordinal) ? value : value + "_";
    } = "";

    /// <summary>How long a document is kept, from when it was stored; <see langword="null"/>: for ever. Default: one day.</summary>
    public TimeSpan? Expiry
    {
        get;
        init => field = value is null || value >= TimeSpan.FromSeconds(1) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Documents are kept for a second at least.");
    } = TimeSpan.FromDays(1);

    /// <summary>Whether dates, decimals, UUIDs and bytes are tagged, which kombu before 5.3 does not understand. Default: no.</summary>
    public bool EmitsTypeTags { get; init; }

    /// <summary>The limits that documents are read under.</summary>
    public ProtocolLimits Limits { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = ProtocolLimits.Default;
}
