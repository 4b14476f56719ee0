using System.Collections.Immutable;
using System.Numerics;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;
using Overlap.Distributed.Redis.Resp;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Tests.Redis;
using Overlap.InteropTests.Stage;
using VideoQueue;

namespace Overlap.InteropTests;

/// <summary>A .NET client, and a real Celery worker.</summary>
public sealed class NetToPythonTests(InteropStage stage, CeleryClient python) : IClassFixture<CeleryClient>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _patience = new(Patience);
    private string _url = "";
    private RedisBroker _broker = null!;
    private RedisBackend _backend = null!;
    private TaskClient _client = null!;

    public static TheoryData<string> Contents => ["Json", "MessagePack"];

    public async ValueTask InitializeAsync()
    {
        _url = await stage.PythonWorkerAsync();
        _broker = new RedisBroker(_url);
        _backend = new RedisBackend(_url);
        _client = new TaskClient(_broker, _backend);
    }

    public async ValueTask DisposeAsync()
    {
        _patience.Dispose();
        await _backend.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Fact]
    public async Task GetAsync_Add_GivesTheSum() => Assert.Equal(4, await GetAsync<int>(new Signature("tasks.add", 2, 2)));

    [Fact]
    public async Task GetAsync_ProcessVideo_IsReadAsARecord() => Assert.Equal(
        new VideoResult("home_video.mp4", "processed_home_video.mp4", "success"),
        await GetAsync<VideoResult>(new Signature("tasks.process_video") { Kwargs = new WireMap([new("path", "home_video.mp4")]) }));

    [Fact]
    public async Task GetAsync_Failed_TellsTypeMessageAndTraceback()
    {
        RemoteTaskException failure = await FailAsync(new Signature("tasks.fail", "no such file"));

        Assert.Equal("ValueError", failure.Error.Type);
        Assert.Equal("builtins", failure.Error.Module);
        Assert.Equal("no such file", failure.Error.Message);
        Assert.StartsWith("Traceback (most recent call last)", failure.RemoteTraceback);
    }

    [Fact]
    public async Task GetAsync_FailedWithSeveralArguments_TellsAllOfThem()
    {
        RemoteTaskException failure = await FailAsync(new Signature("tasks.fail_with_many", "home_video.mp4", 7));

        Assert.Equal("VideoError", failure.Error.Type);
        Assert.Equal("interop_app", failure.Error.Module);
        Assert.Equal(["home_video.mp4", 7, new WireMap([new("codec", "h264")])], failure.Error.Arguments);
    }

    [Fact]
    public async Task GetAsync_UnknownTask_IsNotRegistered() => Assert.Equal("NotRegistered", (await FailAsync(new Signature("tasks.nowhere"))).Error.Type);

    [Fact]
    public async Task GetAsync_WrongArguments_IsATypeError() => Assert.Equal("TypeError", (await FailAsync(new Signature("tasks.add", 1))).Error.Type);

    [Fact]
    public async Task GetAsync_Flaky_PassesThroughRetryToSuccess()
    {
        List<TaskState> seen = [];
        TaskHandle<int> handle = await _client.SendAsync<int>(new Signature("tasks.flaky", 2));

        Assert.Equal(3, await handle.GetAsync(document => seen.Add(document.State), _patience.Token));
        Assert.Contains(TaskState.Retry, seen);
    }

    [Fact]
    public async Task GetAsync_IsRetriedByItself_Succeeds() => Assert.Equal(2, await GetAsync<int>(new Signature("tasks.stumble", 2)));

    [Fact]
    public async Task GetAsync_FailedWithoutArguments_UsesTheDefault() =>
        Assert.Equal("failed on purpose", (await FailAsync(new Signature("tasks.fail"))).Error.Message);

    [Fact]
    public async Task SendAsync_Queue_IsTakenFromThere() => Assert.Equal(
        (WireValue)"videos", (await GetAsync<WireMap>(new Signature("tasks.whoami") { Options = new CallOptions { Queue = "videos" } }))["routing_key"]);

    [Fact]
    public async Task SendAsync_RoutingKey_GoesWhereItIsBound()
    {
        await _broker.DeclareAsync(new QueueDefinition("media", "films", "videos.hd"));

        WireMap seen = await GetAsync<WireMap>(new Signature("tasks.whoami") { Options = new CallOptions { Exchange = "films", RoutingKey = "videos.hd" } });

        Assert.Equal((WireValue)"videos.hd", seen["routing_key"]);
    }

    [Fact]
    public async Task SendAsync_RetryPolicy_IsSentWhenTheServerIsBack()
    {
        await using FaultProxy proxy = new(RedisUrl.Parse(_url).Hosts[0].Port) { Refusals = 3 };
        await using RedisBroker broker = new(proxy.Url(_url), new RedisBrokerOptions { Link = new RedisLinkOptions { Patience = TimeSpan.FromMilliseconds(20) } });
        TaskClient client = new(broker, _backend, new TaskClientOptions { Retry = new SendRetryPolicy { MaxRetries = 1_000, Step = TimeSpan.FromMilliseconds(1) } });

        TaskHandle<int> handle = await client.SendAsync<int>(new Signature("tasks.add", 2, 2), _patience.Token);

        Assert.Equal(4, await handle.GetAsync(cancellationToken: _patience.Token));
        Assert.Equal(0, proxy.Refusals);
    }

    [Fact]
    public async Task SendAsync_IgnoresResult_NothingIsStored()
    {
        string callback = Guid.NewGuid().ToString();
        CallOptions options = new() { IgnoresResult = true, Callbacks = [With(new Signature("tasks.add", 1), callback)] };
        TaskHandle ignored = await _client.SendAsync(new Signature("tasks.add", 2, 2) { Options = options });

        // It has run when its callback has, and is done with when its worker holds nothing any more.
        Assert.Equal(5, await _client.GetHandle<int>(callback).GetAsync(cancellationToken: _patience.Token));
        await python.RunAsync(_url, "while server.hlen('unacked'): pass");
        Assert.Equal(TaskState.Pending, await ignored.GetStateAsync(_patience.Token));
    }

    [Fact]
    public async Task SendAsync_OwnId_IsTheIdOfTheResult()
    {
        string id = $"my-own-{Guid.NewGuid()}";
        WireMap seen = await GetAsync<WireMap>(new Signature("tasks.whoami") { Options = new CallOptions { TaskId = id } });

        Assert.Equal((WireValue)id, seen["id"]);
        Assert.Equal(TaskState.Success, (await _backend.ReadAsync(id))!.State);
    }

    [Fact]
    public async Task SendAsync_ExpiresBeforeItsTime_IsRevoked()
    {
        CallOptions options = new() { Countdown = TimeSpan.FromSeconds(1), ExpiresAfter = TimeSpan.FromSeconds(0.5) };
        TaskHandle<int> handle = await _client.SendAsync<int>(new Signature("tasks.add", 1, 1) { Options = options });

        await Assert.ThrowsAsync<TaskRevokedException>(async () => await handle.GetAsync(cancellationToken: _patience.Token));
    }

    [Fact]
    public async Task SendAsync_Countdown_RunsNotBeforeAndSoonAfter()
    {
        double sent = Now();
        double ran = await GetAsync<double>(new Signature("tasks.now") { Options = new CallOptions { Countdown = TimeSpan.FromSeconds(1) } });

        Assert.InRange(ran, sent + 0.99, sent + 6);
    }

    [Fact]
    public async Task SendAsync_EtaOfAnotherZone_RunsNotBeforeAndSoonAfter()
    {
        double sent = Now();
        DateTimeOffset eta = TimeProvider.System.GetUtcNow().AddSeconds(1).ToOffset(new TimeSpan(5, 30, 0));
        double ran = await GetAsync<double>(new Signature("tasks.now") { Options = new CallOptions { Eta = eta } });

        Assert.InRange(ran, sent + 0.99, sent + 6);
    }

    [Fact]
    public async Task SendAsync_Expired_IsRevoked()
    {
        TaskHandle<int> handle = await _client.SendAsync<int>(new Signature("tasks.add", 1, 1) { Options = new CallOptions { Expires = DateTimeOffset.UnixEpoch } });

        TaskRevokedException revoked = await Assert.ThrowsAsync<TaskRevokedException>(async () => await handle.GetAsync(cancellationToken: _patience.Token));
        Assert.Equal("expired", revoked.Error.Message);
    }

    [Fact]
    public async Task RevokeAsync_BeforeItComes_IsRevoked()
    {
        string id = Guid.NewGuid().ToString();
        await _client.RevokeAsync([id]);

        // Commands are followed in their order: when this one is answered, so is ours.
        Assert.Contains(id, (await python.RunAsync(_url, "return app.control.inspect(timeout=20, limit=1).revoked()"))!.ToJsonString());
        TaskHandle<int> handle = await _client.SendAsync<int>(new Signature("tasks.add", 1, 1) { Options = new CallOptions { TaskId = id } });
        await Assert.ThrowsAsync<TaskRevokedException>(async () => await handle.GetAsync(cancellationToken: _patience.Token));
    }

    [Fact]
    public async Task RevokeAsync_TerminatesWhatRuns_IsRevoked()
    {
        TaskCompletionSource started = new();
        TaskHandle<int> handle = await _client.SendAsync<int>(new Signature("tasks.hold", 600));
        Task<int> end = handle.GetAsync(document => started.TrySetResult(), _patience.Token).AsTask();
        await started.Task.WaitAsync(_patience.Token);
        Assert.Equal(TaskState.Started, await handle.GetStateAsync(_patience.Token));
        await handle.RevokeAsync(terminates: true);

        TaskRevokedException revoked = await Assert.ThrowsAsync<TaskRevokedException>(() => end);
        Assert.Equal("terminated", revoked.Error.Message);
    }

    [Fact]
    public async Task SendAsync_Priorities_AreTakenLowestFirstByKombu()
    {
        string url = await stage.NewDatabaseAsync();
        await using RedisBroker broker = new(url);
        TaskClient client = new(broker);
        foreach (int priority in (int[])[9, 3, 0, 6])
        {
            await client.SendAsync(new Signature("tasks.add", 1, 1) { Options = new CallOptions { Priority = priority, TaskId = $"with-{priority}" } });
        }

        Assert.Equal("""["with-0","with-3","with-6","with-9"]""", (await python.RunAsync(url, """
            with app.connection_for_read() as connection:
                queue = connection.SimpleQueue("celery")
                order = []
                for _ in range(4):
                    message = queue.get(timeout=patience)
                    message.ack()
                    order.append(message.headers["id"])
                queue.close()
            return order
            """))!.ToJsonString());
    }

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task GetAsync_AnyText_ComesBackAsItWas(string content) =>
        await EchoAsync("Grüße, 世界 🎬 \0 \x7f \"", content);

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task GetAsync_AMebibyte_ComesBackAsItWas(string content) => await EchoAsync(new string('x', 1 << 20), content);

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task GetAsync_NumbersOfAllSizes_ComeBackAsTheyWere(string content) => await EchoAsync(
        List(long.MinValue, long.MaxValue, (1L << 53) + 1, 0.1, 1.0, double.Epsilon, true, default), content);

    [Fact]
    public async Task GetAsync_HugeNumbers_ComeBackAsTheyWere() => await EchoAsync(List(BigInteger.Pow(2, 70), -BigInteger.Pow(2, 64)), "Json");

    [Fact]
    public async Task SendAsync_NotANumberInJson_IsRefused() =>
        await Assert.ThrowsAsync<MessageFormatException>(async () => await _client.SendAsync(new Signature("tasks.echo", double.NaN)));

    [Fact]
    public async Task GetAsync_NotANumberInMessagePack_ComesBack() => await EchoAsync(List(double.NaN, double.PositiveInfinity), "MessagePack");

    [Fact]
    public async Task GetAsync_ALoneSurrogate_ComesBackAsItWas() => await EchoAsync("\ud800 alone", "Json");

    [Fact]
    public async Task GetAsync_Compressed_IsRead() => Assert.Equal(
        new string('x', 1 << 20),
        await GetAsync<string>(new Signature("tasks.echo", new string('x', 1 << 20)) { Options = new CallOptions { IsCompressed = true } }));

    [Fact]
    public async Task GetAsync_BytesInMessagePack_AreBytesInPython() => Assert.Equal(
        "bytes", await GetAsync<string>(new Signature("tasks.kind", (WireValue)new byte[] { 0, 255 }) { Options = new CallOptions { Content = ContentKind.MessagePack } }));

    [Fact]
    public async Task GetAsync_DatesAndDecimals_AreTextForThisGeneration()
    {
        Assert.Equal("str", await GetAsync<string>(new Signature("tasks.kind", _client.Converter.Write(DateTimeOffset.UnixEpoch))));
        Assert.Equal("1.50", await GetAsync<string>(new Signature("tasks.echo", 1.50m)));
        Assert.Equal(1.50m, await GetAsync<decimal>(new Signature("tasks.echo", 1.50m)));
    }

    [Fact]
    public async Task GetAsync_TagsForALaterGeneration_ArePassedThroughByThisOne()
    {
        TaskClient tagging = new(_broker, _backend, new TaskClientOptions { EmitsTypeTags = true });

        Assert.Equal("dict", await (await tagging.SendAsync<string>(new Signature("tasks.kind", 1.50m))).GetAsync(cancellationToken: _patience.Token));
        Assert.Equal((WireValue)1.50m, await (await tagging.SendAsync<WireValue>(new Signature("tasks.echo", 1.50m))).GetAsync(cancellationToken: _patience.Token));
    }

    [Fact]
    public async Task SendAsync_HeadersLimitsAndShadow_AreSeenByTheTask()
    {
        WireMap seen = await GetAsync<WireMap>(new Signature("tasks.whoami")
        {
            Options = new CallOptions
            {
                Headers = new WireMap([new("tenant", "a")]),
                Shadow = "shown",
                Priority = 5,
                HardLimit = TimeSpan.FromSeconds(30),
                SoftLimit = TimeSpan.FromSeconds(20),
            },
        });

        Assert.Equal(seen["id"], seen["root_id"]);
        Assert.Equal((WireValue)"csharp", seen["lang"]);
        Assert.Equal((WireValue)"shown", seen["shadow"]);
        Assert.Equal((WireValue)5, seen["priority"]);
        Assert.Equal((WireValue)"()", seen["argsrepr"]);
        Assert.Equal((WireValue)"a", seen["tenant"]);
        Assert.Equal([30, 20], seen["timelimit"].AsArray());
    }

    [Fact]
    public async Task SendAsync_SoftLimitPassed_FailsWithCelerysException()
    {
        RemoteTaskException failure = await FailAsync(new Signature("tasks.sleep", 600) { Options = new CallOptions { SoftLimit = TimeSpan.FromSeconds(1) } });

        Assert.Equal("SoftTimeLimitExceeded", failure.Error.Type);
        Assert.Equal("billiard.exceptions", failure.Error.Module);
    }

    [Fact]
    public async Task SendAsync_HardLimitPassed_FailsWithItsSeconds()
    {
        RemoteTaskException failure = await FailAsync(new Signature("tasks.sleep", 600) { Options = new CallOptions { HardLimit = TimeSpan.FromSeconds(1) } });

        Assert.Equal("TimeLimitExceeded", failure.Error.Type);
        Assert.Equal((WireValue)1, Assert.Single(failure.Error.Arguments));
    }

    [Fact]
    public async Task SendAsync_CallbackErrbackAndChain_AreCalledByPython()
    {
        string callback = Guid.NewGuid().ToString();
        string errback = Guid.NewGuid().ToString();
        string step = Guid.NewGuid().ToString();
        await _client.SendAsync(new Signature("tasks.add", 2, 2)
        {
            Options = new CallOptions { Callbacks = [With(new Signature("tasks.add", 10), callback)], Chain = [With(new Signature("tasks.add", 20), step)] },
        });
        TaskHandle failing = await _client.SendAsync(new Signature("tasks.fail") { Options = new CallOptions { Errbacks = [With(new Signature("tasks.echo"), errback)] } });

        Assert.Equal(14, await _client.GetHandle<int>(callback).GetAsync(cancellationToken: _patience.Token));
        Assert.Equal(24, await _client.GetHandle<int>(step).GetAsync(cancellationToken: _patience.Token));
        Assert.Equal(failing.Id, await _client.GetHandle<string>(errback).GetAsync(cancellationToken: _patience.Token));
    }

    [Fact]
    public async Task GetAsync_Progress_IsSeen()
    {
        List<ResultDocument> seen = [];
        TaskHandle<int> handle = await _client.SendAsync<int>(new Signature("tasks.progress"));
        int end = await handle.GetAsync(seen.Add, _patience.Token);

        // States may be missed, as one that was stored before the wait began; what is seen is right.
        Assert.Equal(100, end);
        Assert.All(seen, static document => Assert.Equal(("PROGRESS", (WireValue)50), (document.StateName, document.Result.AsMap()["percent"])));
    }

    [Fact]
    public async Task GetAsync_CalledFromWithinATask_IsReadByItsId()
    {
        string child = await GetAsync<string>(new Signature("tasks.relay", "tasks.add", List(2, 2)));

        Assert.Equal(4, await _client.GetHandle<int>(child).GetAsync(cancellationToken: _patience.Token));
    }

    private static WireMap With(Signature signature, string id) => (signature with { Options = new CallOptions { TaskId = id } }).ToWire();

    private static WireValue List(params ImmutableArray<WireValue> values) => values;

    private static double Now() => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    private async Task<T> GetAsync<T>(Signature signature) => await (await _client.SendAsync<T>(signature)).GetAsync(cancellationToken: _patience.Token);

    private async Task<RemoteTaskException> FailAsync(Signature signature) =>
        await Assert.ThrowsAsync<RemoteTaskException>(async () => await GetAsync<WireValue>(signature));

    private async Task EchoAsync(WireValue value, string content) => Assert.Equal(
        value, await GetAsync<WireValue>(new Signature("tasks.echo", value) { Options = new CallOptions { Content = Enum.Parse<ContentKind>(content) } }));
}
