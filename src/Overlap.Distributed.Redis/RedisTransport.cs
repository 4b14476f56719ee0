using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Hosting;
using Overlap.Distributed.Redis;

[assembly: Transport(typeof(RedisTransport))]

namespace Overlap.Distributed.Redis;

/// <summary>Makes what a URL of a Redis server stands for.</summary>
internal sealed class RedisTransport : Transport
{
    public override IBroker CreateBroker(string url, TransportSettings settings) => new RedisBroker(
        url, new RedisBrokerOptions { Link = LinkOf(settings) }, settings.LoggerFactory.CreateLogger(typeof(RedisBroker).FullName!));

    public override IResultBackend CreateBackend(string url, TransportSettings settings) =>
        new RedisBackend(url, new RedisBackendOptions { Link = LinkOf(settings) });

    private static RedisLinkOptions LinkOf(TransportSettings settings)
    {
        RedisLinkOptions options = new();
        return settings.Patience is { } patience ? options with { Patience = patience } : options;
    }
}
