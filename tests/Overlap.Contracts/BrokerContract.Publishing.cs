using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;

namespace Overlap.Contracts;

// What is published arrives whole, in its order, and where it was sent.
public abstract partial class BrokerContract
{
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
        await using Supply supply = await SupplyAsync("a", "b");
        IBrokerConsumer consumer = supply.Consumer;
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
    public async Task PublishAsync_Disposed_Throws()
    {
        IBroker broker = await CreateAsync();
        await broker.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => PublishAsync(broker, "a"));
    }
}
