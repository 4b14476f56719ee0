using Overlap.Distributed.Brokers;
using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Redis;

/// <summary>Says in the broker's words what the link and the server say in theirs.</summary>
internal static class RedisFaults
{
    /// <summary>Whether it is a fault of the link or a refusal of the server.</summary>
    public static bool IsOne(Exception error) => error is RespLinkException or RespErrorException or RespProtocolException;

    public static BrokerException ToBroker(Exception error, string address) =>
        new(Describe(error, address), error) { IsTransient = IsTransient(error) };

    public static string Describe(Exception error, string address) => error is RespErrorException
        ? $"{address} refuses: {error.Message}"
        : $"{address} cannot be reached: {error.Message.TrimEnd('.')}.";

    public static bool IsTransient(Exception error) => error switch
    {
        RespLinkException link => link.IsTransient,
        RespErrorException refusal => refusal.IsTransient,
        _ => true,
    };
}
