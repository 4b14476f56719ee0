using Overlap.Distributed.Brokers;

namespace Overlap.Contracts;

// Who pays when a holder dies: a first delivery by being held, a later one only if it had begun.
public abstract partial class BrokerContract
{
    [Fact]
    public async Task BeginAsync_HeldAgainButNotBegun_IsNotCounted()
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        await ReceiveOneAsync(consumer);
        for (int loss = 0; loss < 3; loss++)
        {
            await LoseLeasesAsync(broker, consumer);
            Delivery again = await ReceiveOneAsync(consumer);
            Assert.Equal(("a", 2, true), (TextOf(again), again.Attempt, again.Message!.Properties.IsRedelivered));
        }
    }

    [Fact]
    public async Task BeginAsync_Begun_LossIsCounted()
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        await ReceiveOneAsync(consumer);
        for (int attempt = 2; attempt < 5; attempt++)
        {
            await LoseLeasesAsync(broker, consumer);
            Delivery again = await ReceiveOneAsync(consumer);
            Assert.Equal(attempt, again.Attempt);
            Assert.Equal([true], await BeginAsync(consumer, again));
        }
    }

    [Fact]
    public async Task BeginAsync_Twice_CountsOnce()
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery again = await LoseAndReceiveAsync(broker, consumer);
        Assert.Equal([true], await BeginAsync(consumer, again));
        Assert.Equal([true], await BeginAsync(consumer, again));
        Assert.Equal(3, (await LoseAndReceiveAsync(broker, consumer, isHeld: true)).Attempt);
    }

    [Fact]
    public async Task BeginAsync_FirstDelivery_CountsOnce()
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Assert.Equal([true], await BeginAsync(consumer, await ReceiveOneAsync(consumer)));
        await LoseLeasesAsync(broker, consumer);
        Assert.Equal(2, (await ReceiveOneAsync(consumer)).Attempt);
    }

    [Fact]
    public async Task BeginAsync_OneOfTwo_TheOtherIsNotCounted()
    {
        await using Supply supply = await SupplyAsync("poison", "neighbour");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        await ReceiveAsync(consumer, 2);
        await LoseLeasesAsync(broker, consumer);
        Delivery[] again = await ReceiveAsync(consumer, 2);
        Assert.Equal([true], await BeginAsync(consumer, Assert.Single(again, static delivery => TextOf(delivery) == "poison")));
        await LoseLeasesAsync(broker, consumer);
        Delivery[] last = await ReceiveAsync(consumer, 2);
        Assert.Equal([("neighbour", 2), ("poison", 3)], last.Select(static delivery => (TextOf(delivery), delivery.Attempt)).Order());
    }

    [Fact]
    public async Task BeginAsync_LeaseLost_IsNotHeldAndCountsForNobody()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer slow = await ConsumeAsync(broker);
        await PublishAsync(broker, "a");
        Delivery lost = await LoseAndReceiveAsync(broker, slow);
        await LoseLeasesAsync(broker, slow);
        await using IBrokerConsumer other = await ConsumeAsync(broker);
        Delivery again = await ReceiveOneAsync(other);
        Assert.Equal([false], await BeginAsync(slow, lost));
        Assert.True(lost.LeaseLost.IsCancellationRequested);
        Assert.Equal([true], await SettleAsync(other, new Settlement(again, SettlementKind.Return)));
        Assert.Equal(2, (await ReceiveOneAsync(other)).Attempt);
    }

    [Fact]
    public async Task BeginAsync_OneSettledAndOneHeld_TellsEach()
    {
        await using Supply supply = await SupplyAsync("a", "b");
        IBrokerConsumer consumer = supply.Consumer;
        Delivery[] deliveries = await ReceiveAsync(consumer, 2);
        await AcknowledgeAsync(consumer, deliveries[0]);
        Assert.Equal([false, true], await BeginAsync(consumer, deliveries));
        Assert.Equal([true], await AcknowledgeAsync(consumer, deliveries[1]));
    }

    [Theory]
    [InlineData(SettlementKind.Return)]
    [InlineData(SettlementKind.Requeue)]
    [InlineData(SettlementKind.Defer)]
    public async Task BeginAsync_GivenBackAfterwards_IsNotCounted(SettlementKind kind)
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery begun = await LoseAndReceiveAsync(broker, consumer);
        await BeginAsync(consumer, begun);
        Assert.Equal([true], await SettleAsync(consumer, new Settlement(begun, kind) { Due = Now.AddDays(-1) }));
        Assert.Equal(2, (await ReceiveOneAsync(consumer)).Attempt);
    }

    [Fact]
    public async Task BeginAsync_ConsumerDisposedAfterwards_IsNotCounted()
    {
        await using IBroker broker = await CreateAsync();
        IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker, "a");
        await BeginAsync(consumer, await LoseAndReceiveAsync(broker, consumer));
        await consumer.DisposeAsync();
        await using IBrokerConsumer next = await ConsumeAsync(broker);
        Assert.Equal(2, (await ReceiveOneAsync(next)).Attempt);
    }

    [Fact]
    public async Task BeginAsync_TokenCanceledBefore_CountsNothing()
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery delivery = await LoseAndReceiveAsync(broker, consumer);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => consumer.BeginAsync(new[] { delivery }, new CancellationToken(canceled: true)).AsTask());
        Assert.Equal(2, (await LoseAndReceiveAsync(broker, consumer, isHeld: true)).Attempt);
    }

    [Fact]
    public async Task RequeueAsync_BegunAndMadeADeadLetter_CountsFromTheStart()
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery begun = await LoseAndReceiveAsync(broker, consumer);
        await BeginAsync(consumer, begun);
        await DeadLetterAsync(consumer, begun, "enough");
        await broker.DeadLetters.RequeueAsync(Assert.Single(await broker.DeadLetters.ListAsync(10)).Id);
        Assert.Equal(1, (await ReceiveOneAsync(consumer)).Attempt);
    }

    private static Task<IReadOnlyList<bool>> BeginAsync(IBrokerConsumer consumer, params Delivery[] deliveries) =>
        consumer.BeginAsync(deliveries, CancellationToken.None).AsTask().WaitAsync(Guard);

    /// <summary>Lets the one message be lost by the consumer, and receives it again.</summary>
    private async Task<Delivery> LoseAndReceiveAsync(IBroker broker, IBrokerConsumer consumer, bool isHeld = false)
    {
        if (!isHeld)
        {
            await ReceiveOneAsync(consumer);
        }

        await LoseLeasesAsync(broker, consumer);
        return await ReceiveOneAsync(consumer);
    }
}
