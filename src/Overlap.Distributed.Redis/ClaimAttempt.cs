namespace Overlap.Distributed.Redis;

/// <summary>Messages taken together out of queues, into claim lists that nobody else uses, until they are written down as held.</summary>
/// <remarks>Guarded by the claim turn of its consumer.</remarks>
internal sealed class ClaimAttempt(string id, RedisBucket[] buckets)
{
    private readonly TaskCompletionSource<bool> _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Id => id;

    /// <summary>The lists that it takes from.</summary>
    public IReadOnlyList<RedisBucket> Buckets => buckets;

    /// <summary>When it was sent, in ticks of the clock: a lease later others sweep its lists, however late the answer came.</summary>
    public long SentAt { get; set; }

    /// <summary>The lists out of which claims of its name took nothing before, or it did itself: they are named, and will not be filled.</summary>
    public IReadOnlyList<RedisBucket> Unused { get; set; } = [];

    /// <summary>What it took; <see langword="null"/>: not known, the link was lost before the server told.</summary>
    public List<RedisHold>? Holds { get; set; }

    /// <summary>Ends when it is known whether they are written down; if not, others have brought them back, and they are lost.</summary>
    public Task<bool> Registered => _registered.Task;

    public void Confirm(bool isRegistered) => _registered.TrySetResult(isRegistered);

    /// <summary>The part of a claim list's name for one of its lists.</summary>
    public string ListOf(RedisBucket bucket) => id + "." + bucket.Index.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
