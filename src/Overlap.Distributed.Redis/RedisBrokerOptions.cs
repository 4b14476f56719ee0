using System.Collections.Immutable;

namespace Overlap.Distributed.Redis;

/// <summary>Settings of a <see cref="RedisBroker"/>. Those of names must be the same at all who share the queues; they are kombu's, with its defaults.</summary>
public sealed record RedisBrokerOptions
{
    /// <summary>How links are made and watched.</summary>
    public RedisLinkOptions Link { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = new();

    /// <summary>The clock of leases and of messages that are put aside. Default: the system's. That of the links is theirs.</summary>
    public TimeProvider TimeProvider { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = TimeProvider.System;

    /// <summary>What stands before every key and channel; kombu's <c>global_keyprefix</c>. Default: nothing.</summary>
    public string KeyPrefix { get; init => field = value ?? throw new ArgumentNullException(nameof(value)); } = "";

    /// <summary>What stands between a queue's name and its priority, and between the parts of a binding; kombu's <c>sep</c>. Default: two control characters.</summary>
    public string Separator
    {
        get;
        init => field = string.IsNullOrEmpty(value) ? throw new ArgumentException("It must not be empty.", nameof(value)) : value;
    } = "\x06\x16";

    /// <summary>The priorities that have a list of their own, rising from 0; the lowest is served first. Default: 0, 3, 6, 9.</summary>
    public ImmutableArray<int> PrioritySteps
    {
        get;
        init => field = !value.IsDefaultOrEmpty && value[0] == 0 && value.Zip(value.Skip(1)).All(static pair => pair.First < pair.Second)
            ? value
            : throw new ArgumentException("The steps must begin with 0 and rise.", nameof(value));
    } = [0, 3, 6, 9];

    /// <summary>The key of what is held. Default: <c>unacked</c>.</summary>
    public string UnackedKey { get; init => field = NotEmpty(value); } = "unacked";

    /// <summary>The key of since when it is held. Default: <c>unacked_index</c>.</summary>
    public string UnackedIndexKey { get; init => field = NotEmpty(value); } = "unacked_index";

    /// <summary>The key of the lock of those who bring back what was left behind. Default: <c>unacked_mutex</c>.</summary>
    public string UnackedMutexKey { get; init => field = NotEmpty(value); } = "unacked_mutex";

    /// <summary>Whether channels of broadcasts begin with the number of the database; kombu's <c>fanout_prefix</c>. Default: yes.</summary>
    public bool HasFanoutPrefix { get; init; } = true;

    /// <summary>Whether channels of broadcasts end with the routing key; kombu's <c>fanout_patterns</c>. Default: yes.</summary>
    public bool HasFanoutPatterns { get; init; } = true;

    /// <summary>
    /// How long a message stays with one of our consumers that shows no sign of life, before another brings it back. Each consumer writes its own
    /// into what it holds, so it need not be the same everywhere. Default: one minute.
    /// </summary>
    public TimeSpan Lease
    {
        get;
        init => field = value >= TimeSpan.FromMilliseconds(100) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A lease is at least a tenth of a second.");
    } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// How long a message stays with a consumer that is not ours and never shows a sign of life; kombu's <c>visibility_timeout</c>. No shorter than
    /// what the others have, or their tasks run twice. Default: one hour.
    /// </summary>
    public TimeSpan VisibilityTimeout
    {
        get;
        init => field = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "It must be more than nothing.");
    } = TimeSpan.FromHours(1);

    private static string NotEmpty(string value) => string.IsNullOrEmpty(value) ? throw new ArgumentException("It must not be empty.", nameof(value)) : value;
}
