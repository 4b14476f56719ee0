using System.Collections.Concurrent;
using System.Text;
using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Redis.Resp;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Redis;

/// <summary>
/// Five messages are published, claimed, worked, answered and settled over a link that is cut, in both directions, at every boundary of a frame, one byte
/// before and one behind it, and at every 16th byte; by an end, a reset and silence in turn. OVERLAP_THOROUGH=1: at every byte by each of the three.
/// Whatever the place: nothing is lost, nothing settled twice, nothing left behind, and what was published is delivered again only if its
/// publisher was told that nobody knows.
/// </summary>
public sealed class RedisCutTests(RedisServer server)
{
    private const int Step = 16;
    private const int AtATime = 32;

    private static readonly bool IsThorough = Environment.GetEnvironmentVariable("OVERLAP_THOROUGH") == "1";
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);
    private static readonly string[] Texts = ["acknowledged", "with a successor", "returned", "deferred", "a dead letter"];

    // Databases that are free: there are not as many as there are places to cut at.
    private readonly ConcurrentBag<string> _free = [];

    [Theory]
    [InlineData("overlap", true)]
    [InlineData("overlap", false)]
    [InlineData("overlap-claim", true)]
    [InlineData("overlap-claim", false)]
    [InlineData("overlap-sweep", true)]
    [InlineData("overlap-sweep", false)]
    [InlineData("overlap-results", true)]
    [InlineData("overlap-results", false)]
    public async Task Exchange_CutAtEveryFrame_LosesNothingAndSettlesOnce(string link, bool toServer)
    {
        byte[] whole = await RecordAsync(link, toServer);
        int[] places = PlacesOf(whole);
        Assert.True(places.Length >= 10, $"only {places.Length} places to cut at");
        CutKind[] kinds = Enum.GetValues<CutKind>();
        IEnumerable<(int Place, CutKind Kind)> plan = IsThorough
            ? places.SelectMany(place => kinds.Select(kind => (place, kind)))
            : places.Select((place, index) => (place, kinds[index % kinds.Length]));
        ConcurrentBag<string> wrong = [];
        int cuts = 0;
        int planned = 0;
        await Parallel.ForEachAsync(plan, new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (one, _) =>
        {
            string url = _free.TryTake(out string? free) ? free : await server.NewDatabaseAsync();
            await using (FaultProxy proxy = new(RedisUrl.Parse(url).Hosts[0].Port) { CutName = link, CutsToServer = toServer, CutAfter = one.Place, Cut = one.Kind })
            {
                try
                {
                    await ExchangeAsync(url, proxy, one.Kind);
                }
                catch (Exception error)
                {
                    wrong.Add($"{one.Kind} after {one.Place} of {whole.Length} bytes {(toServer ? "to" : "from")} the server on '{link}': {error.Message}");
                }

                Interlocked.Increment(ref planned);
                Interlocked.Add(ref cuts, proxy.HasCut ? 1 : 0);
            }

            await RedisServer.RunAsync(url, ["FLUSHDB"]);
            _free.Add(url);
        });

        TestContext.Current.SendDiagnosticMessage($"{planned} planned, {cuts} cut");
        Assert.True(wrong.IsEmpty, string.Join('\n', wrong));

        // A few bytes more or less from run to run: the last places may lie behind the end.
        Assert.True(cuts > planned * 0.8, $"only {cuts} of {planned} were cut");
    }

    private static int[] PlacesOf(byte[] whole)
    {
        IEnumerable<int> frames = FramesOf(whole).SelectMany(static end => (int[])[end - 1, end, end + 1]);
        IEnumerable<int> bytes = Enumerable.Range(1, whole.Length).Where(static place => IsThorough || place % Step == 0);
        return [.. frames.Concat(bytes).Where(place => place > 0 && place < whole.Length).Distinct().Order()];
    }

    private async Task<byte[]> RecordAsync(string link, bool toServer)
    {
        string url = await server.NewDatabaseAsync();
        await using FaultProxy proxy = new(RedisUrl.Parse(url).Hosts[0].Port);
        await ExchangeAsync(url, proxy, CutKind.End);
        return proxy.Records[(link, toServer)].ToArray();
    }

    private static async Task ExchangeAsync(string url, FaultProxy proxy, CutKind kind)
    {
        VirtualTimeProvider clock = new(new VirtualTimeOptions { Start = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero) });
        RedisLinkOptions links = new() { LongestPause = TimeSpan.FromMilliseconds(50) };
        if (kind == CutKind.Silence)
        {
            // Nobody tells: it is noticed by what does not come.
            links = links with { IdlePing = TimeSpan.FromMilliseconds(200), ReplyTimeout = TimeSpan.FromMilliseconds(500) };
        }

        await using RedisBroker broker = new(proxy.Url(url), new RedisBrokerOptions { TimeProvider = clock, Link = links });
        await using RedisBackend backend = new(proxy.Url(url), new RedisBackendOptions { Link = links });
        Dictionary<string, int> uncertain = [];
        foreach (string text in Texts)
        {
            await PublishAsync(broker, text, uncertain);
        }

        Dictionary<string, int> delivered = [];
        IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        int ended = 0;
        while (ended < Texts.Length || await Direct(url, "LLEN", "celery") > 0)
        {
            foreach (Delivery delivery in await consumer.ReceiveAsync(2, CancellationToken.None).AsTask().WaitAsync(Guard))
            {
                string text = Encoding.UTF8.GetString(delivery.Message!.Body.Span);
                delivered[text] = delivered.GetValueOrDefault(text) + 1;
                Settlement settlement = SettlementOf(delivery, text, delivered[text], clock.GetUtcNow());
                await StoreAsync(backend, text, delivered[text]);
                Assert.Equal([true], await consumer.SettleAsync(new[] { settlement }, CancellationToken.None).AsTask().WaitAsync(Guard));
                ended += settlement.Kind is SettlementKind.Acknowledge or SettlementKind.DeadLetter ? 1 : 0;
                if (settlement.Kind == SettlementKind.Defer)
                {
                    clock.Advance(TimeSpan.FromMilliseconds(100));
                    await SweepAsync(broker, url);
                }
            }
        }

        await consumer.DisposeAsync();

        // Delivered as often as was to be, and once more only for each publication that nobody knew of.
        foreach (string text in Texts)
        {
            int expected = text is "returned" or "deferred" ? 2 : 1;
            Assert.InRange(delivered[text], expected, expected + uncertain.GetValueOrDefault(text));
            Assert.Equal(1, await Direct(url, "EXISTS", $"celery-task-meta-{text}"));
        }

        Assert.Equal(delivered["a dead letter"], await Direct(url, "ZCARD", "_overlap.dead.index"));

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
        ("a dead letter", _) => new(delivery, SettlementKind.DeadLetter) { Cause = new DeadLetterCause(MessageDefect.Malformed, "on purpose") },
        ("deferred", 1) => new(delivery, SettlementKind.Defer) { Due = now.AddMilliseconds(50) },
        _ => new(delivery, SettlementKind.Acknowledge),
    };

    // As the worker does: what fails is tried again, for as long as it takes.
    private static async Task StoreAsync(RedisBackend backend, string text, int count)
    {
        TaskState state = count == 1 && text is "returned" or "deferred" ? TaskState.Retry : TaskState.Success;
        ResultDocument document = new() { TaskId = text, State = state, StateName = $"{state}".ToUpperInvariant(), Result = count };
        while (true)
        {
            try
            {
                await backend.StoreAsync(new[] { document }).AsTask().WaitAsync(Guard);
                return;
            }
            catch (BackendException error) when (error.IsTransient)
            {
                // It is stored again: twice is the same as once.
            }
        }
    }

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

    // As a caller does who wants it to be there for certain. A machine that stands still can look like a cut.
    private static async Task PublishAsync(RedisBroker broker, string text, Dictionary<string, int> uncertain)
    {
        while (true)
        {
            try
            {
                await broker.PublishAsync(new[] { new Publication("", "celery", Message(text)) }).AsTask().WaitAsync(Guard);
                return;
            }
            catch (PublishUncertainException)
            {
                uncertain[text] = uncertain.GetValueOrDefault(text) + 1;
            }
        }
    }

    private static WireMessage Message(string text) => new() { Body = Encoding.UTF8.GetBytes(text), ContentType = "text/plain", ContentEncoding = "utf-8" };

    private static async Task<long> Direct(string url, params string[] command) => (await RedisServer.RunAsync(url, command))[0].AsInteger();

    // Where frames end: commands have the form of replies.
    private static List<int> FramesOf(byte[] bytes)
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
}
