using System.Text.Json.Nodes;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Redis.Resp;
using Overlap.Distributed.Tests.Redis;
using Overlap.Distributed.Worker;
using Overlap.InteropTests.Stage;

namespace Overlap.InteropTests;

/// <summary>What a user of Celery writes, against a .NET worker.</summary>
public sealed class PythonToNetTests(InteropStage stage, CeleryClient python) : IClassFixture<CeleryClient>
{
    [Fact]
    public async Task Delay_Add_GivesTheSum() =>
        Assert.Equal("""[4,"SUCCESS",true]""", await AskAsync("result = add.delay(2, 2); return [result.get(timeout=patience), result.state, result.successful()]"));

    [Fact]
    public async Task Delay_ProcessVideo_GivesADictionary() => Assert.Equal(
        """{"input":"home_video.mp4","output":"processed_home_video.mp4","status":"success"}""",
        await AskAsync("return process_video.delay(path='home_video.mp4').get(timeout=patience)"));

    [Fact]
    public async Task Get_Failed_RaisesTypeMessageAndTraceback()
    {
        string answer = await AskAsync("""
            result = fail.delay("no such file")
            result.get(timeout=patience, propagate=False)
            error = result.result
            return [type(error).__name__, list(error.args), result.state, "VideoTasks" in result.traceback]
            """);

        Assert.Equal("""["InvalidOperationException",["no such file"],"FAILURE",true]""", answer);
    }

    [Fact]
    public async Task Get_FailedWithoutArguments_UsesTheDefault()
    {
        JsonObject raised = await RaiseAsync("fail.delay().get(timeout=patience)");

        Assert.Equal("InvalidOperationException", (string?)raised["type"]);
        Assert.Equal("""["failed on purpose"]""", raised["args"]!.ToJsonString());
    }

    [Fact]
    public async Task Get_UnknownTask_RaisesNotRegistered()
    {
        JsonObject raised = await RaiseAsync("app.send_task('tasks.nowhere').get(timeout=patience)");

        Assert.Equal("celery.exceptions", (string?)raised["module"]);
        Assert.Equal("NotRegistered", (string?)raised["type"]);
    }

    [Theory]
    [InlineData("1, 2, 3")]
    [InlineData("1")]
    [InlineData("1, 'two'")]
    public async Task Get_WrongArguments_RaisesTypeError(string arguments)
    {
        JsonObject raised = await RaiseAsync($"app.send_task('tasks.add', ({arguments},)).get(timeout=patience)");

        Assert.Equal("builtins", (string?)raised["module"]);
        Assert.Equal("TypeError", (string?)raised["type"]);
    }

    [Fact]
    public async Task Get_Flaky_PassesThroughRetryToSuccess()
    {
        string answer = await AskAsync("""
            seen = []
            result = flaky.delay(2)
            value = result.get(timeout=patience, on_message=lambda message: seen.append(message["status"]))
            return [value, seen[-1], set(seen[:-1]) == {"RETRY"}, result.state]
            """);

        Assert.Equal("""[3,"SUCCESS",true,"SUCCESS"]""", answer);
    }

    [Fact]
    public async Task Get_AsksForRetries_IsTriedUntilItSucceeds() => Assert.Equal("2", await AskAsync("return app.send_task('tasks.stumble', (2,)).get(timeout=patience)"));

    [Fact]
    public async Task Get_AsksForMoreRetriesThanThereAre_RaisesTheCause()
    {
        JsonObject raised = await RaiseAsync("app.send_task('tasks.stumble', (99,)).get(timeout=patience)");

        Assert.Equal("TimeoutException", (string?)raised["type"]);
        Assert.Equal("""["try 9"]""", raised["args"]!.ToJsonString());
    }

    [Fact]
    public async Task Get_Rejected_RaisesReject()
    {
        JsonObject raised = await RaiseAsync("app.send_task('tasks.refuse').get(timeout=patience)");

        Assert.Equal("celery.exceptions", (string?)raised["module"]);
        Assert.Equal("Reject", (string?)raised["type"]);
        Assert.Equal("""["not mine",false]""", raised["args"]!.ToJsonString());
    }

    [Fact]
    public async Task ApplyAsync_Queue_IsTakenFromThere()
    {
        string url = await stage.NewDatabaseAsync();
        await using NetWorker worker = await NetWorker.StartAsync(url, new WorkerOptions { Concurrency = 1, Queues = ["videos"] });

        Assert.Equal("videos", (string?)await python.RunAsync(url, "return app.send_task('tasks.whoami', queue='videos').get(timeout=patience)['routing_key']"));
    }

    [Fact]
    public async Task ApplyAsync_RoutingKey_GoesWhereItIsBound()
    {
        string url = await stage.NewDatabaseAsync();
        await using NetWorker worker = await NetWorker.StartAsync(url, new WorkerOptions { Concurrency = 1, Queues = ["media"] });
        await worker.Broker.DeclareAsync(new QueueDefinition("media", "films", "videos.hd"));

        Assert.Equal("videos.hd", (string?)await python.RunAsync(
            url, "return app.send_task('tasks.whoami', exchange='films', routing_key='videos.hd').get(timeout=patience)['routing_key']"));
    }

    [Fact]
    public async Task ApplyAsync_RetryPolicy_IsSentWhenTheServerIsBack()
    {
        string url = await stage.NewDatabaseAsync();
        await using NetWorker worker = await NetWorker.StartAsync(url);
        await using FaultProxy proxy = new(RedisUrl.Parse(url).Hosts[0].Port);
        object settings = new { result_backend = url };
        await python.RunAsync(proxy.Url(url), "add.delay(1, 1).get(timeout=patience)", settings);
        proxy.Refusals = 3;
        proxy.CutAll();

        JsonNode? answer = await python.RunAsync(
            proxy.Url(url),
            """
            policy = {"max_retries": 20, "interval_start": 0, "interval_step": 0.01, "interval_max": 0.05}
            return add.apply_async((2, 2), retry=True, retry_policy=policy).get(timeout=patience)
            """,
            settings);

        Assert.Equal(4, (int?)answer);
        Assert.Equal(0, proxy.Refusals);
    }

    [Fact]
    public async Task Get_ExtendsResults_TellsOfItsCall()
    {
        string url = await stage.NewDatabaseAsync();
        await using NetWorker worker = await NetWorker.StartAsync(url, new WorkerOptions { Concurrency = 1, ExtendsResults = true });
        JsonNode? answer = await python.RunAsync(url, """
            result = add.apply_async((2,), {"b": 2})
            result.get(timeout=patience)
            return [result.name, result.args, result.kwargs, result.worker, result.retries, result.queue]
            """);

        Assert.Equal("""["tasks.add",[2],{"b":2},"net@interop",0,"celery"]""", answer!.ToJsonString());
    }

    [Fact]
    public async Task ApplyAsync_Countdown_RunsNotBeforeAndSoonAfter() => Assert.Equal("true", await AskAsync("""
        import time
        sent = time.time()
        ran = now.apply_async(countdown=1).get(timeout=patience)
        return sent + 1 <= ran + 0.01 < sent + 6
        """));

    [Fact]
    public async Task ApplyAsync_EtaOfAnotherZone_RunsNotBeforeAndSoonAfter() => Assert.Equal("true", await AskAsync("""
        zone = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
        eta = datetime.datetime.now(zone) + datetime.timedelta(seconds=1)
        ran = now.apply_async(eta=eta).get(timeout=patience)
        return eta.timestamp() <= ran + 0.01 < eta.timestamp() + 5
        """));

    [Fact]
    public async Task ApplyAsync_EtaWithoutZone_IsUtc() => Assert.Equal("true", await AskAsync("""
        eta = datetime.datetime.utcnow() + datetime.timedelta(seconds=1)
        ran = now.apply_async(eta=eta).get(timeout=patience)
        due = eta.replace(tzinfo=datetime.timezone.utc).timestamp()
        return due <= ran + 0.01 < due + 5
        """));

    [Fact]
    public async Task ApplyAsync_Expired_IsRevoked()
    {
        JsonObject raised = await RaiseAsync("""
            past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=5)
            add.apply_async((1, 1), expires=past).get(timeout=patience)
            """);

        Assert.Equal("TaskRevokedError", (string?)raised["type"]);
        Assert.Equal("""["expired"]""", raised["args"]!.ToJsonString());
    }

    [Fact]
    public async Task ApplyAsync_ExpiresBeforeItsTime_IsRevoked() =>
        Assert.Equal("TaskRevokedError", (string?)(await RaiseAsync("add.apply_async((1, 1), countdown=1, expires=0.5).get(timeout=patience)"))["type"]);

    [Fact]
    public async Task Revoke_WaitsForItsTime_IsRevokedAtOnce()
    {
        JsonObject raised = await RaiseAsync("""
            result = add.apply_async((1, 1), countdown=5)
            while not any(app.control.inspect(timeout=5, limit=1).scheduled().values()):
                pass
            result.revoke()
            result.get(timeout=patience)
            """);

        Assert.Equal("TaskRevokedError", (string?)raised["type"]);
        Assert.Equal("""["revoked"]""", raised["args"]!.ToJsonString());
    }

    [Fact]
    public async Task Revoke_TerminatesWhatRuns_IsRevoked()
    {
        JsonObject raised = await RaiseAsync("""
            result = hold.delay(600)
            def terminate(message):
                if message["status"] == "STARTED":
                    result.revoke(terminate=True)
            result.get(timeout=patience, on_message=terminate)
            """);

        Assert.Equal("TaskRevokedError", (string?)raised["type"]);
        Assert.Equal("""["terminated"]""", raised["args"]!.ToJsonString());
    }

    [Fact]
    public async Task ApplyAsync_Priorities_AreServedLowestFirst()
    {
        string url = await stage.NewDatabaseAsync();
        await python.RunAsync(url, """
            for priority in (9, 3, 0, 6):
                echo.apply_async((priority,), priority=priority)
            """);
        List<long> order = [];
        TaskCompletionSource all = new();
        await using NetWorker worker = await NetWorker.StartAsync(url, new WorkerOptions { Concurrency = 1 }, new Distributed.Tasks.TaskRegistry().Add("tasks.echo", (long priority) =>
        {
            order.Add(priority);
            if (order.Count == 4)
            {
                all.SetResult();
            }
        }));
        await all.Task.WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal([0, 3, 6, 9], order);
    }

    [Fact]
    public async Task ApplyAsync_IgnoreResult_StoresNothing()
    {
        string url = await stage.NewDatabaseAsync();
        await using NetWorker worker = await NetWorker.StartAsync(url, new WorkerOptions { Concurrency = 1 });
        JsonNode? answer = await python.RunAsync(url, "ignored = add.apply_async((1, 1), ignore_result=True); return [ignored.id, add.delay(1, 1).get(timeout=patience)]");
        await worker.StopAsync();

        Assert.Equal(2, worker.Statistics.Succeeded);
        Assert.True((await InteropStage.AskAsync(url, "GET", $"celery-task-meta-{answer![0]}")).IsNull);
    }

    [Theory]
    [InlineData("'Grüße, 世界 🎬 \\u0000 \\x7f \"'")]
    [InlineData("'\\ud800 alone'")]
    [InlineData("{'schlüssel 🗝': [True, None, -0.0, 1e300, {}]}")]
    [InlineData("[2**70, -2**64, 2**63, 2**53 + 1]")]
    [InlineData("[0.1, 1.0, 5e-324, 2**53 + 1.0]")]
    [InlineData("'x' * 2**20")]
    public async Task Echo_AnyValue_ComesBackAsItWas(string value) =>
        Assert.Equal("true", await AskAsync($"value = {value}; back = echo.delay(value).get(timeout=patience); return back == value and repr(back) == repr(value)"));

    [Theory]
    [InlineData("nan")]
    [InlineData("inf")]
    [InlineData("-inf")]
    public async Task Delay_NotFinite_IsRead(string value) => Assert.Equal("\"Number\"", await AskAsync($"return kind.delay(float('{value}')).get(timeout=patience)"));

    [Fact]
    public async Task Get_ReturnedNotANumber_RaisesThatItHasNoForm() =>
        Assert.Equal("EncodeError", (string?)(await RaiseAsync("echo.delay(float('nan')).get(timeout=patience)"))["type"]);

    [Fact]
    public async Task Get_ReturnedNotANumberInMessagePack_RaisesThatItHasNoForm() =>
        Assert.Equal("EncodeError", (string?)(await RaiseAsync("echo.apply_async((float('nan'),), serializer='msgpack').get(timeout=patience)"))["type"]);

    [Theory]
    [InlineData("gzip")]
    [InlineData("zlib")]
    public async Task ApplyAsync_Compressed_IsRead(string compression) => Assert.Equal(
        "1048576", await AskAsync($"return len(echo.apply_async(('x' * 2**20,), compression='{compression}').get(timeout=patience))"));

    [Fact]
    public async Task ApplyAsync_MessagePack_IsRead() => Assert.Equal(
        """["Bytes",4]""",
        await AskAsync("return [kind.apply_async((bytes([0, 255]),), serializer='msgpack').get(timeout=patience), add.apply_async((2, 2), serializer='msgpack').get(timeout=patience)]"));

    [Fact]
    public async Task ApplyAsync_TypesOfPython_AreReadAsDotNetTypes() => Assert.Equal(
        """["2020-02-29T12:00:00Z","3.00"]""",
        await AskAsync("""
            day = datetime.datetime(2020, 2, 28, 12, tzinfo=datetime.timezone.utc)
            return [app.send_task("tasks.tomorrow", (day,)).get(timeout=patience), app.send_task("tasks.double", (decimal.Decimal("1.50"),)).get(timeout=patience)]
            """));

    [Theory]
    [InlineData("yaml")]
    [InlineData("pickle")]
    public async Task ApplyAsync_ContentThatIsNotRead_IsADeadLetter(string serializer)
    {
        string url = await stage.NewDatabaseAsync();
        await using NetWorker worker = await NetWorker.StartAsync(url, new WorkerOptions { Concurrency = 1 });
        await python.RunAsync(url, $"add.apply_async((1, 1), serializer='{serializer}', ignore_result=True)");
        await python.RunAsync(url, "return add.delay(1, 1).get(timeout=patience)");
        await worker.StopAsync();

        DeadLetterRecord dead = Assert.Single(await worker.Broker.DeadLetters.ListAsync(10));
        Assert.Equal("celery", dead.Queue);
    }

    [Fact]
    public async Task ApplyAsync_HeadersAndLimits_AreSeenByTheTask()
    {
        JsonNode? answer = JsonNode.Parse(await AskAsync(
            "return whoami.apply_async(headers={'tenant': 'a'}, task_id='own-id', shadow='shown', priority=5, time_limit=30, soft_time_limit=20).get(timeout=patience)"));

        Assert.Equal("own-id", (string?)answer!["id"]);
        Assert.Equal("own-id", (string?)answer["root_id"]);
        Assert.Equal("shown", (string?)answer["shadow"]);
        Assert.Equal("a", (string?)answer["headers"]!["tenant"]);
        Assert.Equal(5, (int?)answer["priority"]);
        Assert.Equal(20, (double?)answer["soft_limit"]);
        Assert.Equal(30, (double?)answer["hard_limit"]);
    }

    [Theory]
    [InlineData("soft_time_limit=0.3", "SoftTimeLimitExceeded")]
    [InlineData("time_limit=0.3", "TimeLimitExceeded")]
    public async Task ApplyAsync_TimeLimitPassed_RaisesCelerysException(string limit, string type)
    {
        JsonObject raised = await RaiseAsync($"sleep.apply_async((600,), {limit}).get(timeout=patience)");

        Assert.Equal(type, (string?)raised["type"]);
        Assert.Equal("billiard.exceptions", (string?)raised["module"]);
    }

    [Fact]
    public async Task ApplyAsync_ProtocolOne_IsRead() =>
        Assert.Equal("4", await AskAsync("return add.apply_async((2,), {'b': 2}).get(timeout=patience)", new { task_protocol = 1 }));

    [Fact]
    public async Task ApplyAsync_Link_IsCalledWithTheResult() => Assert.Equal("""[4,14]""", await AskAsync("""
        result = add.apply_async((2, 2), link=add.s(10))
        return [result.get(timeout=patience), result.children[0].get(timeout=patience)]
        """));

    [Fact]
    public async Task ApplyAsync_LinkError_IsCalledWithTheId() => Assert.Equal("true", await AskAsync("""
        caught = echo.s().set(task_id=str(uuid.uuid4()))
        result = fail.apply_async(link_error=caught)
        return AsyncResult(caught.options["task_id"]).get(timeout=patience) == result.id
        """));

    [Fact]
    public async Task Chain_OfThree_PassesResultsOn() =>
        Assert.Equal("[11,true]", await AskAsync("result = chain(add.s(1, 2), add.s(3), add.s(5))(); return [result.get(timeout=patience), result.parent.get(timeout=patience) == 6]"));

    [Fact]
    public async Task Chain_FirstFails_RaisesForItsEnd() =>
        Assert.Equal("InvalidOperationException", (string?)(await RaiseAsync("chain(fail.si(), add.s(3))().get(timeout=patience)"))["type"]);

    [Fact]
    public async Task Group_OfTen_GivesResultsInOrder() =>
        Assert.Equal("[0,2,4,6,8,10,12,14,16,18]", await AskAsync("return group(add.s(i, i) for i in range(10))().get(timeout=patience)"));

    [Fact]
    public async Task Get_Progress_IsSeen() => Assert.Equal("""[100,[{"percent":50}]]""", await AskAsync("""
        seen = []
        value = progress.delay().get(timeout=patience, on_message=lambda message: seen.append(message))
        return [value, [message["result"] for message in seen if message["status"] == "PROGRESS"]]
        """));

    [Fact]
    public async Task Inspect_Worker_AnswersLikeCelerys()
    {
        JsonNode? answer = JsonNode.Parse(await AskAsync("""
            inspect = app.control.inspect(timeout=5, limit=1)
            return [inspect.ping(), inspect.registered(), inspect.active_queues(), inspect.stats(), inspect.active(), inspect.reserved()]
            """));

        Assert.Equal("pong", (string?)answer![0]!["net@interop"]!["ok"]);
        Assert.Contains("tasks.add", answer[1]!["net@interop"]!.AsArray().Select(static name => (string?)name));
        Assert.Equal("celery", (string?)answer[2]!["net@interop"]![0]!["name"]);
        Assert.NotNull(answer[3]!["net@interop"]!["pid"]);
        Assert.Empty(answer[4]!["net@interop"]!.AsArray());
        Assert.Empty(answer[5]!["net@interop"]!.AsArray());
    }

    [Fact]
    public async Task Control_OfCelery_IsAnswered()
    {
        JsonNode? answer = JsonNode.Parse(await AskAsync("""
            result = sleep.apply_async((600,), task_id="asleep")
            inspect = app.control.inspect(timeout=5, limit=1)
            while not any(inspect.active().values()):
                pass
            asked = [inspect.query_task("asleep"), inspect.conf(), inspect.report(), inspect.clock(), inspect.hello("other@node")]
            told = [app.control.time_limit("tasks.add", soft=5, hard=9, reply=True, timeout=5, limit=1),
                    app.control.rate_limit("tasks.add", "100/s", reply=True, timeout=5, limit=1),
                    app.control.add_consumer("more", reply=True, timeout=5, limit=1),
                    app.control.enable_events(reply=True, timeout=5, limit=1)]
            result.revoke(terminate=True)
            return [[answer["net@interop"] for answer in asked], [answer[0]["net@interop"] for answer in told]]
            """));

        JsonArray asked = answer![0]!.AsArray();
        Assert.Equal("active", (string?)asked[0]!["asleep"]![0]);
        Assert.StartsWith("redis://", (string?)asked[1]!["broker_url"], StringComparison.Ordinal);
        Assert.Contains("overlap:", (string?)asked[2]!["ok"], StringComparison.Ordinal);
        Assert.True((long?)asked[3]!["clock"] > 0);
        Assert.Empty(asked[4]!["revoked"]!.AsObject());
        JsonArray told = answer[1]!.AsArray();
        Assert.Equal("time limits set successfully", (string?)told[0]!["ok"]);
        Assert.Equal("new rate limit set successfully", (string?)told[1]!["ok"]);
        Assert.NotNull(told[2]!["error"]);
        Assert.NotNull(told[3]!["error"]);
    }

    [Fact]
    public async Task Delay_Many_LeavesNothingHeld()
    {
        string url = await stage.NewDatabaseAsync();
        await using NetWorker worker = await NetWorker.StartAsync(url);
        JsonNode? answer = await python.RunAsync(url, "return sum(result.get(timeout=patience) for result in [add.delay(i, 1) for i in range(200)])");
        await worker.StopAsync();

        Assert.Equal(20_100, (int?)answer);
        Assert.Empty(await InteropStage.KeysOfMessagesAsync(url));
    }

    private async Task<string> AskAsync(string code, object? settings = null)
    {
        string url = await stage.NewDatabaseAsync();
        await using NetWorker worker = await NetWorker.StartAsync(url);
        return (await python.RunAsync(url, code, settings))?.ToJsonString() ?? "null";
    }

    private async Task<JsonObject> RaiseAsync(string code)
    {
        string url = await stage.NewDatabaseAsync();
        await using NetWorker worker = await NetWorker.StartAsync(url);
        return await python.RaiseAsync(url, code);
    }
}
