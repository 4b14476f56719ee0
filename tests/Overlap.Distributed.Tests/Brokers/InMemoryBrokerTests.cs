using Overlap.Contracts;
using Overlap.Distributed.Brokers;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Brokers;

public sealed class InMemoryBrokerTests : KnownRoutesBrokerContract
{
    private readonly VirtualTimeProvider _clock = new();

    protected override DateTimeOffset Now => _clock.GetUtcNow();

    protected override TimeSpan Lease => TimeSpan.FromSeconds(10);

    [Fact]
    public async Task LetLeasesRunOut_ConsumerOfAnotherBroker_Throws()
    {
        await using IBroker one = await CreateAsync();
        await using InMemoryBroker other = new();
        await using IBrokerConsumer consumer = await ConsumeAsync(one);
        Assert.Throws<ArgumentException>(() => other.LetLeasesRunOut(consumer));
    }

    [Fact]
    public async Task LetLeasesRunOut_WithinTheLease_ItIsStillHeld()
    {
        await using InMemoryBroker broker = new(new InMemoryBrokerOptions { Lease = Lease, TimeProvider = _clock });
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker, "a");
        Delivery delivery = await ReceiveOneAsync(consumer);
        broker.LetLeasesRunOut(consumer);
        _clock.Advance(Lease - TimeSpan.FromTicks(1));
        Assert.Equal([true], await AcknowledgeAsync(consumer, delivery));
    }

    [Fact]
    public void Options_LeaseOfNoTime_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(static () => new InMemoryBrokerOptions { Lease = TimeSpan.Zero });

    protected override ValueTask<IBroker> CreateAsync() => new(new InMemoryBroker(new InMemoryBrokerOptions { Lease = Lease, TimeProvider = _clock }));

    protected override ValueTask PassAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return default;
    }

    protected override ValueTask LoseLeasesAsync(IBroker broker, IBrokerConsumer consumer)
    {
        ((InMemoryBroker)broker).LetLeasesRunOut(consumer);
        return PassAsync(Lease);
    }

    protected override ValueTask PublishRawAsync(IBroker broker, string queue, byte[] raw)
    {
        ((InMemoryBroker)broker).PublishRaw(queue, raw);
        return default;
    }
}
