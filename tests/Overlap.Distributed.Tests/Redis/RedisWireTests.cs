using System.Text;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Redis.Resp;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Redis;

/// <summary>What is on the server, key for key: what Python workers find there, and what they leave.</summary>
public sealed class RedisWireTests(RedisServer server)
{
    private const string Sep = "\x06\x16";
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);
    private static readonly DateTimeOffset Start = new(2031, 2, 3, 4, 5, 6, TimeSpan.Zero);

    private readonly VirtualTimeProvider _clock = new(new VirtualTimeOptions { Start = Start });

    [Theory]
    [InlineData(0, "celery")]
    [InlineData(2, "celery")]
    [InlineData(3, "celery" + Sep + "3")]
    [InlineData(8, "celery" + Sep + "6")]
    [InlineData(9, "celery" + Sep + "9")]
    [InlineData(11, "celery" + Sep + "9")]
    public async Task PublishAsync_Priority_IsInItsBucket(int priority, string key)
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        await broker.PublishAsync(new[] { To("celery", priority) });
        Assert.Equal([key], await RedisServer.TextsAsync(url, "KEYS", "*"));
    }

    [Fact]
    public async Task PublishAsync_Envelope_HasWhatPythonWorkersCannotDoWithout()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        await broker.PublishAsync(new[] { To("celery", 0) });
        WireMap envelope = PythonJson.Read((await RedisServer.RunAsync(url, ["LINDEX", "celery", "0"]))[0].AsBytes(), ProtocolLimits.Default).AsMap();
        WireMap properties = envelope["properties"].AsMap();
        WireMap info = properties["delivery_info"].AsMap();
        Assert.Equal(("base64", "", "celery"), (properties["body_encoding"].AsText(), info["exchange"].AsText(), info["routing_key"].AsText()));
        Assert.True(Guid.TryParse(properties["delivery_tag"].AsText(), out _));
        Assert.Equal("application/json", envelope["content-type"].AsText());
    }

    [Fact]
    public async Task PublishAsync_SameMessageTwice_HasTwoTags()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        Publication publication = To("celery", 0);
        publication = publication with { Message = publication.Message with { Properties = publication.Message.Properties with { DeliveryTag = "mine" } } };
        await broker.PublishAsync(new[] { publication, publication });
        string[] raw = await RedisServer.TextsAsync(url, "LRANGE", "celery", "0", "-1");
        Assert.Equal(2, raw.Distinct().Count());
    }

    [Fact]
    public async Task DeclareAsync_Kinds_AreInTheRoutingTables()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        await broker.DeclareAsync(new QueueDefinition("celery"));
        await broker.DeclareAsync(new QueueDefinition("feeds", "news", "feed.#", ExchangeKind.Topic));
        await broker.DeclareAsync(new QueueDefinition("w1@lab.celery.pidbox", "celery.pidbox", null, ExchangeKind.Fanout));
        Assert.Equal(["celery" + Sep + Sep + "celery"], await RedisServer.TextsAsync(url, "SMEMBERS", "_kombu.binding.celery"));
        Assert.Equal(["feed.#" + Sep + @"^feed\..*?$" + Sep + "feeds"], await RedisServer.TextsAsync(url, "SMEMBERS", "_kombu.binding.news"));
        Assert.Equal([Sep + Sep + "w1@lab.celery.pidbox"], await RedisServer.TextsAsync(url, "SMEMBERS", "_kombu.binding.celery.pidbox"));
    }

    [Fact]
    public async Task ReceiveAsync_Held_IsWhereAPythonWorkerRestoresItFrom()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        await broker.PublishAsync(new[] { To("celery", 3) });
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        Delivery delivery = await ReceiveOneAsync(consumer);
        await ((RedisConsumer)consumer).RenewLeasesAsync();
        string[] index = await WrittenDownAsync(url);
        Assert.Equal(delivery.Tag, index[0]);
        WireValue held = PythonJson.Read((await RedisServer.RunAsync(url, ["HGET", "unacked", index[0]]))[0].AsBytes(), ProtocolLimits.Default);
        Assert.Equal(("", "celery"), (held.AsArray()[1].AsText(), held.AsArray()[2].AsText()));
        Assert.Equal(delivery.Message!.Properties.DeliveryTag, held.AsArray()[0].AsMap()["properties"].AsMap()["delivery_tag"].AsText());
        Assert.Equal(1, held.AsArray()[0].AsMap()["headers"].AsMap()["x-overlap-lost"].AsInteger());
        await consumer.SettleAsync(new[] { new Settlement(delivery, SettlementKind.Acknowledge) }, CancellationToken.None);

        // While it lives it names its claim list each time it goes to take more.
        await consumer.DisposeAsync();
        Assert.Empty(await RedisServer.TextsAsync(url, "KEYS", "*"));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public async Task BeginAsync_HeldAgain_WhatAPythonWorkerRestoresCountsOnlyIfBegun(bool isBegun, int lost)
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        Delivery delivery = await ReceiveAgainAsync(broker, consumer);
        if (isBegun)
        {
            Assert.Equal([true], await consumer.BeginAsync(new[] { delivery }, CancellationToken.None));
        }

        Assert.Equal([delivery.Tag], await WrittenDownAsync(url));
        WireValue held = PythonJson.Read((await RedisServer.RunAsync(url, ["HGET", "unacked", delivery.Tag]))[0].AsBytes(), ProtocolLimits.Default);
        Assert.Equal(("", "celery"), (held.AsArray()[1].AsText(), held.AsArray()[2].AsText()));
        Assert.Equal(lost, held.AsArray()[0].AsMap()["headers"].AsMap()["x-overlap-lost"].AsInteger());
    }

    [Fact]
    public async Task BeginAsync_TakenAwayWithinTheLease_LeavesNoCopyBehind()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        Delivery delivery = await ReceiveAgainAsync(broker, consumer);
        await WrittenDownAsync(url);
        await RedisServer.RunAsync(url, ["ZREM", "unacked_index", delivery.Tag], ["HDEL", "unacked", delivery.Tag]);

        Assert.Equal([false], await consumer.BeginAsync(new[] { delivery }, CancellationToken.None));

        Assert.True(delivery.LeaseLost.IsCancellationRequested);
        Assert.Empty(await RedisServer.TextsAsync(url, "HKEYS", "unacked"));
    }

    [Fact]
    public async Task Options_OtherNames_AreUsedThroughout()
    {
        string url = await server.NewDatabaseAsync();
        RedisBrokerOptions options = new()
        {
            KeyPrefix = "app1:",
            Separator = "|",
            PrioritySteps = [0, 5],
            UnackedKey = "held",
            UnackedIndexKey = "held_index",
            TimeProvider = _clock,
        };
        await using RedisBroker broker = new(url, options);
        await broker.DeclareAsync(new QueueDefinition("celery"));
        await broker.PublishAsync(new[] { To("celery", 5), To("celery", 5) });
        Assert.Equal(["app1:_kombu.binding.celery", "app1:celery|5"], (await RedisServer.TextsAsync(url, "KEYS", "*")).Order(StringComparer.Ordinal));
        Assert.Equal(["celery||celery"], await RedisServer.TextsAsync(url, "SMEMBERS", "app1:_kombu.binding.celery"));
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        Delivery delivery = await ReceiveOneAsync(consumer);
        await consumer.SettleAsync(new[] { new Settlement(delivery, SettlementKind.Acknowledge) }, CancellationToken.None);
        delivery = await ReceiveOneAsync(consumer);
        Assert.Equal(delivery.Tag, Assert.Single(await WrittenDownAsync(url, "app1:held_index")));
    }

    [Fact]
    public async Task SweepAsync_HeldByAPythonWorkerWithinItsTimeout_IsLeftAlone()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        await HoldAsPythonAsync(url, "[{\"body\": \"e30=\", \"headers\": {}, \"properties\": {}}, \"\", \"celery\"]");
        _clock.Advance(TimeSpan.FromMinutes(59));
        await broker.SweepAsync(CancellationToken.None);
        Assert.Equal(0, await broker.CountAsync("celery"));
    }

    [Theory]
    [InlineData("\"\", \"celery\"", "celery")]
    [InlineData("\"celery\", \"celery\"", "celery")]
    [InlineData("\"news\", \"feed.rss\"", "feeds")]
    public async Task SweepAsync_LeftBehindByAPythonWorker_GoesBackToItsQueue(string place, string queue)
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        await broker.DeclareAsync(new QueueDefinition("celery"));
        await broker.DeclareAsync(new QueueDefinition("feeds", "news", "feed.*", ExchangeKind.Topic));
        string envelope = "{\"body\": \"e30=\", \"headers\": {\"task\": \"t\", \"x\": NaN}, \"properties\": {\"delivery_tag\": \"tag-1\", \"body_encoding\": \"base64\", \"priority\": 3, \"delivery_info\": {\"exchange\": \"\", \"routing_key\": \"celery\"}}}";
        await HoldAsPythonAsync(url, $"[{envelope}, {place}]");
        _clock.Advance(TimeSpan.FromMinutes(61));
        await broker.SweepAsync(CancellationToken.None);
        Assert.Equal(1, await broker.CountAsync(queue));
        Assert.Empty(await RedisServer.TextsAsync(url, "ZRANGE", "unacked_index", "0", "-1"));
        string back = Assert.Single(await RedisServer.TextsAsync(url, "LRANGE", queue + Sep + "3", "0", "-1"));
        WireMap map = PythonJson.Read(Encoding.UTF8.GetBytes(back), ProtocolLimits.Default).AsMap();
        Assert.True(map["headers"].AsMap()["redelivered"].AsBoolean());
        Assert.True(map["properties"].AsMap()["delivery_info"].AsMap()["redelivered"].AsBoolean());
        Assert.Equal("tag-1", map["properties"].AsMap()["delivery_tag"].AsText());
    }

    [Theory]
    [InlineData("[{\"body\": 1}, \"gone\", \"key\"]", "No queue is bound")]
    [InlineData("not even JSON", "in a form that nobody knows")]
    public async Task SweepAsync_NobodyKnowsWhereItBelongs_IsADeadLetter(string held, string reason)
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        await HoldAsPythonAsync(url, held);
        _clock.Advance(TimeSpan.FromMinutes(61));
        await broker.SweepAsync(CancellationToken.None);
        DeadLetterRecord record = Assert.Single(await broker.DeadLetters.ListAsync(10));
        Assert.Contains(reason, record.Cause.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SweepAsync_TakenAwayByOneWhoDied_IsPutBackByTheNext()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        await RedisServer.RunAsync(
            url,
            ["ZADD", "_overlap.restoring", "1", "tag-1"],
            ["HSET", "_overlap.restoring.messages", "tag-1", "[{\"body\": \"e30=\"}, \"\", \"celery\"]", "settled-meanwhile", "[{}, \"\", \"celery\"]"]);
        await broker.SweepAsync(CancellationToken.None);
        Assert.Equal(1, await broker.CountAsync("celery"));
        Assert.Equal(["celery"], await RedisServer.TextsAsync(url, "KEYS", "*"));
    }

    [Fact]
    public async Task SweepAsync_ClaimedByOneWhoDied_GoesBackInOrder()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        await RedisServer.RunAsync(
            url,
            ["ZADD", "_overlap.claims", RespBatch.SecondsOf(Start), "dead.1.0 celery"],
            ["RPUSH", "_overlap.claim.dead.1.0", "second", "first"],
            ["RPUSH", "celery", "third"]);
        await broker.SweepAsync(CancellationToken.None);
        Assert.Equal(1, await broker.CountAsync("celery"));
        _clock.Advance(TimeSpan.FromSeconds(61));
        await broker.SweepAsync(CancellationToken.None);
        Assert.Equal(["third", "second", "first"], await RedisServer.TextsAsync(url, "LRANGE", "celery", "0", "-1"));
        Assert.Equal(["celery"], await RedisServer.TextsAsync(url, "KEYS", "*"));
    }

    [Fact]
    public async Task SweepAsync_AnotherRestores_LeavesItToIt()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        await HoldAsPythonAsync(url, "[{\"body\": \"e30=\"}, \"\", \"celery\"]");
        await RedisServer.RunAsync(url, ["SET", "unacked_mutex", "of-a-python-worker", "PX", "300000"]);
        _clock.Advance(TimeSpan.FromMinutes(61));
        await broker.SweepAsync(CancellationToken.None);
        Assert.Equal(0, await broker.CountAsync("celery"));
        await RedisServer.RunAsync(url, ["DEL", "unacked_mutex"]);
        await broker.SweepAsync(CancellationToken.None);
        Assert.Equal(1, await broker.CountAsync("celery"));
        Assert.Equal(0, (await RedisServer.RunAsync(url, ["EXISTS", "unacked_mutex"]))[0].AsInteger());
    }

    [Fact]
    public async Task SweepAsync_WhileItLasts_KeepsItsLockForSecondsOnly()
    {
        // One of 30 s kept everybody out for as long after its holder was killed.
        string url = await server.NewDatabaseAsync();
        await using FaultProxy proxy = new(RedisUrl.Parse(url).Hosts[0].Port) { CutName = "overlap-sweep", HoldAt = "ZINTERSTORE" };
        await using RedisBroker broker = Make(proxy.Url(url));
        await HoldAsPythonAsync(url, "[{\"body\": \"e30=\"}, \"\", \"celery\"]");
        _clock.Advance(TimeSpan.FromMinutes(61));
        Task sweep = broker.SweepAsync(CancellationToken.None);
        await proxy.Holds.WaitAsync(Guard);
        Assert.InRange((await RedisServer.RunAsync(url, ["PTTL", "unacked_mutex"]))[0].AsInteger(), 1, 5000);
        proxy.Release();
        await sweep.WaitAsync(Guard);
    }

    [Fact]
    public async Task BroadcastAsync_Channel_IsThatOfPython()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        string start = "/" + url[(url.LastIndexOf('/') + 1)..] + ".";
        await using RespSubscriber stranger = new(RedisUrl.Parse(url), new RedisLinkOptions(), "stranger");
        using RespSubscription pidbox = await stranger.SubscribeAsync(start + "celery.pidbox", isPattern: false, CancellationToken.None);
        using RespSubscription events = await stranger.SubscribeAsync(start + "celeryev/worker.*", isPattern: true, CancellationToken.None);
        await broker.BroadcastAsync("celery.pidbox", "", To("", 0).Message);
        await broker.BroadcastAsync("celeryev", "worker.heartbeat", To("", 0).Message);
        Assert.NotNull(await pidbox.TakeAsync(CancellationToken.None).AsTask().WaitAsync(Guard));
        Assert.NotNull(await events.TakeAsync(CancellationToken.None).AsTask().WaitAsync(Guard));
    }

    [Fact]
    public async Task ExamineAsync_ServerWithoutAppendOnlyFile_SaysWhatIsLost()
    {
        await using RedisBroker broker = Make(await server.NewDatabaseAsync());
        BrokerReport report = await broker.ExamineAsync();
        Assert.StartsWith("Redis ", report.Version, StringComparison.Ordinal);
        Assert.Contains("all since the last snapshot is lost", report.Promise, StringComparison.Ordinal);
        Assert.NotNull(report.Findings.Single(static finding => finding.Setting == "appendonly").Advice);
        Assert.Null(report.Findings.Single(static finding => finding.Setting == "maxmemory-policy").Advice);
    }

    private static Publication To(string queue, int priority) => new("", queue, new WireMessage
    {
        Headers = new WireMap([new("task", "tasks.add"), new("id", "id-1")]),
        ContentType = "application/json",
        ContentEncoding = "utf-8",
        Body = "[[], {}, {}]"u8.ToArray(),
        Properties = new MessageProperties { CorrelationId = "id-1", Priority = priority },
    });

    private static async Task<Delivery> ReceiveOneAsync(IBrokerConsumer consumer) =>
        Assert.Single(await consumer.ReceiveAsync(1, CancellationToken.None).AsTask().WaitAsync(Guard));

    /// <summary>Receives a message that its holder has lost once.</summary>
    private async Task<Delivery> ReceiveAgainAsync(RedisBroker broker, IBrokerConsumer consumer)
    {
        await broker.PublishAsync(new[] { To("celery", 0) });
        await ReceiveOneAsync(consumer);
        ((RedisConsumer)consumer).StandStill();
        _clock.Advance(TimeSpan.FromMinutes(2));
        await broker.SweepAsync(CancellationToken.None);
        ((RedisConsumer)consumer).GoOn();
        Delivery delivery = await ReceiveOneAsync(consumer);
        Assert.Equal(2, delivery.Attempt);
        return delivery;
    }

    // Deliveries are given out before they are written down; what comes behind that on the same link tells that it is done.
    private static async Task<string[]> WrittenDownAsync(string url, string index = "unacked_index")
    {
        string[] tags = [];
        for (int tries = 0; tags.Length == 0 && tries < 10_000; tries++)
        {
            tags = await RedisServer.TextsAsync(url, "ZRANGE", index, "0", "-1");
        }

        return tags;
    }

    private async Task HoldAsPythonAsync(string url, string held) => await RedisServer.RunAsync(
        url,
        ["ZADD", "unacked_index", RespBatch.SecondsOf(_clock.GetUtcNow()), "tag-1"],
        ["HSET", "unacked", "tag-1", held]);

    private RedisBroker Make(string url) => new(url, new RedisBrokerOptions { TimeProvider = _clock });
}
