using System.Collections.Immutable;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Worker;

public sealed class ControlTests
{
    [Fact]
    public async Task RevokeAsync_CallWaits_EndsAsRevoked()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.later", () => Assert.Fail("It ran."));
        bench.Registry.Add("tasks.now", () => 1);
        await bench.StartAsync();
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.later") { Options = new CallOptions { Countdown = TimeSpan.FromSeconds(5) } });
        await bench.RunAsync(new Signature("tasks.now"));

        await handle.RevokeAsync();

        ResultDocument document = await bench.EndOfAsync(handle);
        Assert.Equal(TaskState.Revoked, document.State);
        Assert.Equal("revoked", document.Error!.Message);
    }

    [Fact]
    public async Task RevokeAsync_BeforeItIsDelivered_NeverRuns()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.never", () => Assert.Fail("It ran."));
        await bench.StartAsync();
        await bench.Client.RevokeAsync(["my-own-id"]);
        await AskAsync(bench, ControlCodec.Ping);

        ResultDocument document = await bench.RunAsync(new Signature("tasks.never") { Options = new CallOptions { TaskId = "my-own-id" } });

        Assert.Equal(TaskState.Revoked, document.State);
    }

    [Fact]
    public async Task RevokeAsync_Terminates_RunningCallIsCancelled()
    {
        await using WorkerBench bench = new();
        TestSignal started = bench.AddEndless("tasks.long");
        await bench.StartAsync();
        TaskHandle<int> handle = await bench.Client.SendAsync<int>(new Signature("tasks.long"));
        await started.WaitAsync();

        await handle.RevokeAsync(terminates: true);

        TaskRevokedException exception = await Assert.ThrowsAsync<TaskRevokedException>(async () => await handle.GetAsync());
        Assert.Equal("terminated", exception.Error.Message);
    }

    [Fact]
    public async Task RevokeAsync_DoesNotTerminate_RunningCallGoesOn()
    {
        await using WorkerBench bench = new();
        TestSignal started = new("started");
        TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Registry.Add("tasks.long", async (CancellationToken token) =>
        {
            started.Signal();
            await end.Task.WaitAsync(token);
        });
        await bench.StartAsync();
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.long"));
        await started.WaitAsync();

        await handle.RevokeAsync();
        await AskAsync(bench, ControlCodec.Ping);
        end.SetResult();

        Assert.Equal(TaskState.Success, (await bench.EndOfAsync(handle)).State);
    }

    [Fact]
    public async Task Ping_Asked_Answers()
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();

        Assert.Equal(ControlCodec.Ok("pong"), await AskAsync(bench, ControlCodec.Ping));
    }

    [Fact]
    public async Task Registered_Asked_NamesTheTasks()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.b", () => 1).Add("tasks.a", () => 1);
        await bench.StartAsync();

        Assert.Equal((WireValue)ImmutableArray.Create<WireValue>("tasks.a", "tasks.b"), await AskAsync(bench, ControlCodec.Registered));
    }

    [Fact]
    public async Task UnknownMethod_Asked_SaysSo()
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();

        Assert.Equal(ControlCodec.Refusal("KeyError('format_disk')"), await AskAsync(bench, "format_disk"));
    }

    [Fact]
    public async Task Shutdown_NotAllowed_IsRefused()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.now", () => 1);
        await bench.StartAsync();

        Assert.Equal(ControlCodec.Refusal("shutdown is not allowed"), await AskAsync(bench, ControlCodec.Shutdown));
        Assert.Equal(TaskState.Success, (await bench.RunAsync(new Signature("tasks.now"))).State);
    }

    [Fact]
    public async Task Shutdown_Allowed_EndsRunAsync()
    {
        await using WorkerBench bench = new();
        WorkerHost host = new(bench.Broker, bench.Registry, null, bench.Options with { AllowsRemoteShutdown = true });
        Task run = host.RunAsync();

        await bench.Broker.BroadcastAsync(ControlCodec.Exchange, "", ControlCodec.Write(new ControlRequest { Method = ControlCodec.Shutdown }));

        await run.WaitAsync(WorkerBench.Patience);
    }

    [Fact]
    public async Task RateLimit_Changed_HoldsForTheNextCalls()
    {
        await using WorkerBench bench = new();
        TestSignal ran = new("ran");
        bench.Registry.Add("tasks.slow", ran.Signal);
        await bench.StartAsync();

        WireValue answer = await AskAsync(bench, ControlCodec.RateLimit, new WireMap([new("task_name", "tasks.slow"), new("rate_limit", "1/m")]));
        IReadOnlyList<TaskHandle> handles = await bench.Client.SendManyAsync(Enumerable.Repeat(new Signature("tasks.slow"), 2));
        await bench.EndOfAsync(handles[0]);

        Assert.Equal(ControlCodec.Ok("new rate limit set successfully"), answer);
        Assert.Equal(TaskState.Pending, await handles[1].GetStateAsync());
    }

    [Theory]
    [InlineData("other@bench", null, false)]
    [InlineData("worker@bench", null, true)]
    [InlineData(null, "worker@*", true)]
    [InlineData(null, "other@*", false)]
    public async Task Destination_Named_OnlyThoseAreMeant(string? destination, string? pattern, bool isMeant)
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.now", () => 1);
        await bench.StartAsync();
        ControlRequest request = new()
        {
            Method = ControlCodec.Revoke,
            Arguments = new WireMap([new("task_id", "x")]),
            Destination = destination is null ? [] : [destination],
            Pattern = pattern,
            Matcher = pattern is null ? null : "glob",
        };

        await bench.Broker.BroadcastAsync(ControlCodec.Exchange, "", ControlCodec.Write(request));
        WireValue revoked = await AskAsync(bench, ControlCodec.Revoked);

        Assert.Equal(isMeant ? 1 : 0, revoked.AsArray().Length);
    }

    [Fact]
    public async Task Listen_Nonsense_IsSurvived()
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();

        await bench.Broker.BroadcastAsync(ControlCodec.Exchange, "", new WireMessage { Body = "nonsense"u8.ToArray() });

        Assert.Equal(ControlCodec.Ok("pong"), await AskAsync(bench, ControlCodec.Ping));
    }

    [Fact]
    public async Task TimeLimit_Changed_HoldsForTheNextCalls()
    {
        await using WorkerBench bench = new();
        TestSignal started = bench.AddEndless("tasks.long");
        await bench.StartAsync();

        WireValue answer = await AskAsync(bench, ControlCodec.TimeLimit, new WireMap([new("task_name", "tasks.long"), new("soft", 5), new("hard", default)]));
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.long"));
        await started.WaitAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(ControlCodec.Ok("time limits set successfully"), answer);
        Assert.Equal("SoftTimeLimitExceeded", (await bench.EndOfAsync(handle)).Error!.Type);
    }

    [Theory]
    [InlineData("tasks.nowhere", "5", "unknown task")]
    [InlineData("tasks.now", "\"soon\"", "'soft' is Text, not a number of seconds.")]
    public async Task TimeLimit_Wrong_IsRefused(string task, string soft, string refusal)
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.now", () => 1);
        await bench.StartAsync();
        WireValue limit = PythonJson.Read(System.Text.Encoding.UTF8.GetBytes(soft), ProtocolLimits.Default);

        Assert.Equal(ControlCodec.Refusal(refusal), await AskAsync(bench, ControlCodec.TimeLimit, new WireMap([new("task_name", task), new("soft", limit)])));
    }

    [Fact]
    public async Task QueryTask_RunsAndWaits_TellsOfThoseThatAreHere()
    {
        await using WorkerBench bench = new();
        TestSignal started = bench.AddEndless("tasks.long");
        await bench.StartAsync();
        await bench.Client.SendAsync(new Signature("tasks.long") { Options = new CallOptions { TaskId = "waits", Countdown = TimeSpan.FromSeconds(5) } });
        await bench.Client.SendAsync(new Signature("tasks.long") { Options = new CallOptions { TaskId = "runs", Priority = 3 } });
        await started.WaitAsync();
        ImmutableArray<WireValue> ids = ["waits", "runs", "elsewhere"];

        WireMap answer = (await AskAsync(bench, ControlCodec.QueryTask, new WireMap([new("ids", ids)]))).AsMap();

        Assert.Equal(2, answer.Count);
        Assert.Equal((WireValue)"reserved", answer["waits"].AsArray()[0]);
        Assert.Equal((WireValue)"active", answer["runs"].AsArray()[0]);
        Assert.Equal((WireValue)3, answer["runs"].AsArray()[1].AsMap()["delivery_info"].AsMap()["priority"]);
    }

    [Fact]
    public async Task Hello_OfAnotherWorker_RevokedCallsAreExchanged()
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();
        await bench.Client.RevokeAsync(["ours"]);
        WireMap theirs = new([new("theirs", ImmutableArray.Create<WireValue>(1.5, "theirs"))]);

        WireMap answer = (await AskAsync(bench, ControlCodec.Hello, new WireMap([new("from_node", "other@node"), new("revoked", theirs)]))).AsMap();

        Assert.Equal(WireKind.Number, answer["revoked"].AsMap()["ours"].AsArray()[0].Kind);
        Assert.Equal(WireKind.Integer, answer["clock"].Kind);
        Assert.Contains("theirs", (await AskAsync(bench, ControlCodec.Revoked)).AsArray());
    }

    [Fact]
    public async Task Clock_OfASenderIsAhead_IsPassed()
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();
        await bench.Broker.BroadcastAsync(ControlCodec.Exchange, "", ControlCodec.Write(new ControlRequest { Method = ControlCodec.Ping, Clock = 1_000 }));

        Assert.Equal((WireValue)1_002, (await AskAsync(bench, ControlCodec.LogicalClock)).AsMap()["clock"]);
    }

    [Theory]
    [InlineData("pool_grow")]
    [InlineData("autoscale")]
    [InlineData("add_consumer")]
    [InlineData("cancel_consumer")]
    [InlineData("enable_events")]
    [InlineData("disable_events")]
    [InlineData("memsample")]
    [InlineData("revoke_by_stamped_headers")]
    public async Task Command_OfCelerysOnly_IsRefusedWithAReason(string method)
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();

        string refusal = (await AskAsync(bench, method)).AsMap()["error"].AsText();

        Assert.DoesNotContain("KeyError", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("conf", "dump_conf")]
    [InlineData("registered", "dump_tasks")]
    [InlineData("active", "dump_active")]
    [InlineData("reserved", "dump_reserved")]
    [InlineData("scheduled", "dump_schedule")]
    [InlineData("revoked", "dump_revoked")]
    public async Task Question_UnderItsOlderName_IsAnsweredTheSame(string name, string older)
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.now", () => 1, new TaskOptions { RateLimit = RateLimit.Parse("10/m") });
        await bench.StartAsync();

        WireValue answer = await AskAsync(bench, older);

        Assert.Equal(await AskAsync(bench, name), answer);
        Assert.NotEqual(default, answer);
    }

    [Fact]
    public async Task RevokeAsync_StoresAtOnce_WhoWaitsHearsThoughTheMessageIsElsewhere()
    {
        await using WorkerBench bench = new(new WorkerOptions { Concurrency = 1, StoresRevocationsAtOnce = true });
        await bench.StartAsync();

        await bench.Client.RevokeAsync(["elsewhere"]);

        Assert.Equal(TaskState.Revoked, (await bench.EndOfAsync("elsewhere")).State);
    }

    [Fact]
    public async Task RevokeAsync_StoresAtOnceAndItHasEnded_ResultStays()
    {
        await using WorkerBench bench = new(new WorkerOptions { Concurrency = 1, StoresRevocationsAtOnce = true });
        bench.Registry.Add("tasks.now", () => 1);
        await bench.StartAsync();
        string id = (await bench.RunAsync(new Signature("tasks.now"))).TaskId;

        await bench.Client.RevokeAsync([id]);
        await AskAsync(bench, ControlCodec.Ping);

        Assert.Equal(TaskState.Success, (await bench.Backend.ReadAsync(id))!.State);
    }

    [Fact]
    public async Task RevokeAsync_NotSaidToStoreAtOnce_NothingIsStoredBeforeItsTurn()
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();

        await bench.Client.RevokeAsync(["elsewhere"]);
        await AskAsync(bench, ControlCodec.Ping);

        Assert.Null(await bench.Backend.ReadAsync("elsewhere"));
    }

    private static async Task<WireValue> AskAsync(WorkerBench bench, string method, WireMap? arguments = null)
    {
        const string Exchange = "reply.celery.pidbox";
        string queue = $"{Guid.NewGuid()}.{Exchange}";
        await bench.Broker.DeclareAsync(new QueueDefinition(queue, Exchange, queue));
        await using IBrokerConsumer consumer = await bench.Broker.ConsumeAsync(new ConsumerOptions { Queues = [queue] });
        ControlRequest request = new()
        {
            Method = method,
            Arguments = arguments ?? WireMap.Empty,
            Ticket = "ticket",
            ReplyExchange = Exchange,
            ReplyRoutingKey = queue,
        };
        await bench.Broker.BroadcastAsync(ControlCodec.Exchange, "", ControlCodec.Write(request));
        using CancellationTokenSource patience = new(WorkerBench.Patience);
        WireMessage answer = (await consumer.ReceiveAsync(1, patience.Token))[0].Message!;
        Assert.Equal((WireValue)"ticket", answer.Headers["ticket"]);
        return PythonJson.Read(answer.Body.Span, ProtocolLimits.Default).AsMap()["worker@bench"];
    }
}
