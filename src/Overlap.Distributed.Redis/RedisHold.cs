using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Redis;

/// <summary>A message that a consumer holds.</summary>
internal sealed class RedisHold(RedisConsumer owner, ClaimAttempt claim, RedisBucket bucket, long number, string tag, byte[] raw, WireMessage? message) : ILeaseProof
{
    private const int Held = 0;
    private const int Settling = 1;
    private const int Over = 2;

    private int _state;
    private long _seenAt;

    public RedisConsumer Owner => owner;

    /// <summary>What it was claimed with.</summary>
    public ClaimAttempt Claim => claim;

    /// <summary>The list it came from.</summary>
    public RedisBucket Bucket => bucket;

    /// <summary>Its place in the order in which the consumer claimed.</summary>
    public long Number => number;

    /// <summary>What it is held under; of what could not be read, its id among the dead letters.</summary>
    public string Tag => tag;

    /// <summary>The message as it was in the queue.</summary>
    public byte[] Raw => raw;

    /// <summary>The message as it was read; <see langword="null"/>: it could not be, and is kept among the dead letters until it is settled.</summary>
    public WireMessage? Message => message;

    /// <summary>Why it could not be read.</summary>
    public MessageFormatException? Defect { get; init; }

    /// <summary>Whether a settlement was sent of which nobody knows what became. Owned by whoever settles.</summary>
    public bool IsUncertain { get; set; }

    public CancellationToken LeaseLost => Lost.Token;

    public bool IsHeld => Volatile.Read(ref _state) == Held;

    // It has no timer and needs no end.
    private CancellationTokenSource Lost { get; } = new();

    /// <summary>When it was last seen to be ours, in ticks of the clock.</summary>
    public long SeenAt
    {
        get => Volatile.Read(ref _seenAt);
        set => Volatile.Write(ref _seenAt, value);
    }

    /// <inheritdoc/>
    public bool IsCertain => !owner.MustLookFirst(this);

    /// <inheritdoc/>
    public ValueTask ProveAsync() => owner.ProveAsync(this);

    /// <summary>Begins to settle it; of those who try, one does.</summary>
    public bool TryBeginSettling() => Interlocked.CompareExchange(ref _state, Settling, Held) == Held;

    /// <summary>Takes the beginning back: nobody knows, and it may be tried again.</summary>
    public void Relent() => Interlocked.CompareExchange(ref _state, Held, Settling);

    /// <summary>Ends it.</summary>
    public void End() => Volatile.Write(ref _state, Over);

    /// <summary>Ends it, and tells whoever works on it that another has it or will.</summary>
    public void Lose()
    {
        End();
        Lost.Cancel();
    }
}
