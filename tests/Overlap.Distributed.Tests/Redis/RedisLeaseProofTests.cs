using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Tests.Brokers;

namespace Overlap.Distributed.Tests.Redis;

public sealed class RedisLeaseProofTests(RedisServer server) : LeaseProofContract
{
    private string? _url;

    protected override async ValueTask<IBroker> OpenAsync() =>
        new RedisBroker(_url ??= await server.NewDatabaseAsync(), new RedisBrokerOptions { Lease = Lease, TimeProvider = Clock });

    protected override IResultBackend OpenBackend() => new RedisBackend(_url!);

    protected override void StandStill(IBrokerConsumer consumer, bool isStill)
    {
        if (isStill)
        {
            ((RedisConsumer)consumer).StandStill();
        }
        else
        {
            ((RedisConsumer)consumer).GoOn();
        }
    }

    protected override async ValueTask SweepAsync(IBroker broker) => await ((RedisBroker)broker).SweepAsync(CancellationToken.None);
}
