using System.Text;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Redis.Resp;

namespace Overlap.Distributed.Tests.Redis;

/// <summary>Servers that die, come back, and stand still.</summary>
public sealed class RedisFaultTests
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    private static readonly RedisLinkOptions Brisk = new() { LongestPause = TimeSpan.FromMilliseconds(100) };

    // For a server that stands still: longer than a busy machine or its disk keeps one that works from answering.
    private static readonly RedisLinkOptions Watchful = Brisk with { IdlePing = TimeSpan.FromMilliseconds(500), ReplyTimeout = TimeSpan.FromSeconds(3) };

    [Fact]
    public async Task Restarted_WhileMessagesAreHeldAndWait_LosesNone()
    {
        await using RedisProcess server = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using RedisBroker broker = new(server.Url(), new RedisBrokerOptions { Link = Brisk });
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        List<string> came = [];
        int published = 0;
        for (int restart = 0; restart < 3; restart++)
        {
            for (int count = 0; count < 4; count++)
            {
                await broker.PublishAsync(new[] { To($"{published++}") });
            }

            Delivery[] held = [(await ReceiveAsync(consumer, 1))[0], (await ReceiveAsync(consumer, 1))[0]];
            await server.KillAsync();
            Task<IReadOnlyList<bool>> settling = consumer.SettleAsync(Acknowledged(held), CancellationToken.None).AsTask();
            await server.StartAgainAsync();
            Assert.Equal([true, true], await settling.WaitAsync(Guard));
            came.AddRange(held.Select(TextOf));
        }

        while (came.Count < published)
        {
            Delivery[] rest = await ReceiveAsync(consumer, 10);
            came.AddRange(rest.Select(TextOf));
            await consumer.SettleAsync(Acknowledged(rest), CancellationToken.None).AsTask().WaitAsync(Guard);
        }

        Assert.Equal(Enumerable.Range(0, published).Select(static number => $"{number}").Order(), came.Order());
    }

    [Fact]
    public async Task Restarted_TwentyTimesWhileAReceiveWaits_WakesEachTime()
    {
        await using RedisProcess server = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using RedisBroker broker = new(server.Url(), new RedisBrokerOptions { Link = Brisk });
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        for (int restart = 0; restart < 20; restart++)
        {
            Task<Delivery[]> receiving = ReceiveAsync(consumer, 1);
            await server.KillAsync();
            await server.StartAgainAsync();
            await RedisServer.RunAsync(server.Url(), ["LPUSH", "celery", Encoding.UTF8.GetString(EnvelopeCodec.Write(To($"{restart}").Message))]);
            Delivery delivery = Assert.Single(await receiving);
            Assert.Equal($"{restart}", TextOf(delivery));
            Assert.Equal([true], await consumer.SettleAsync(Acknowledged([delivery]), CancellationToken.None).AsTask().WaitAsync(Guard));
        }
    }

    [Fact]
    public async Task Restarted_LinkMadeAgain_EndsNoLinkOfAStrangerWithItsOldId()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using RespClient client = new(RedisUrl.Parse(server.Url()), Brisk, "client");
        long id = (await client.GetConnectionAsync(CancellationToken.None)).Id;
        await server.KillAsync();
        await server.StartAgainAsync();
        List<RespClient> strangers = [];
        long newest = 0;
        while (newest < id)
        {
            strangers.Add(new RespClient(RedisUrl.Parse(server.Url()), Brisk, "stranger"));
            newest = (await strangers[^1].GetConnectionAsync(CancellationToken.None)).Id;
        }

        await client.ExecuteAsync(Ping(), CancellationToken.None);
        RespConnection last = await strangers[^1].GetConnectionAsync(CancellationToken.None);
        Assert.Equal(id, last.Id);
        await last.ExecuteAsync(Ping()).WaitAsync(Guard);
        foreach (RespClient stranger in strangers)
        {
            await stranger.DisposeAsync();
        }
    }

    [Fact]
    public async Task Frozen_WhilePublishing_NobodyKnowsAndIsTold()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using RedisBroker broker = new(server.Url(), new RedisBrokerOptions { Link = Watchful });
        await broker.PublishAsync(new[] { To("before") });
        server.Freeze();
        try
        {
            await Assert.ThrowsAsync<PublishUncertainException>(() => broker.PublishAsync(new[] { To("meanwhile") }).AsTask().WaitAsync(Guard));
        }
        finally
        {
            server.Thaw();
        }

        await broker.PublishAsync(new[] { To("after") }).AsTask().WaitAsync(Guard);
        Assert.InRange(await broker.CountAsync("celery"), 2, 3);
    }

    [Fact]
    public async Task Frozen_WhileSettling_IsDoneOnceWhenItGoesOn()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using RedisBroker broker = new(server.Url(), new RedisBrokerOptions { Link = Watchful with { Patience = Guard } });
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        await broker.PublishAsync(new[] { To("a") });
        Delivery delivery = Assert.Single(await ReceiveAsync(consumer, 1));

        // Answered, so that the link is known to be well when the server freezes.
        await broker.CountAsync("celery");
        Task lost = (await broker.Shared.GetConnectionAsync(CancellationToken.None)).Ended;
        server.Freeze();
        Task<IReadOnlyList<bool>> settling = consumer.SettleAsync(
            new[] { new Settlement(delivery, SettlementKind.Acknowledge) { Successor = new Publication("", "done", To("b").Message) } }, CancellationToken.None).AsTask();
        try
        {
            // It lies in the socket of a link that is given up here; the server reads it when it goes on, unless it is told not to.
            await lost.WaitAsync(Guard);
        }
        finally
        {
            server.Thaw();
        }

        Assert.Equal([true], await settling.WaitAsync(Guard));
        Assert.Equal(1, await broker.CountAsync("done"));
        Assert.Equal(0, (await RedisServer.RunAsync(server.Url(), ["HLEN", "unacked"]))[0].AsInteger());
    }

    [Fact]
    public async Task SettleAsync_SentAndStuckOnTheWay_IsNotDoneAgainWhenItArrives()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using FaultProxy proxy = new(server.Port) { CutName = "overlap", HoldAt = "LPUSH" };
        await using RedisBroker stranger = new(server.Url());
        await stranger.PublishAsync(new[] { To("a") });
        await using RedisBroker broker = new(proxy.Url(server.Url()), new RedisBrokerOptions { Link = Brisk with { Patience = Guard } });
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        Delivery delivery = Assert.Single(await ReceiveAsync(consumer, 1));
        Settlement settlement = new(delivery, SettlementKind.Acknowledge) { Successor = new Publication("", "done", To("b").Message) };
        Assert.Equal([true], await consumer.SettleAsync(new[] { settlement }, CancellationToken.None).AsTask().WaitAsync(Guard));
        Assert.True(proxy.Holds.IsCompleted);
        proxy.Release();
        await proxy.Drained.WaitAsync(Guard);
        Assert.Equal(1, await stranger.CountAsync("done"));
    }

    [Fact]
    public async Task PublishAsync_ServerGone_FailsInTimeAndCanBeTriedAgain()
    {
        await using RedisProcess server = await RedisProcess.StartAsync();
        await using RedisBroker broker = new(server.Url(), new RedisBrokerOptions { Link = Brisk with { Patience = TimeSpan.FromMilliseconds(300) } });
        await broker.PublishAsync(new[] { To("before") });
        await server.KillAsync();
        BrokerException error = await Assert.ThrowsAnyAsync<BrokerException>(() => broker.PublishAsync(new[] { To("meanwhile") }).AsTask().WaitAsync(Guard));
        Assert.True(error.IsTransient);
        await server.StartAgainAsync();
        await broker.PublishAsync(new[] { To("after") }).AsTask().WaitAsync(Guard);
        Assert.Equal(1, await broker.CountAsync("celery"));
    }

    private static RespBatch Ping()
    {
        RespBatch batch = new() { IsRepeatable = true };
        batch.Add("PING");
        return batch;
    }

    private static async Task<Delivery[]> ReceiveAsync(IBrokerConsumer consumer, int most) =>
        [.. await consumer.ReceiveAsync(most, CancellationToken.None).AsTask().WaitAsync(Guard)];

    private static Settlement[] Acknowledged(IEnumerable<Delivery> deliveries) =>
        [.. deliveries.Select(static delivery => new Settlement(delivery, SettlementKind.Acknowledge))];

    private static string TextOf(Delivery delivery) => Encoding.UTF8.GetString(delivery.Message!.Body.Span);

    private static Publication To(string text) => new("", "celery", new WireMessage
    {
        Body = Encoding.UTF8.GetBytes(text),
        ContentType = "text/plain",
        ContentEncoding = "utf-8",
        Properties = new MessageProperties { RoutingKey = "celery", DeliveryTag = Guid.NewGuid().ToString() },
    });
}
