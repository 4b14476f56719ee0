using Overlap.Contracts;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Redis.Resp;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Redis;

public sealed class RedisBrokerTests(RedisServer server) : KnownRoutesBrokerContract
{
    private readonly VirtualTimeProvider _clock = new(new VirtualTimeOptions { Start = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero) });
    private string _url = "";

    // Disposed by the test that made it.
    private RedisBroker? Broker { get; set; }

    protected override DateTimeOffset Now => _clock.GetUtcNow();

    protected override TimeSpan Lease => TimeSpan.FromSeconds(10);

    protected override async ValueTask<IBroker> CreateAsync()
    {
        _url = await server.NewDatabaseAsync();
        Broker = new RedisBroker(_url, new RedisBrokerOptions { Lease = Lease, TimeProvider = _clock });
        return Broker;
    }

    // In steps in which leases would be renewed, and each step until they are.
    protected override async ValueTask PassAsync(TimeSpan time)
    {
        for (TimeSpan passed = TimeSpan.Zero; passed < time; passed += Lease / 5)
        {
            _clock.Advance(Lease / 5);
            await Broker!.RenewLeasesAsync();
            await Broker.SweepAsync(CancellationToken.None);
        }
    }

    protected override async ValueTask LoseLeasesAsync(IBroker broker, IBrokerConsumer consumer)
    {
        ((RedisConsumer)consumer).StandStill();
        await PassAsync(Lease * 1.4);
        ((RedisConsumer)consumer).GoOn();
    }

    protected override async ValueTask PublishRawAsync(IBroker broker, string queue, byte[] raw)
    {
        await using RespClient client = new(RedisUrl.Parse(_url), new RedisLinkOptions(), "stranger");
        RespBatch batch = new();
        batch.Add("LPUSH", queue, raw);
        await client.ExecuteAsync(batch, CancellationToken.None);
    }

    protected override async ValueTask WaitUntilListeningAsync(IBroker broker, string exchange) => await ((RedisBroker)broker).WaitUntilListeningAsync();
}
