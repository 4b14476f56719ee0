using System.Text;
using Microsoft.Extensions.Logging;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Redis.Resp;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Redis;

/// <summary>One is held up between two of its steps, and others do in that gap what they can.</summary>
public sealed class RedisRaceTests(RedisServer server)
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private readonly VirtualTimeProvider _clock = new(new VirtualTimeOptions { Start = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero) });

    [Fact]
    public async Task ReceiveAsync_PausedBeforeItIsWrittenDownAndSwept_LosesItToTheNext()
    {
        string url = await server.NewDatabaseAsync();
        await using FaultProxy proxy = new(RedisUrl.Parse(url).Hosts[0].Port) { CutName = "overlap-claim", HoldAt = "EXEC" };
        await using RedisBroker paused = Make(proxy.Url(url));
        await using RedisBroker other = Make(url);
        await using IBrokerConsumer slow = await paused.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        await other.PublishAsync(new[] { To("celery", "a") });
        Delivery lost = await ReceiveOneAsync(slow);
        await proxy.Holds.WaitAsync(Guard);
        _clock.Advance(Lease * 1.1);
        await other.SweepAsync(CancellationToken.None);
        await using IBrokerConsumer next = await other.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        Delivery again = await ReceiveOneAsync(next);
        proxy.Release();
        Settlement late = new(lost, SettlementKind.Acknowledge) { Successor = To("done", "b") };
        Assert.Equal([false], await slow.SettleAsync(new[] { late }, CancellationToken.None).AsTask().WaitAsync(Guard));
        Assert.Equal(0, await other.CountAsync("done"));
        Assert.True(lost.LeaseLost.IsCancellationRequested);
        Assert.Equal([true], await next.SettleAsync(new[] { new Settlement(again, SettlementKind.Acknowledge) }, CancellationToken.None).AsTask().WaitAsync(Guard));
        Assert.Empty(await KeysAsync(url));
    }

    [Fact]
    public async Task ReceiveAsync_AnswerTookMostOfALease_IsNotHeldForCertain()
    {
        // The lease was counted from the answer, and others count it from when the claim was sent.
        string url = await server.NewDatabaseAsync();
        await using FaultProxy proxy = new(RedisUrl.Parse(url).Hosts[0].Port) { CutName = "overlap-claim", HoldAt = "LMOVE" };
        await using RedisBroker broker = Make(proxy.Url(url));
        await broker.PublishAsync(new[] { To("celery", "a") });
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });

        Task<Delivery> receiving = ReceiveOneAsync(consumer);
        await proxy.Holds.WaitAsync(Guard);
        _clock.Advance(Lease * 0.8);
        proxy.Release();
        Delivery delivery = await receiving;

        Assert.False(Assert.IsType<RedisHold>(delivery.State).IsCertain);
        Assert.Equal([true], await consumer.BeginAsync(new[] { delivery }, CancellationToken.None).AsTask().WaitAsync(Guard));
        Assert.True(((RedisHold)delivery.State!).IsCertain);
    }

    [Fact]
    public async Task ProveAsync_AnotherRenewalHasJustFoundItLost_HearsOfThat()
    {
        // A worker that had stood still proved its hold in this gap, was told of no loss, and stored its result over that of the one who had taken over.
        string url = await server.NewDatabaseAsync();
        bool hasBeenMisled = false;
        Task proof = Task.CompletedTask;
        Delivery? delivery = null;
        Eavesdropper log = new(() =>
        {
            proof = ((RedisHold)delivery!.State!).ProveAsync().AsTask();
            hasBeenMisled = proof.IsCompleted && !delivery.LeaseLost.IsCancellationRequested;
        });
        await using RedisBroker paused = MakeStill(url, log);
        await using RedisBroker other = Make(url);
        await using RedisConsumer slow = (RedisConsumer)await paused.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        await other.PublishAsync(new[] { To("celery", "a") });
        delivery = await ReceiveOneAsync(slow);
        Assert.Equal([true], await slow.BeginAsync(new[] { delivery }, CancellationToken.None));
        _clock.Advance(Lease * 1.1);
        await other.SweepAsync(CancellationToken.None);

        await slow.RenewLeasesAsync().WaitAsync(Guard);
        await proof.WaitAsync(Guard);

        Assert.Equal(1, log.Heard);
        Assert.False(hasBeenMisled);
        Assert.True(delivery.LeaseLost.IsCancellationRequested);
    }

    [Fact]
    public async Task ReceiveAsync_UrgentListChangedAndIsEmptyAgain_TakesFromTheOther()
    {
        // It took what it was told of, found nothing, and waited although the other list had a message.
        string url = await server.NewDatabaseAsync();
        RedisLinkOptions link = new() { TimeProvider = _clock };
        await using RedisBroker broker = new(url, new RedisBrokerOptions { Lease = Lease, TimeProvider = _clock, Link = link });
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        for (int round = 0; round < 20; round++)
        {
            await broker.PublishAsync(new[] { To("celery", "first") });
            await ReceiveOneAsync(consumer);
            string raw = Encoding.UTF8.GetString(EnvelopeCodec.Write(To("celery", $"{round}").Message with { Properties = new MessageProperties { RoutingKey = "celery", DeliveryTag = "tag" } }));
            await RedisServer.RunAsync(url, ["MULTI"], ["LPUSH", "celery", "x"], ["RPOP", "celery"], ["LPUSH", "celery\u0006\u00163", raw], ["EXEC"]);
            Assert.Equal($"{round}", Encoding.UTF8.GetString((await ReceiveOneAsync(consumer)).Message!.Body.Span));
        }
    }

    [Fact]
    public async Task ReceiveAsync_OneListOfAnotherType_GivesOutWhatTheOthersHave()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = Make(url);
        await RedisServer.RunAsync(url, ["SET", "celery\u0006\u00169", "a text"]);
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        await Assert.ThrowsAsync<BrokerException>(() => consumer.ReceiveAsync(1, CancellationToken.None).AsTask().WaitAsync(Guard));
        await broker.PublishAsync(new[] { To("celery", "a") });
        Delivery delivery = await ReceiveOneAsync(consumer);
        Assert.Equal([true], await consumer.SettleAsync(new[] { new Settlement(delivery, SettlementKind.Acknowledge) }, CancellationToken.None).AsTask().WaitAsync(Guard));
    }

    [Fact]
    public async Task SweepAsync_HolderSettlesWhileItIsTakenAway_BringsNothingBack()
    {
        string url = await server.NewDatabaseAsync();
        await using FaultProxy proxy = new(RedisUrl.Parse(url).Hosts[0].Port) { CutName = "overlap-sweep", HoldAt = "ZINTERSTORE" };
        await using RedisBroker sweeping = Make(proxy.Url(url));
        await using RedisBroker holding = MakeStill(url);
        await using IBrokerConsumer consumer = await holding.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        await holding.PublishAsync(new[] { To("celery", "a"), To("celery", "b") });
        Delivery settled = await ReceiveOneAsync(consumer);
        Delivery left = await ReceiveOneAsync(consumer);
        _clock.Advance(Lease * 1.1);
        Task sweep = sweeping.SweepAsync(CancellationToken.None);
        await proxy.Holds.WaitAsync(Guard);
        Assert.Equal([true], await consumer.SettleAsync(new[] { new Settlement(settled, SettlementKind.Acknowledge) }, CancellationToken.None).AsTask().WaitAsync(Guard));
        proxy.Release();
        await sweep.WaitAsync(Guard);
        Assert.Equal(1, await holding.CountAsync("celery"));
        Assert.Equal([false], await consumer.SettleAsync(new[] { new Settlement(left, SettlementKind.Acknowledge) }, CancellationToken.None).AsTask().WaitAsync(Guard));
        Assert.Equal(["celery"], await KeysAsync(url));
    }

    [Fact]
    public async Task SweepAsync_PausedUntilItsLockWasTakenByAnother_MovesNothingTwice()
    {
        string url = await server.NewDatabaseAsync();
        await using FaultProxy proxy = new(RedisUrl.Parse(url).Hosts[0].Port) { CutName = "overlap-sweep", HoldAt = "RPUSH" };
        await using RedisBroker paused = Make(proxy.Url(url));
        await using RedisBroker other = Make(url);
        await RedisServer.RunAsync(url, ["ZADD", "_overlap.deferred", "0", "tag\ncelery\n{}"]);
        Task sweep = paused.SweepAsync(CancellationToken.None);
        await proxy.Holds.WaitAsync(Guard);

        // The lock runs out.
        await RedisServer.RunAsync(url, ["DEL", "_overlap.deferred_mutex"]);
        await other.SweepAsync(CancellationToken.None);
        Assert.Equal(1, await other.CountAsync("celery"));
        proxy.Release();
        await sweep.WaitAsync(Guard);
        Assert.Equal(1, await other.CountAsync("celery"));
    }

    [Fact]
    public async Task SweepAsync_NameOfAnEmptyClaimIsUsedAgainMeanwhile_LeavesWhatItTook()
    {
        // The name had been left by a claim that took nothing, a lease ago. It was swept without a second look: its new message was run twice.
        string url = await server.NewDatabaseAsync();
        int port = RedisUrl.Parse(url).Hosts[0].Port;
        await using FaultProxy slowClaim = new(port) { CutName = "overlap-claim", HoldAt = "EXEC" };
        await using FaultProxy slowSweep = new(port) { CutName = "overlap-sweep", HoldAt = "LLEN" };
        await using RedisBroker holding = Make(slowClaim.Url(url));
        await using RedisBroker sweeping = Make(slowSweep.Url(url));
        await using IBrokerConsumer consumer = await holding.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        Task<Delivery> receiving = ReceiveOneAsync(consumer);
        await UntilNamedAsync(url);

        // Changes are told across databases: a stranger's list of the same name makes it look into a list of its own too, and name that as well.
        string stranger = await server.NewDatabaseAsync();
        while ((await NamesAsync(url)).Length == 1)
        {
            await RedisServer.RunAsync(stranger, ["MULTI"], ["LPUSH", "celery\u0006\u00163", "x"], ["RPOP", "celery\u0006\u00163"], ["EXEC"]);
        }

        // By the clock it would be old for all, and the holder's own sweep might be the first to forget it. It may be told of the last change yet, and use the name anew.
        Task sweep;
        do
        {
            string name = Assert.Single(await NamesAsync(url), static name => name.EndsWith(" celery", StringComparison.Ordinal));
            await RedisServer.RunAsync(url, ["ZADD", "_overlap.claims", "XX", "0", name]);
            sweep = sweeping.SweepAsync(CancellationToken.None);
            await Task.WhenAny(sweep, slowSweep.Holds).WaitAsync(Guard);
        }
        while (!slowSweep.Holds.IsCompleted);

        await holding.PublishAsync(new[] { To("celery", "a") });
        Delivery delivery = await receiving;
        await slowClaim.Holds.WaitAsync(Guard);
        slowSweep.Release();
        await sweep.WaitAsync(Guard);
        slowClaim.Release();

        Assert.Equal([true], await consumer.SettleAsync(new[] { new Settlement(delivery, SettlementKind.Acknowledge) }, CancellationToken.None).AsTask().WaitAsync(Guard));
        Assert.Equal(0, await holding.CountAsync("celery"));
    }

    [Fact]
    public async Task DisposeAsync_OneListWasEmptyAndThenAnotherWasNot_LeavesNoName()
    {
        // The name of the list that was empty stayed until somebody swept it.
        string url = await server.NewDatabaseAsync();
        await using RedisBroker broker = MakeStill(url);
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        Task<Delivery> receiving = ReceiveOneAsync(consumer);
        await UntilNamedAsync(url);
        Publication late = To("celery", "a");
        await broker.PublishAsync(new[] { late with { Message = late.Message with { Properties = new MessageProperties { Priority = 3 } } } });
        await consumer.SettleAsync(new[] { new Settlement(await receiving, SettlementKind.Acknowledge) }, CancellationToken.None);

        await consumer.DisposeAsync();

        Assert.Empty(await NamesAsync(url));
    }

    [Fact]
    public async Task SweepAsync_ManyAtOnce_BringsEachBackOnce()
    {
        string url = await server.NewDatabaseAsync();
        await using RedisBroker gone = MakeStill(url);
        IBrokerConsumer consumer = await gone.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        const int Count = 350;
        await gone.PublishAsync(Enumerable.Range(0, Count).Select(static number => To("celery", $"{number}")).ToArray());
        for (int held = 0; held < Count;)
        {
            held += (await consumer.ReceiveAsync(100, CancellationToken.None).AsTask().WaitAsync(Guard)).Count;
        }

        _clock.Advance(Lease * 1.1);
        RedisBroker[] sweepers = [.. Enumerable.Range(0, 4).Select(_ => Make(url))];
        await Task.WhenAll(sweepers.Select(static broker => Task.Run(() => broker.SweepAsync(CancellationToken.None)))).WaitAsync(Guard);
        string[] bodies = [.. (await RedisServer.TextsAsync(url, "LRANGE", "celery", "0", "-1"))
            .Select(static raw => Encoding.UTF8.GetString(EnvelopeCodec.Read(Encoding.UTF8.GetBytes(raw), ProtocolLimits.Default).Body.Span)).Reverse()];
        Assert.Equal(Enumerable.Range(0, Count).Select(static number => $"{number}").Order(), bodies.Order());
        foreach (RedisBroker sweeper in sweepers)
        {
            await sweeper.DisposeAsync();
        }
    }

    private static async Task<Delivery> ReceiveOneAsync(IBrokerConsumer consumer) =>
        Assert.Single(await consumer.ReceiveAsync(1, CancellationToken.None).AsTask().WaitAsync(Guard));

    // The list changes and is empty again; the consumer, once it is told of changes, looks and takes nothing: the name of its claim is left.
    private static async Task UntilNamedAsync(string url)
    {
        while ((await NamesAsync(url)).Length == 0)
        {
            await RedisServer.RunAsync(url, ["MULTI"], ["LPUSH", "celery", "x"], ["RPOP", "celery"], ["EXEC"]);
        }
    }

    private static Task<string[]> NamesAsync(string url) => RedisServer.TextsAsync(url, "ZRANGE", "_overlap.claims", "0", "-1");

    private static Publication To(string queue, string text) =>
        new("", queue, new WireMessage { Body = Encoding.UTF8.GetBytes(text), ContentType = "text/plain", ContentEncoding = "utf-8" });

    // Names of claim lists that were never filled are there as long as their consumer is.
    private static async Task<string[]> KeysAsync(string url) =>
        [.. (await RedisServer.TextsAsync(url, "KEYS", "*")).Where(static key => key != "_overlap.claims")];

    // Its clock stands still, and with it its own sweeps, and its leases are not renewed.
    private RedisBroker MakeStill(string url, ILogger? log = null) =>
        new(url, new RedisBrokerOptions { Lease = Lease, TimeProvider = new VirtualTimeProvider(new VirtualTimeOptions { Start = _clock.GetUtcNow() }) }, log);

    private RedisBroker Make(string url) => new(url, new RedisBrokerOptions { Lease = Lease, TimeProvider = _clock });

    /// <summary>Does something when a lease is said to be lost.</summary>
    private sealed class Eavesdropper(Action act) : ILogger
    {
        private const int LeaseLost = 15003;

        public int Heard { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (eventId.Id == LeaseLost)
            {
                Heard++;
                act();
            }
        }
    }
}
