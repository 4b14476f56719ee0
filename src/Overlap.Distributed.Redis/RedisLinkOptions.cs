using Overlap.Distributed.Protocol;

namespace Overlap.Distributed.Redis;

/// <summary>How links to a Redis server are made and watched.</summary>
public sealed record RedisLinkOptions
{
    /// <summary>How long the making of a link may take. Default: 4 seconds.</summary>
    public TimeSpan ConnectTimeout { get; init => field = Guard.Positive(value); } = TimeSpan.FromSeconds(4);

    /// <summary>After how long a silence the server is asked for a sign of life. Default: 5 seconds.</summary>
    public TimeSpan IdlePing { get; init => field = Guard.Positive(value); } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long nothing may be heard while a reply is awaited, before the link counts as dead. Default: 8 seconds; together with
    /// <see cref="IdlePing"/> a dead link is noticed within 15.
    /// </summary>
    public TimeSpan ReplyTimeout { get; init => field = Guard.Positive(value); } = TimeSpan.FromSeconds(8);

    /// <summary>How long a call waits for a lost link to be made again, before it fails. Default: 10 seconds.</summary>
    public TimeSpan Patience { get; init => field = Guard.Positive(value); } = TimeSpan.FromSeconds(10);

    /// <summary>The longest pause between two attempts to make a link; the first is a fiftieth of it. Default: 1.5 seconds.</summary>
    public TimeSpan LongestPause { get; init => field = Guard.Positive(value); } = TimeSpan.FromSeconds(1.5);

    /// <summary>The clock. Default: the system's.</summary>
    public TimeProvider TimeProvider { get; init => field = Guard.NotNull(value); } = TimeProvider.System;
}
