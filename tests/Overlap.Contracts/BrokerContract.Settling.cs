using System.Text;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;

namespace Overlap.Contracts;

// What becomes of a delivery: settled once, whole, or lost.
public abstract partial class BrokerContract
{
    [Fact]
    public async Task SettleAsync_Acknowledge_ItNeverComesBack()
    {
        await using IBroker broker = await CreateAsync();
        IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker, "a", "b");
        Assert.Equal([true], await AcknowledgeAsync(consumer, await ReceiveOneAsync(consumer)));
        await consumer.DisposeAsync();
        await using IBrokerConsumer next = await ConsumeAsync(broker);
        Assert.Equal("b", TextOf(await ReceiveOneAsync(next)));
        Assert.Equal(0, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task SettleAsync_Twice_TheSecondIsRefused()
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery delivery = await ReceiveOneAsync(consumer);
        await AcknowledgeAsync(consumer, delivery);
        Assert.Equal([false], await SettleAsync(consumer, new Settlement(delivery, SettlementKind.Requeue)));
        Assert.Equal(0, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task SettleAsync_TwiceInOneCall_TheSecondIsRefused()
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery delivery = await ReceiveOneAsync(consumer);
        Assert.Equal([true, false], await SettleAsync(consumer, new(delivery, SettlementKind.Return), new(delivery, SettlementKind.Acknowledge)));
        Assert.Equal(1, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task SettleAsync_SeveralAtATime_EachIsSettledOnce()
    {
        await using Supply supply = await SupplyAsync("a");
        IBrokerConsumer consumer = supply.Consumer;
        Delivery delivery = await ReceiveOneAsync(consumer);
        IReadOnlyList<bool>[] settled = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => AcknowledgeAsync(consumer, delivery))));
        Assert.Single(settled, static held => held[0]);
    }

    [Fact]
    public async Task SettleAsync_WhileAReceiveWaits_Settles()
    {
        await using Supply supply = await SupplyAsync("a");
        IBrokerConsumer consumer = supply.Consumer;
        Delivery delivery = await ReceiveOneAsync(consumer);
        Task<Delivery> receiving = ReceiveOneAsync(consumer);
        Assert.Equal([true], await SettleAsync(consumer, new Settlement(delivery, SettlementKind.Requeue)));
        Assert.Equal("a", TextOf(await receiving));
    }

    [Fact]
    public async Task SettleAsync_Return_ItComesFirst()
    {
        await using Supply supply = await SupplyAsync("1", "2", "3");
        IBrokerConsumer consumer = supply.Consumer;
        Assert.Equal([true], await SettleAsync(consumer, new Settlement(await ReceiveOneAsync(consumer), SettlementKind.Return)));
        Assert.Equal(["1", "2", "3"], TextsOf(await ReceiveAsync(consumer, 3)));
    }

    [Fact]
    public async Task SettleAsync_Requeue_ItComesLast()
    {
        await using Supply supply = await SupplyAsync("1", "2", "3");
        IBrokerConsumer consumer = supply.Consumer;
        Assert.Equal([true], await SettleAsync(consumer, new Settlement(await ReceiveOneAsync(consumer), SettlementKind.Requeue)));
        Assert.Equal(["2", "3", "1"], TextsOf(await ReceiveAsync(consumer, 3)));
    }

    [Theory]
    [InlineData(SettlementKind.Return)]
    [InlineData(SettlementKind.Requeue)]
    public async Task SettleAsync_GivenBack_IsRedeliveredAndNoAttemptMore(SettlementKind kind)
    {
        await using Supply supply = await SupplyAsync("a");
        IBrokerConsumer consumer = supply.Consumer;
        await SettleAsync(consumer, new Settlement(await ReceiveOneAsync(consumer), kind));
        Delivery again = await ReceiveOneAsync(consumer);
        Assert.True(again.Message!.Properties.IsRedelivered);
        Assert.Equal(1, again.Attempt);
    }

    [Theory]
    [InlineData(SettlementKind.Return)]
    [InlineData(SettlementKind.Requeue)]
    public async Task SettleAsync_GivenBack_KeepsItsPriority(SettlementKind kind)
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await broker.PublishAsync(new[] { To(Queue, Message("9", 9)) });
        await SettleAsync(consumer, new Settlement(await ReceiveOneAsync(consumer), kind));
        await PublishAsync(broker, "0");

        // One who comes now looks at all there is; who is there already may have been told of the one and not yet of the other.
        await using IBrokerConsumer next = await ConsumeAsync(broker);
        Assert.Equal(["0", "9"], TextsOf(await ReceiveAsync(next, 2)));
    }

    [Fact]
    public async Task SettleAsync_Defer_ComesWhenItIsDueAndNotBefore()
    {
        await using Supply supply = await SupplyAsync("later");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery delivery = await ReceiveOneAsync(consumer);
        Assert.Equal([true], await SettleAsync(consumer, new Settlement(delivery, SettlementKind.Defer) { Due = Now.AddSeconds(2) }));
        await PublishAsync(broker, "now");
        Delivery next = Assert.Single(await consumer.ReceiveAsync(10, CancellationToken.None).AsTask().WaitAsync(Guard));
        Assert.Equal("now", TextOf(next));
        Task<Delivery> receiving = ReceiveOneAsync(consumer);
        await PassAsync(TimeSpan.FromSeconds(2));
        Delivery due = await receiving;
        Assert.Equal(("later", 1), (TextOf(due), due.Attempt));
    }

    [Fact]
    public async Task SettleAsync_DeferToThePast_ComesAtOnce()
    {
        await using Supply supply = await SupplyAsync("a");
        IBrokerConsumer consumer = supply.Consumer;
        await SettleAsync(consumer, new Settlement(await ReceiveOneAsync(consumer), SettlementKind.Defer) { Due = Now.AddDays(-1) });
        Assert.Equal("a", TextOf(await ReceiveOneAsync(consumer)));
    }

    [Fact]
    public async Task SettleAsync_DeferFarAhead_IsLegal()
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery delivery = await ReceiveOneAsync(consumer);
        Assert.Equal([true], await SettleAsync(consumer, new Settlement(delivery, SettlementKind.Defer) { Due = Now.AddDays(366) }));
        Assert.Equal(0, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task SettleAsync_DeferWithoutADate_SettlesNothing()
    {
        await using Supply supply = await SupplyAsync("a", "b");
        IBrokerConsumer consumer = supply.Consumer;
        Delivery[] deliveries = await ReceiveAsync(consumer, 2);
        await Assert.ThrowsAsync<ArgumentException>(
            () => SettleAsync(consumer, new(deliveries[0], SettlementKind.Acknowledge), new(deliveries[1], SettlementKind.Defer)));
        Assert.Equal([true, true], await AcknowledgeAsync(consumer, deliveries));
    }

    [Theory]
    [InlineData(SettlementKind.Acknowledge)]
    [InlineData(SettlementKind.DeadLetter)]
    public async Task SettleAsync_Successor_IsPublishedWithIt(SettlementKind kind)
    {
        await using Supply supply = await SupplyAsync("first try");
        IBrokerConsumer consumer = supply.Consumer;
        Settlement settlement = new(await ReceiveOneAsync(consumer), kind)
        {
            Successor = To(Queue, Message("second try")),
            Cause = new DeadLetterCause(MessageDefect.UnknownTask, "why"),
        };
        Assert.Equal([true], await SettleAsync(consumer, settlement));
        Assert.Equal("second try", TextOf(await ReceiveOneAsync(consumer)));
    }

    [Fact]
    public async Task SettleAsync_SuccessorOfALostLease_IsNotPublished()
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery lost = await ReceiveOneAsync(consumer);
        await LoseLeasesAsync(broker, consumer);
        await using IBrokerConsumer other = await ConsumeAsync(broker);
        Delivery again = await ReceiveOneAsync(other);
        Settlement late = new(lost, SettlementKind.Acknowledge) { Successor = To("next", Message("b")) };
        Assert.Equal([false], await SettleAsync(consumer, late));
        Assert.Equal(0, await broker.CountAsync("next"));
        Assert.Equal([true], await AcknowledgeAsync(other, again));
    }

    [Fact]
    public async Task SettleAsync_LeaseLost_IsRefusedAndTold()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer slow = await ConsumeAsync(broker);
        await PublishAsync(broker, "a");
        Delivery lost = await ReceiveOneAsync(slow);
        Assert.False(lost.LeaseLost.IsCancellationRequested);
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration = lost.LeaseLost.Register(told.SetResult);
        await LoseLeasesAsync(broker, slow);
        await using IBrokerConsumer other = await ConsumeAsync(broker);
        Delivery again = await ReceiveOneAsync(other);
        Assert.Equal(("a", 2, true), (TextOf(again), again.Attempt, again.Message!.Properties.IsRedelivered));
        Assert.Equal([false], await AcknowledgeAsync(slow, lost));
        await told.Task.WaitAsync(Guard);
        Assert.False(again.LeaseLost.IsCancellationRequested);
        Assert.Equal([true], await AcknowledgeAsync(other, again));
    }

    [Fact]
    public async Task SettleAsync_LeaseLostAndTakenAgainByTheSame_TheOldDeliveryStaysLost()
    {
        await using Supply supply = await SupplyAsync("a");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery lost = await ReceiveOneAsync(consumer);
        await LoseLeasesAsync(broker, consumer);
        Delivery again = await ReceiveOneAsync(consumer);
        Assert.Equal([false], await AcknowledgeAsync(consumer, lost));
        Assert.Equal([true], await AcknowledgeAsync(consumer, again));
    }

    [Fact]
    public async Task ReceiveAsync_HeldForLongerThanALease_StaysWithItsHolder()
    {
        await using Supply supply = await SupplyAsync("a");
        IBrokerConsumer consumer = supply.Consumer;
        Delivery delivery = await ReceiveOneAsync(consumer);
        for (int count = 0; count < 5; count++)
        {
            await PassAsync(Lease / 2);
        }

        Assert.False(delivery.LeaseLost.IsCancellationRequested);
        Assert.Equal([true], await AcknowledgeAsync(consumer, delivery));
    }

    [Fact]
    public async Task DisposeAsync_ConsumerThatHolds_GivesBackInOrder()
    {
        await using IBroker broker = await CreateAsync();
        IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker, "1", "2", "3", "4");
        Delivery[] held = await ReceiveAsync(consumer, 3);
        await AcknowledgeAsync(consumer, held[1]);
        await consumer.DisposeAsync();
        await using IBrokerConsumer next = await ConsumeAsync(broker);
        Delivery[] again = await ReceiveAsync(next, 3);
        Assert.Equal(["1", "3", "4"], TextsOf(again));
        Assert.Equal([1, 1, 1], again.Select(static delivery => delivery.Attempt));
    }

    [Fact]
    public async Task SettleAsync_ConsumerDisposed_IsRefused()
    {
        await using IBroker broker = await CreateAsync();
        IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker, "a");
        Delivery delivery = await ReceiveOneAsync(consumer);
        await consumer.DisposeAsync();
        Assert.True(delivery.LeaseLost.IsCancellationRequested);
        Assert.Equal([false], await AcknowledgeAsync(consumer, delivery));
        Assert.Equal(1, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task DisposeAsync_BrokerBeforeItsConsumer_IsLegal()
    {
        IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker, "a");
        Delivery delivery = await ReceiveOneAsync(consumer);
        await broker.DisposeAsync();
        Assert.True(delivery.LeaseLost.IsCancellationRequested);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => consumer.ReceiveAsync(1, CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task DisposeAsync_ConsumerTwice_IsLegal()
    {
        await using IBroker broker = await CreateAsync();
        IBrokerConsumer consumer = await ConsumeAsync(broker);
        await consumer.DisposeAsync();
        await consumer.DisposeAsync();
    }

    [Fact]
    public async Task ReceiveAsync_Undecodable_IsDeliveredWithItsDefect()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        byte[] raw = Encoding.UTF8.GetBytes("{\"body\": not json");
        await PublishRawAsync(broker, Queue, raw);
        Delivery delivery = await ReceiveOneAsync(consumer);
        Assert.Null(delivery.Message);
        Assert.Equal(MessageDefect.Malformed, delivery.Defect?.Defect);
        Assert.Equal(raw, delivery.Raw.ToArray());
    }

    [Fact]
    public async Task ReceiveAsync_BeyondTheLimit_IsDeliveredWithItsDefect()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(
            new ConsumerOptions { Queues = [Queue], Limits = new ProtocolLimits { MessageBytes = 1000 } });
        await PublishAsync(broker, new string('x', 2000));
        Assert.Equal(MessageDefect.TooLarge, (await ReceiveOneAsync(consumer)).Defect?.Defect);
    }

    [Fact]
    public async Task ReceiveAsync_UndecodableAmongOthers_HoldsUpNone()
    {
        await using Supply supply = await SupplyAsync("1");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        await PublishRawAsync(broker, Queue, [0xff, 0xfe, 0]);
        await PublishAsync(broker, "2");
        Delivery[] deliveries = await ReceiveAsync(consumer, 3);
        Assert.Equal(["1", "-", "2"], deliveries.Select(static delivery => delivery.Message is null ? "-" : TextOf(delivery)));
    }
}
