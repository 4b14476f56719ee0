using System.Text;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Redis.Resp;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Redis;

/// <summary>
/// Publishing, claiming and settling over a link that is cut at every boundary of a frame, one byte before and one behind it, in both directions.
/// Whatever the place: nothing is lost, nothing settled twice, nothing left behind, and what was published is delivered again only if its
/// publisher was told that nobody knows.
/// </summary>
public sealed class RedisCutTests(RedisServer server)
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);
    private static readonly string[] Texts = ["acknowledged", "with a successor", "returned", "deferred"];

    [Theory]
    [InlineData("overlap", true)]
    [InlineData("overlap", false)]
    [InlineData("overlap-claim", true)]
    [InlineData("overlap-claim", false)]
    [InlineData("overlap-sweep", true)]
    [InlineData("overlap-sweep", false)]
    public async Task Exchange_CutAtEveryFrame_LosesNothingAndSettlesOnce(string link, bool toServer)
    {
        byte[] whole = await RecordAsync(link, toServer);
        int[] places = [.. (toServer ? CommandsOf(whole) : RepliesOf(whole)).SelectMany(static end => (int[])[end - 1, end, end + 1]).Where(place => place > 0 && place < whole.Length).Distinct()];
        Assert.True(places.Length >= 10, $"only {places.Length} places to cut at");
        int cuts = 0;
        foreach (int place in places)
        {
            string url = await server.NewDatabaseAsync();
            await using FaultProxy proxy = new(RedisUrl.Parse(url).Hosts[0].Port) { CutName = link, CutsToServer = toServer, CutAfter = place };
            try
            {
                await ExchangeAsync(url, proxy);
            }
            catch (Exception error)
            {
                throw new InvalidOperationException($"Cut after {place} of {whole.Length} bytes {(toServer ? "to" : "from")} the server on '{link}': {error.Message}", error);
            }

            cuts += proxy.HasCut ? 1 : 0;
        }

        // A few bytes more or less from run to run: the last places may lie behind the end.
        Assert.True(cuts > places.Length * 0.8, $"only {cuts} of {places.Length} were cut");
    }

    private async Task<byte[]> RecordAsync(string link, bool toServer)
    {
        string url = await server.NewDatabaseAsync();
        await using FaultProxy proxy = new(RedisUrl.Parse(url).Hosts[0].Port);
        await ExchangeAsync(url, proxy);
        return proxy.Records[(link, toServer)].ToArray();
    }

    private static async Task ExchangeAsync(string url, FaultProxy proxy)
    {
        VirtualTimeProvider clock = new(new VirtualTimeOptions { Start = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero) });
        RedisBrokerOptions options = new() { TimeProvider = clock, Link = new RedisLinkOptions { LongestPause = TimeSpan.FromMilliseconds(50) } };
        await using RedisBroker broker = new(proxy.Url(url), options);
        HashSet<string> uncertain = [];
        foreach (string text in Texts)
        {
            await PublishAsync(broker, text, uncertain);
        }

        Dictionary<string, int> delivered = [];
        IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        int acknowledged = 0;
        while (acknowledged < Texts.Length || await Direct(url, "LLEN", "celery") > 0)
        {
            foreach (Delivery delivery in await consumer.ReceiveAsync(2, CancellationToken.None).AsTask().WaitAsync(Guard))
            {
                string text = Encoding.UTF8.GetString(delivery.Message!.Body.Span);
                delivered[text] = delivered.GetValueOrDefault(text) + 1;
                Settlement settlement = SettlementOf(delivery, text, delivered[text], clock.GetUtcNow());
                Assert.Equal([true], await consumer.SettleAsync(new[] { settlement }, CancellationToken.None).AsTask().WaitAsync(Guard));
                acknowledged += settlement.Kind == SettlementKind.Acknowledge ? 1 : 0;
                if (settlement.Kind == SettlementKind.Defer)
                {
                    clock.Advance(TimeSpan.FromMilliseconds(100));
                    await SweepAsync(broker, url);
                }
            }
        }

        await consumer.DisposeAsync();

        // Delivered as often as was to be, and once more only for a publication that nobody knew of.
        foreach (string text in Texts)
        {
            int expected = text is "returned" or "deferred" ? 2 : 1;
            Assert.InRange(delivered[text], expected, expected + (uncertain.Contains(text) ? 1 : 0));
        }

        int successors = delivered["with a successor"];
        Assert.Equal(successors, await Direct(url, "LLEN", "done"));
        Assert.Equal(0, await Direct(url, "HLEN", "unacked"));
        Assert.Equal(0, await Direct(url, "ZCARD", "unacked_index"));
        Assert.Equal(0, await Direct(url, "ZCARD", "_overlap.deferred"));
        Assert.Empty(await RedisServer.TextsAsync(url, "KEYS", "_overlap.claim.*"));
    }

    private static Settlement SettlementOf(Delivery delivery, string text, int count, DateTimeOffset now) => (text, count) switch
    {
        ("with a successor", _) => new(delivery, SettlementKind.Acknowledge) { Successor = new Publication("", "done", Message("successor")) },
        ("returned", 1) => new(delivery, SettlementKind.Return),
        ("deferred", 1) => new(delivery, SettlementKind.Defer) { Due = now.AddMilliseconds(50) },
        _ => new(delivery, SettlementKind.Acknowledge),
    };

    // As the sweeper does: what fails is tried again. The lock of one that was cut off is its own to run out; no test waits for that.
    private static async Task SweepAsync(RedisBroker broker, string url)
    {
        while (await Direct(url, "ZCARD", "_overlap.deferred") > 0)
        {
            try
            {
                await broker.SweepAsync(CancellationToken.None).WaitAsync(Guard);
            }
            catch (RespLinkException)
            {
                await RedisServer.RunAsync(url, ["DEL", "_overlap.deferred_mutex", "unacked_mutex"]);
            }
        }
    }

    private static async Task PublishAsync(RedisBroker broker, string text, HashSet<string> uncertain)
    {
        try
        {
            await broker.PublishAsync(new[] { new Publication("", "celery", Message(text)) }).AsTask().WaitAsync(Guard);
        }
        catch (PublishUncertainException)
        {
            uncertain.Add(text);
            await broker.PublishAsync(new[] { new Publication("", "celery", Message(text)) }).AsTask().WaitAsync(Guard);
        }
    }

    private static WireMessage Message(string text) => new() { Body = Encoding.UTF8.GetBytes(text), ContentType = "text/plain", ContentEncoding = "utf-8" };

    private static async Task<long> Direct(string url, params string[] command) => (await RedisServer.RunAsync(url, command))[0].AsInteger();

    // Where replies end.
    private static List<int> RepliesOf(byte[] bytes)
    {
        RespParser parser = new(RespLimits.Default);
        List<int> ends = [];
        int at = 0;
        while (parser.TryRead(bytes.AsSpan(at), out int consumed, out _))
        {
            at += consumed;
            ends.Add(at);
        }

        return ends;
    }

    // Commands have the form of replies.
    private static List<int> CommandsOf(byte[] bytes) => RepliesOf(bytes);
}
