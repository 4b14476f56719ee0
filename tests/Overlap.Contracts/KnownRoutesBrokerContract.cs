using Overlap.Distributed.Brokers;

namespace Overlap.Contracts;

/// <summary>What brokers promise beyond <see cref="BrokerContract"/> that know whether a queue is bound when they take a message.</summary>
public abstract class KnownRoutesBrokerContract : BrokerContract
{
    [Fact]
    public async Task PublishAsync_NoQueueBound_TakesNone()
    {
        await using IBroker broker = await CreateAsync();
        await broker.DeclareAsync(new QueueDefinition("images", "media", "image"));
        Publication[] publications = [new("media", "image", Message("a")), new("media", "video", Message("b"))];
        BrokerException refusal = await Assert.ThrowsAsync<BrokerException>(() => broker.PublishAsync(publications).AsTask());
        Assert.False(refusal.IsTransient);
        Assert.Contains("'video'", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(0, await broker.CountAsync("images"));
    }

    [Fact]
    public async Task SettleAsync_SuccessorWithoutAQueue_SettlesNothing()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker, "a");
        Delivery delivery = await ReceiveOneAsync(consumer);
        Settlement lost = new(delivery, SettlementKind.Acknowledge) { Successor = new Publication("nowhere", "x", Message("b")) };
        await Assert.ThrowsAsync<BrokerException>(() => SettleAsync(consumer, lost));
        Assert.Equal([true], await AcknowledgeAsync(consumer, delivery));
    }
}
