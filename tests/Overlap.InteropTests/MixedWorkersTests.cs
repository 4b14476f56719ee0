using System.Text.Json;
using System.Text.Json.Nodes;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.InteropTests.Stage;

namespace Overlap.InteropTests;

/// <summary>Celery's worker and ours on one queue, and a client of each kind: every option of a call.</summary>
/// <remarks>
/// Of the calls of a test half are sent by the Python client and half by the .NET client, and both read how all of them ended. Where the option lets
/// calls run at all, two run at the same time and meet: so there is one in each worker, and not by chance.
/// </remarks>
public sealed class MixedWorkersTests(MixedStage mixed, CeleryClient python) : IClassFixture<MixedStage>, IClassFixture<CeleryClient>
{
    private const string Text = "Grüße, 世界 🎬 \0 \x7f \"";
    private const string Nowhere = "";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, (string Python, CallOptions Net)> Options = new()
    {
        ["none"] = ("", CallOptions.None),
        ["queue"] = ("queue='videos'", new CallOptions { Queue = MixedStage.Queue }),
        ["routing key"] = ("exchange='films', routing_key='videos.hd'", new CallOptions { Exchange = MixedStage.Exchange, RoutingKey = MixedStage.RoutingKey }),
        ["priority"] = ("priority=3", new CallOptions { Priority = 3 }),
        ["expires"] = ("expires=600", new CallOptions { ExpiresAfter = TimeSpan.FromMinutes(10) }),
        ["limits"] = ("soft_time_limit=500, time_limit=600", new CallOptions { SoftLimit = TimeSpan.FromSeconds(500), HardLimit = TimeSpan.FromSeconds(600) }),
        ["headers"] = ("headers={'tenant': 'a'}", new CallOptions { Headers = new WireMap([new("tenant", "a")]) }),
        ["MessagePack"] = ("serializer='msgpack'", new CallOptions { Content = ContentKind.MessagePack }),
        ["compression"] = ("compression='gzip'", new CallOptions { IsCompressed = true }),
        ["retry policy"] = ("retry=True, retry_policy={'max_retries': 2}", CallOptions.None),
        ["shadow"] = ("shadow='shown'", new CallOptions { Shadow = "shown" }),
    };

    public static TheoryData<string> Rows => [.. Options.Keys];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Call_WithOption_EndsAsItShouldOnBothSides(string option)
    {
        (string options, CallOptions net) = Options[option];
        JsonObject[] ends = await RunAsync("tell", Text, options, net);

        Assert.Equal(["net", "net", "python", "python"], ends.Select(static end => (string?)end["result"]!["by"]).Order(StringComparer.Ordinal));
        Assert.All(ends, end =>
        {
            Assert.Equal("SUCCESS", (string?)end["state"]);
            Assert.Equal(Text, (string?)end["result"]!["value"]);
            Assert.Equal((string?)end["id"], (string?)end["result"]!["id"]);
            Assert.Equal(option == "headers" ? "a" : null, (string?)end["result"]!["tenant"]);
            Assert.Equal(option == "priority" ? 3 : 0, (int?)end["result"]!["priority"]);
        });
    }

    [Fact]
    public async Task Call_WithAMebibyte_ComesBackFromBothSides()
    {
        string text = new('x', 1 << 20);

        Assert.All(await RunAsync("tell", text, "", CallOptions.None), end => Assert.Equal(text, (string?)end["result"]!["value"]));
    }

    [Fact]
    public async Task Call_Fails_ErrorsOfBothSidesAreTold()
    {
        JsonObject[] ends = await RunAsync("fail", Text, "", CallOptions.None);

        Assert.Equal(
            ["InvalidOperationException", "InvalidOperationException", "ValueError", "ValueError"],
            ends.Select(static end => (string?)end["error"]).Order(StringComparer.Ordinal));
        Assert.All(ends, static end => Assert.Equal(Text, (string?)end["args"]![0]));
    }

    [Fact]
    public async Task Call_AsksForRetries_WhoeverIsFreeTriesAgain() =>
        Assert.All(await RunAsync("retry", Text, "", CallOptions.None), static end => Assert.Equal("SUCCESS", (string?)end["state"]));

    [Fact]
    public async Task Call_OutrunsItsSoftLimit_FailsOnBothSides() => Assert.All(
        await RunAsync("hold", Text, "soft_time_limit=1", new CallOptions { SoftLimit = TimeSpan.FromSeconds(1) }),
        static end => Assert.Equal("SoftTimeLimitExceeded", (string?)end["error"]));

    [Fact]
    public async Task Call_OutrunsItsHardLimit_FailsOnBothSides() => Assert.All(
        await RunAsync("hold", Text, "time_limit=1", new CallOptions { HardLimit = TimeSpan.FromSeconds(1) }),
        static end => Assert.Equal("TimeLimitExceeded", (string?)end["error"]));

    [Theory]
    [InlineData("python")]
    [InlineData("net")]
    public async Task Call_IsTerminated_IsRevokedOnBothSides(string client)
    {
        string[] ids = NewIds(2);
        string place = $"place-{ids[0]}";
        await SendAsync(place, "hold", Text, "", CallOptions.None, ids);
        await mixed.WaitForMeetingAsync(place);
        if (client == "python")
        {
            await python.RunAsync(mixed.Url, $"app.control.revoke({JsonSerializer.Serialize(ids)}, terminate=True)");
        }
        else
        {
            await mixed.Net.Client.RevokeAsync([.. ids], terminates: true);
        }

        Assert.All(await EndsOfAsync(ids), static end =>
        {
            Assert.Equal("REVOKED", (string?)end["state"]);
            Assert.Equal("terminated", (string?)end["args"]![0]);
        });
    }

    [Theory]
    [InlineData("python")]
    [InlineData("net")]
    public async Task Call_WasRevokedBefore_RunsOnNeitherSide(string client)
    {
        string[] ids = NewIds(6);
        if (client == "python")
        {
            await python.RunAsync(mixed.Url, $"app.control.revoke({JsonSerializer.Serialize(ids)})");
        }
        else
        {
            await mixed.Net.Client.RevokeAsync([.. ids]);
        }

        // Commands are followed in their order: when this one is answered by both, so is ours.
        Assert.Equal(2, (await python.RunAsync(mixed.Url, "return app.control.inspect(timeout=20, limit=2).ping()"))!.AsObject().Count);
        await SendAsync(Nowhere, "tell", Text, "", CallOptions.None, ids);

        Assert.All(await EndsOfAsync(ids), static end => Assert.Equal("REVOKED", (string?)end["state"]));
    }

    [Fact]
    public async Task Call_HasExpired_RunsOnNeitherSide()
    {
        string[] ids = NewIds(6);
        CallOptions net = new() { Expires = DateTimeOffset.UnixEpoch };
        await SendAsync(Nowhere, "tell", Text, "expires=datetime.datetime(2020, 1, 1, tzinfo=datetime.timezone.utc)", net, ids);

        Assert.All(await EndsOfAsync(ids), static end => Assert.Equal("expired", (string?)end["args"]![0]));
    }

    // Who waits for its time takes up no place, so one side may take all of them: two need not meet.
    [Theory]
    [InlineData("countdown=0.5")]
    [InlineData("eta=datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=-9))) + datetime.timedelta(seconds=0.5)")]
    public async Task Call_HasATime_RunsNotBefore(string options)
    {
        string[] ids = NewIds(6);
        TimeSpan wait = TimeSpan.FromSeconds(0.5);
        DateTimeOffset due = TimeProvider.System.GetUtcNow() + wait;
        CallOptions net = options[0] == 'e' ? new CallOptions { Eta = due.ToOffset(TimeSpan.FromHours(-9)) } : new CallOptions { Countdown = wait };
        await SendAsync(Nowhere, "tell", Text, options, net, ids);

        Assert.All(await EndsOfAsync(ids), static end => Assert.Equal(Text, (string?)end["result"]!["value"]));
        Assert.True(TimeProvider.System.GetUtcNow() >= due);
    }

    [Fact]
    public async Task Call_IgnoresItsResult_NeitherSideStoresIt()
    {
        string[] ids = NewIds(2);
        string place = $"place-{ids[0]}";
        await SendAsync(place, "tell", Text, "ignore_result=True", new CallOptions { IgnoresResult = true }, ids);
        await mixed.WaitForMeetingAsync(place);

        // Each side has one slot, and is done with a call before it ends the next.
        await RunAsync("tell", Text, "", CallOptions.None);

        Assert.Null(await mixed.Net.Backend.ReadAsync(ids[0]));
        Assert.Null(await mixed.Net.Backend.ReadAsync(ids[1]));
    }

    [Fact]
    public async Task Mingle_AtTheStartOfCelerys_TellsItWhatIsRevokedHere()
    {
        string id = NewIds(1)[0];
        await mixed.Net.Client.RevokeAsync([id]);
        await python.RunAsync(mixed.Url, "return app.control.inspect(timeout=20, limit=2).ping()");
        await using CeleryWorker late = await CeleryWorker.StartAsync(mixed.Url, "late@python", ["-P", "solo", "-Q", "nowhere"], mingles: true);

        JsonNode? answer = await python.RunAsync(mixed.Url, "return app.control.inspect(['late@python'], timeout=20).revoked()");

        Assert.Contains(id, answer!["late@python"]!.AsArray().Select(static revoked => (string?)revoked));
    }

    private static string[] NewIds(int count) => [.. Enumerable.Range(0, count).Select(static _ => $"own-{Guid.NewGuid()}")];

    private async Task<JsonObject[]> RunAsync(string then, string value, string options, CallOptions net)
    {
        string[] ids = NewIds(2);
        await SendAsync($"place-{ids[0]}", then, value, options, net, ids);
        return await EndsOfAsync(ids);
    }

    private async Task SendAsync(string place, string then, string value, string options, CallOptions net, string[] ids)
    {
        // As a text that holds JSON: the two halves of a surrogate pair would be two characters in a literal of Python.
        string arguments = $"json.loads({JsonSerializer.Serialize(JsonSerializer.Serialize(new[] { place, then, value }))})";
        string[] half = ids[(ids.Length / 2)..];
        await python.RunAsync(mixed.Url, $"""
            for own in {JsonSerializer.Serialize(half)}:
                meet.apply_async({arguments}, task_id=own, {options})
            """);
        await mixed.Net.Client.SendManyAsync(ids[..^half.Length].Select(id => new Signature("tasks.meet", place, then, value) { Options = net with { TaskId = id } }));
    }

    /// <summary>How the calls have ended, as the .NET client sees it, and then as the Python client does.</summary>
    private async Task<JsonObject[]> EndsOfAsync(string[] ids)
    {
        List<JsonObject> all = [];
        foreach (string id in ids)
        {
            ResultDocument document = await mixed.Net.Client.GetHandle<WireValue>(id).WaitAsync().AsTask().WaitAsync(Patience);
            JsonObject end = new() { ["id"] = id, ["state"] = document.StateName };
            if (document.Error is { } error)
            {
                end["error"] = error.Type;
                end["args"] = ToJson(error.Arguments);
            }
            else
            {
                end["result"] = ToJson(document.Result);
            }

            all.Add(end);
        }

        JsonNode? ends = await python.RunAsync(mixed.Url, $"""
            ends = []
            for own in {JsonSerializer.Serialize(ids)}:
                result = AsyncResult(own)
                value = result.get(timeout=patience, propagate=False)
                end = dict(id=own, state=result.state)
                if isinstance(value, Exception):
                    end.update(error=type(value).__name__, args=list(value.args))
                else:
                    end.update(result=value)
                ends.append(end)
            return ends
            """);
        return [.. all, .. ends!.AsArray().Select(static end => end!.AsObject())];
    }

    private static JsonNode? ToJson(WireValue value) => JsonNode.Parse(PythonJson.Write(value));
}
