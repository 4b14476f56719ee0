using Overlap.Distributed.Brokers;

namespace Overlap.Contracts;

// Who receives gets each message once, in the order of the queue, and loses none by giving up.
public abstract partial class BrokerContract
{
    [Fact]
    public async Task ReceiveAsync_Priorities_TheLowerNumberFirst()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        foreach ((string text, int priority) in ((string, int)[])[("9a", 9), ("3a", 3), ("0a", 0), ("6a", 6), ("3b", 3), ("0b", 0)])
        {
            await broker.PublishAsync(new[] { To(Queue, Message(text, priority)) });
        }

        Assert.Equal(["0a", "0b", "3a", "3b", "6a", "9a"], TextsOf(await ReceiveAsync(consumer, 6)));
    }

    [Fact]
    public async Task ReceiveAsync_PriorityOutOfRange_IsTheNearest()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await broker.PublishAsync(new[] { To(Queue, Message("high", 200)), To(Queue, Message("low", -5)), To(Queue, Message("middle", 5)) });
        Assert.Equal(["low", "middle", "high"], TextsOf(await ReceiveAsync(consumer, 3)));
    }

    [Fact]
    public async Task ReceiveAsync_TwoQueues_TakesFromBothInTurn()
    {
        await using IBroker broker = await CreateAsync();
        await PublishToAsync(broker, "a", "a1", "a2", "a3");
        await PublishToAsync(broker, "b", "b1", "b2", "b3");
        await using IBrokerConsumer consumer = await ConsumeAsync(broker, "a", "b");
        List<string> first = [];
        for (int count = 0; count < 4; count++)
        {
            first.Add(TextOf(await ReceiveOneAsync(consumer))[..1]);
        }

        Assert.Equal((2, 2), (first.Count(static queue => queue == "a"), first.Count(static queue => queue == "b")));
    }

    [Fact]
    public async Task ReceiveAsync_OtherQueue_IsLeftAlone()
    {
        await using IBroker broker = await CreateAsync();
        await PublishToAsync(broker, "other", "a");
        await PublishToAsync(broker, Queue, "b");
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        Assert.Equal("b", TextOf(await ReceiveOneAsync(consumer)));
        Assert.Equal(1, await broker.CountAsync("other"));
    }

    [Fact]
    public async Task ReceiveAsync_FewerAsked_LeavesTheRest()
    {
        await using IBroker broker = await CreateAsync();
        await PublishAsync(broker, "1", "2", "3", "4", "5");
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        IReadOnlyList<Delivery> deliveries = await consumer.ReceiveAsync(2, CancellationToken.None).AsTask().WaitAsync(Guard);
        Assert.InRange(deliveries.Count, 1, 2);
        Assert.Equal(5 - deliveries.Count, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task ReceiveAsync_NothingThere_WaitsForWhatComes()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        Task<IReadOnlyList<Delivery>> receiving = consumer.ReceiveAsync(1, CancellationToken.None).AsTask();
        await PublishAsync(broker, "a");
        Assert.Equal("a", TextOf(Assert.Single(await receiving.WaitAsync(Guard))));
    }

    [Fact]
    public async Task ReceiveAsync_TokenCanceledBefore_TakesNothing()
    {
        await using IBroker broker = await CreateAsync();
        await PublishAsync(broker, "a");
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => consumer.ReceiveAsync(1, new CancellationToken(canceled: true)).AsTask());
        Assert.Equal(1, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task ReceiveAsync_CanceledWhileWaiting_TakesNothing()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        using CancellationTokenSource cancel = new();
        Task<IReadOnlyList<Delivery>> receiving = consumer.ReceiveAsync(1, cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving.WaitAsync(Guard));
        await PublishAsync(broker, "a");
        Assert.Equal(1, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task ReceiveAsync_CanceledAgainAndAgainAsMessagesCome_LosesNone()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        const int Count = 60;
        List<string> came = [];
        for (int number = 0; number < Count; number++)
        {
            using CancellationTokenSource cancel = new();
            Task<IReadOnlyList<Delivery>> receiving = consumer.ReceiveAsync(10, cancel.Token).AsTask();
            await Task.WhenAll(PublishAsync(broker, $"{number}"), cancel.CancelAsync());
            try
            {
                IReadOnlyList<Delivery> deliveries = await receiving.WaitAsync(Guard);
                came.AddRange(TextsOf(deliveries));
                await AcknowledgeAsync(consumer, [.. deliveries]);
            }
            catch (OperationCanceledException)
            {
                // Then it is still in the queue, or comes back.
            }
        }

        while (came.Count < Count)
        {
            IReadOnlyList<Delivery> deliveries = await consumer.ReceiveAsync(10, CancellationToken.None).AsTask().WaitAsync(Guard);
            came.AddRange(TextsOf(deliveries));
            await AcknowledgeAsync(consumer, [.. deliveries]);
        }

        Assert.Equal(Enumerable.Range(0, Count).Select(static number => $"{number}").Order(), came.Order());
    }

    [Fact]
    public async Task ReceiveAsync_MostBelowOne_Throws()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => consumer.ReceiveAsync(0, CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task ReceiveAsync_ConsumerDisposedMeanwhile_Ends()
    {
        await using IBroker broker = await CreateAsync();
        IBrokerConsumer consumer = await ConsumeAsync(broker);
        Task<IReadOnlyList<Delivery>> receiving = consumer.ReceiveAsync(1, CancellationToken.None).AsTask();
        await consumer.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => receiving.WaitAsync(Guard));
    }

    [Fact]
    public async Task ReceiveAsync_TwoConsumers_EachMessageGoesToOne()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer one = await ConsumeAsync(broker);
        await using IBrokerConsumer other = await ConsumeAsync(broker);
        const int Count = 200;
        Task<List<string>> byOne = DrainAsync(one);
        Task<List<string>> byOther = DrainAsync(other);
        await PublishAsync(broker, [.. Enumerable.Range(0, Count).Select(static number => $"{number}")]);
        await PublishAsync(broker, "end");
        string[] came = [.. await byOne, .. await byOther];
        Assert.Equal(Enumerable.Range(0, Count).Select(static number => $"{number}").Order(), came.Order());

        // One 'end' for both: who reads it gives it to the other.
        async Task<List<string>> DrainAsync(IBrokerConsumer consumer)
        {
            List<string> texts = [];
            while (true)
            {
                Delivery delivery = await ReceiveOneAsync(consumer);
                string text = TextOf(delivery);
                if (text == "end")
                {
                    await SettleAsync(consumer, new Settlement(delivery, SettlementKind.Requeue));
                    return texts;
                }

                texts.Add(text);
                await AcknowledgeAsync(consumer, delivery);
            }
        }
    }
}
