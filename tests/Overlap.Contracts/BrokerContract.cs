using System.Text;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;

namespace Overlap.Contracts;

/// <summary>What every broker promises, wherever it keeps its messages. A new broker inherits this and must pass all of it.</summary>
/// <remarks>Each test has a broker of its own without messages. A message is known by its body here, which no broker looks into.</remarks>
public abstract partial class BrokerContract
{
    protected const string Queue = "celery";

    protected static readonly TimeSpan Guard = ContractStage.Guard;

    /// <summary>Makes the broker under test, without messages.</summary>
    protected abstract ValueTask<IBroker> CreateAsync();

    /// <summary>Tells the time of the broker.</summary>
    protected abstract DateTimeOffset Now { get; }

    /// <summary>Lets time pass for the broker.</summary>
    protected abstract ValueTask PassAsync(TimeSpan time);

    /// <summary>Makes a consumer lose the leases of all it holds, as if its process had stood still for too long and then gone on.</summary>
    protected abstract ValueTask LoseLeasesAsync(IBroker broker, IBrokerConsumer consumer);

    /// <summary>Puts bytes into a queue as a stranger's program might write them.</summary>
    protected abstract ValueTask PublishRawAsync(IBroker broker, string queue, byte[] raw);

    /// <summary>Waits until one who has begun to listen hears what is broadcast.</summary>
    protected virtual ValueTask WaitUntilListeningAsync(IBroker broker, string exchange) => default;

    [Fact]
    public async Task PublishAsync_Message_ArrivesAsItWas()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        WireMessage sent = Message("[[1], {}, {}]") with
        {
            Headers = new WireMap([new("task", "tasks.add"), new("id", "id-1"), new("eta", default), new("timelimit", WireValue.Null)]),
            ContentType = "application/json",
            ContentEncoding = "utf-8",
        };
        await broker.PublishAsync(new[] { To(Queue, sent with { Properties = new MessageProperties { CorrelationId = "id-1", ReplyTo = "me", Priority = 3 } }) });
        Delivery delivery = await ReceiveOneAsync(consumer);
        WireMessage came = Assert.IsType<WireMessage>(delivery.Message);
        Assert.Null(delivery.Defect);
        Assert.Equal(Queue, delivery.Queue);
        Assert.Equal(1, delivery.Attempt);
        Assert.Equal(sent.Headers, came.Headers);
        Assert.Equal(("application/json", "utf-8"), (came.ContentType, came.ContentEncoding));
        Assert.Equal("[[1], {}, {}]", TextOf(delivery));
        Assert.Equal(("id-1", "me", 3, false), (came.Properties.CorrelationId, came.Properties.ReplyTo, came.Properties.Priority, came.Properties.IsRedelivered));
    }

    [Fact]
    public async Task PublishAsync_Message_KnowsWhereItWasSent()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker, "a", "b");
        Delivery[] deliveries = await ReceiveAsync(consumer, 2);
        MessageProperties[] properties = [.. deliveries.Select(static delivery => delivery.Message!.Properties)];
        Assert.All(properties, static known => Assert.Equal(("", Queue), (known.Exchange, known.RoutingKey)));
        Assert.Equal(2, properties.Select(static known => known.DeliveryTag).OfType<string>().Distinct().Count());
    }

    [Theory]
    [InlineData("žluťoučký kůň 🐎 \u2028 end")]
    [InlineData("")]
    public async Task PublishAsync_Text_ArrivesWhole(string text)
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        WireMessage message = Message(text) with { Headers = new WireMap([new("id", text)]) };
        await broker.PublishAsync(new[] { To(Queue, message) });
        Delivery delivery = await ReceiveOneAsync(consumer);
        Assert.Equal(text, TextOf(delivery));
        Assert.Equal(text, delivery.Message!.Headers["id"].AsText());
    }

    [Fact]
    public async Task PublishAsync_BodyOfAMebibyte_ArrivesWhole()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        byte[] body = new byte[1024 * 1024];
        new Random(1).NextBytes(body);
        await broker.PublishAsync(new[] { To(Queue, Message("") with { Body = body, ContentEncoding = "binary" }) });
        Assert.Equal(body, (await ReceiveOneAsync(consumer)).Message!.Body.ToArray());
    }

    [Fact]
    public async Task PublishAsync_BodyChangedAfterwards_ArrivesAsItWas()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        byte[] body = [1, 2, 3];
        await broker.PublishAsync(new[] { To(Queue, Message("") with { Body = body }) });
        body[0] = 9;
        Assert.Equal([1, 2, 3], (await ReceiveOneAsync(consumer)).Message!.Body.ToArray());
    }

    [Fact]
    public async Task PublishAsync_ManyAtOnce_ArriveInTheirOrder()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        string[] texts = [.. Enumerable.Range(0, 250).Select(static number => $"{number}")];
        await PublishAsync(broker, texts);
        Assert.Equal(texts, TextsOf(await ReceiveAsync(consumer, 250)));
    }

    [Fact]
    public async Task PublishAsync_OneAfterTheOther_ArriveInTheirOrder()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        foreach (string text in (string[])["1", "2", "3"])
        {
            await PublishAsync(broker, text);
        }

        Assert.Equal(["1", "2", "3"], TextsOf(await ReceiveAsync(consumer, 3)));
    }

    [Fact]
    public async Task PublishAsync_CallsOverlap_AllArriveOnce()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await Task.WhenAll(Enumerable.Range(0, 50).Select(number => Task.Run(() => PublishAsync(broker, $"{number}"))));
        string[] came = TextsOf(await ReceiveAsync(consumer, 50));
        Assert.Equal(Enumerable.Range(0, 50).Select(static number => $"{number}").Order(), came.Order());
    }

    [Fact]
    public async Task PublishAsync_Nothing_IsLegal()
    {
        await using IBroker broker = await CreateAsync();
        await broker.PublishAsync(ReadOnlyMemory<Publication>.Empty);
        Assert.Equal(0, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task PublishAsync_TokenCanceledBefore_PublishesNothing()
    {
        await using IBroker broker = await CreateAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => broker.PublishAsync(new[] { To(Queue, Message("a")) }, new CancellationToken(canceled: true)).AsTask());
        Assert.Equal(0, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task PublishAsync_DirectExchange_GoesToTheQueuesOfItsKey()
    {
        await using IBroker broker = await CreateAsync();
        await broker.DeclareAsync(new QueueDefinition("images", "media", "image"));
        await broker.DeclareAsync(new QueueDefinition("thumbnails", "media", "image"));
        await broker.DeclareAsync(new QueueDefinition("videos", "media", "video"));
        await broker.PublishAsync(new[] { new Publication("media", "image", Message("a")) });
        Assert.Equal((1, 1, 0), (await broker.CountAsync("images"), await broker.CountAsync("thumbnails"), await broker.CountAsync("videos")));
    }

    [Theory]
    [InlineData("feed.#", "feed.rss.new", true)]
    [InlineData("feed.*", "feed.rss", true)]
    [InlineData("feed.#", "food.rss", false)]
    [InlineData("feed.rss", "feed.rss", true)]
    [InlineData("feed.rss", "feedxrss", false)]
    public async Task PublishAsync_TopicExchange_GoesToTheQueuesWhosePatternFits(string pattern, string routingKey, bool fits)
    {
        await using IBroker broker = await CreateAsync();
        await broker.DeclareAsync(new QueueDefinition("all", "news", "#", ExchangeKind.Topic));
        await broker.DeclareAsync(new QueueDefinition("some", "news", pattern, ExchangeKind.Topic));
        await broker.PublishAsync(new[] { new Publication("news", routingKey, Message("a")) });
        Assert.Equal((1, fits ? 1 : 0), (await broker.CountAsync("all"), await broker.CountAsync("some")));
    }

    [Fact]
    public async Task DeclareAsync_Twice_DeliversOnce()
    {
        await using IBroker broker = await CreateAsync();
        await broker.DeclareAsync(new QueueDefinition("images"));
        await broker.DeclareAsync(new QueueDefinition("images"));
        await broker.PublishAsync(new[] { new Publication("images", "images", Message("a")) });
        Assert.Equal(1, await broker.CountAsync("images"));
    }

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

    [Fact]
    public async Task CountAsync_HeldAndPutAside_DoNotCount()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker, "held", "aside", "waits");
        Delivery[] deliveries = [await ReceiveOneAsync(consumer), await ReceiveOneAsync(consumer)];
        await SettleAsync(consumer, new Settlement(deliveries[1], SettlementKind.Defer) { Due = Now.AddHours(1) });
        Assert.Equal(1, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task CountAsync_UnknownQueue_IsZero()
    {
        await using IBroker broker = await CreateAsync();
        Assert.Equal(0, await broker.CountAsync("never-heard-of"));
    }

    [Fact]
    public async Task PurgeAsync_QueueWithMessages_DeletesThemAll()
    {
        await using IBroker broker = await CreateAsync();
        await broker.PublishAsync(new[] { To(Queue, Message("a")), To(Queue, Message("b", 9)), To("other", Message("c")) });
        Assert.Equal(2, await broker.PurgeAsync(Queue));
        Assert.Equal((0, 1), (await broker.CountAsync(Queue), await broker.CountAsync("other")));
    }

    [Fact]
    public async Task PurgeAsync_HeldMessage_Stays()
    {
        await using IBroker broker = await CreateAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker, "held");
        Delivery delivery = await ReceiveOneAsync(consumer);
        Assert.Equal(0, await broker.PurgeAsync(Queue));
        Assert.Equal([true], await SettleAsync(consumer, new Settlement(delivery, SettlementKind.Return)));
        Assert.Equal(1, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task ExamineAsync_Any_TellsItsPromise()
    {
        await using IBroker broker = await CreateAsync();
        BrokerReport report = await broker.ExamineAsync();
        Assert.NotEqual(("", ""), (report.Version, report.Promise));
    }

    [Fact]
    public async Task DisposeAsync_Twice_IsLegal()
    {
        IBroker broker = await CreateAsync();
        await broker.DisposeAsync();
        await broker.DisposeAsync();
    }

    [Fact]
    public async Task PublishAsync_Disposed_Throws()
    {
        IBroker broker = await CreateAsync();
        await broker.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => PublishAsync(broker, "a"));
    }

    protected static WireMessage Message(string text, int priority = 0) => new()
    {
        Headers = new WireMap([new("task", "tasks.echo"), new("id", Guid.NewGuid().ToString())]),
        Properties = new MessageProperties { Priority = priority },
        ContentType = "application/json",
        ContentEncoding = "utf-8",
        Body = Encoding.UTF8.GetBytes(text),
    };

    protected static Publication To(string queue, WireMessage message) => new("", queue, message);

    protected static Task PublishAsync(IBroker broker, params string[] texts) => PublishToAsync(broker, Queue, texts);

    protected static Task PublishToAsync(IBroker broker, string queue, params string[] texts) =>
        broker.PublishAsync(texts.Select(text => To(queue, Message(text))).ToArray()).AsTask().WaitAsync(Guard);

    protected static string TextOf(Delivery delivery) => Encoding.UTF8.GetString(delivery.Message!.Body.Span);

    protected static string[] TextsOf(IEnumerable<Delivery> deliveries) => [.. deliveries.Select(TextOf)];

    protected static async Task<IBrokerConsumer> ConsumeAsync(IBroker broker, params string[] queues) => await broker.ConsumeAsync(
        new ConsumerOptions { Queues = queues.Length == 0 ? [Queue] : [.. queues], Name = "contract" });

    protected static async Task<Delivery> ReceiveOneAsync(IBrokerConsumer consumer) =>
        Assert.Single(await consumer.ReceiveAsync(1, CancellationToken.None).AsTask().WaitAsync(Guard));

    /// <summary>Receives until there are so many.</summary>
    protected static async Task<Delivery[]> ReceiveAsync(IBrokerConsumer consumer, int count)
    {
        List<Delivery> deliveries = [];
        while (deliveries.Count < count)
        {
            deliveries.AddRange(await consumer.ReceiveAsync(count - deliveries.Count, CancellationToken.None).AsTask().WaitAsync(Guard));
        }

        return [.. deliveries];
    }

    protected static Task<IReadOnlyList<bool>> SettleAsync(IBrokerConsumer consumer, params Settlement[] settlements) =>
        consumer.SettleAsync(settlements, CancellationToken.None).AsTask().WaitAsync(Guard);

    protected static Task<IReadOnlyList<bool>> AcknowledgeAsync(IBrokerConsumer consumer, params Delivery[] deliveries) =>
        SettleAsync(consumer, [.. deliveries.Select(static delivery => new Settlement(delivery, SettlementKind.Acknowledge))]);
}
