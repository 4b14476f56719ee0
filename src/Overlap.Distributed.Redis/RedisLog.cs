using Microsoft.Extensions.Logging;

namespace Overlap.Distributed.Redis;

internal static partial class RedisLog
{
    [LoggerMessage(15001, LogLevel.Warning, "{Address} cannot be reached, trying on: {Reason}")]
    public static partial void LinkLost(ILogger logger, string address, string reason);

    [LoggerMessage(15002, LogLevel.Information, "{Address} is reached again")]
    public static partial void LinkBack(ILogger logger, string address);

    [LoggerMessage(15003, LogLevel.Warning, "The lease of {Tag} was lost: another has the message or will")]
    public static partial void LeaseLost(ILogger logger, string tag);

    [LoggerMessage(15004, LogLevel.Warning, "{Count} messages came back that their holders had left behind")]
    public static partial void Restored(ILogger logger, int count);

    [LoggerMessage(15005, LogLevel.Warning, "{Address} does not tell of changes ({Reason}); the queues are asked again and again")]
    public static partial void Untracked(ILogger logger, string address, string reason);

    [LoggerMessage(15006, LogLevel.Warning, "What was left behind could not be brought back, trying again later: {Reason}")]
    public static partial void SweepFailed(ILogger logger, string reason);

    [LoggerMessage(15007, LogLevel.Warning, "{Count} messages could not be given back and come back when their lease ends: {Reason}")]
    public static partial void NotGivenBack(ILogger logger, int count, string reason);

    [LoggerMessage(15008, LogLevel.Warning, "A broadcast on {Exchange} could not be read: {Reason}")]
    public static partial void BroadcastUnread(ILogger logger, string exchange, string reason);
}
