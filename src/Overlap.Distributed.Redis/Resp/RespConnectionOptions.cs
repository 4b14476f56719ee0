namespace Overlap.Distributed.Redis.Resp;

/// <summary>How a link is watched, and who hears what it was not asked for.</summary>
internal sealed record RespConnectionOptions
{
    /// <summary>How large what the server sends may be.</summary>
    public RespLimits Limits { get; init; } = RespLimits.Default;

    /// <summary>After how long a silence the server is asked for a sign of life.</summary>
    public TimeSpan IdlePing { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a reply may take.</summary>
    public TimeSpan ReplyTimeout { get; init; } = TimeSpan.FromSeconds(8);

    /// <summary>Whether the link listens to channels: what is no message of one, is the reply to a command.</summary>
    public bool IsListener { get; init; }

    /// <summary>Told of what the server sends unasked, on the thread that reads; it must be brief.</summary>
    public Action<RespValue>? OnPush { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
