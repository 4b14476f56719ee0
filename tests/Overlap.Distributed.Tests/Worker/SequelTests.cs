using System.Collections.Immutable;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;

namespace Overlap.Distributed.Tests.Worker;

public sealed class SequelTests
{
    [Fact]
    public async Task RunAsync_Callback_RunsWithTheResultFirst()
    {
        await using WorkerBench bench = await StartAsync();
        Signature callback = Named("tasks.add", "callback", 10);

        ResultDocument first = await bench.RunAsync(new Signature("tasks.add", 1, 2) { Options = new CallOptions { Callbacks = [callback] } });
        ResultDocument second = await bench.EndOfAsync("callback");

        Assert.Equal((WireValue)13, second.Result);
        Assert.Equal(first.TaskId, second.ParentId);
        Assert.Equal((WireValue)"callback", first.Children.AsArray()[0].AsArray()[0].AsArray()[0]);
    }

    [Fact]
    public async Task RunAsync_Chain_RunsStepByStepTheLastElementFirst()
    {
        await using WorkerBench bench = await StartAsync();
        ImmutableArray<WireMap> chain = [Named("tasks.add", "third", 100), Named("tasks.add", "second", 10)];

        await bench.Client.SendAsync(new Signature("tasks.add", 1, 2) { Options = new CallOptions { Chain = chain } });

        Assert.Equal((WireValue)113, (await bench.EndOfAsync("third")).Result);
        Assert.Equal((WireValue)13, (await bench.EndOfAsync("second")).Result);
    }

    [Fact]
    public async Task RunAsync_ChainStepIsImmutable_GetsItsOwnArgumentsOnly()
    {
        await using WorkerBench bench = await StartAsync();
        ImmutableArray<WireMap> chain = [(Named("tasks.add", "second", 5, 6) with { IsImmutable = true }).ToWire()];

        await bench.Client.SendAsync(new Signature("tasks.add", 1, 2) { Options = new CallOptions { Chain = chain } });

        Assert.Equal((WireValue)11, (await bench.EndOfAsync("second")).Result);
    }

    [Fact]
    public async Task RunAsync_ChainStepWithStampsAndAGroup_KeepsThem()
    {
        TaskMessage? seen = null;
        WireMap options = new(
        [
            new("task_id", "second"),
            new("group_id", "its-own"),
            new("group_index", 4),
            new("stamped_headers", ImmutableArray.Create<WireValue>("tenant")),
            new("tenant", "a"),
        ]);
        WireMap step = new([new("task", "tasks.look"), new("args", ImmutableArray<WireValue>.Empty), new("kwargs", WireMap.Empty), new("options", options)]);
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.add", (long a, long b) => a + b).Add("tasks.look", int (WireValue value, TaskContext context) =>
        {
            seen = context.Message;
            return 1;
        });
        await bench.StartAsync();

        await bench.Client.SendAsync(new Signature("tasks.add", 1, 2) { Options = new CallOptions { Chain = [step], GroupId = "another" } });
        await bench.EndOfAsync("second");

        Assert.Equal("its-own", seen!.GroupId);
        Assert.Equal(4, seen.GroupIndex);
        Assert.Equal(["tenant"], seen.StampedHeaders);
        Assert.Equal((WireValue)"a", seen.Stamps["tenant"]);
    }

    [Fact]
    public async Task RunAsync_ChainStepFails_TheOthersFailWithIt()
    {
        await using WorkerBench bench = await StartAsync();
        ImmutableArray<WireMap> chain = [Named("tasks.add", "third", 100).ToWire(), (Named("tasks.fail", "second") with { IsImmutable = true }).ToWire()];

        await bench.Client.SendAsync(new Signature("tasks.add", 1, 2) { Options = new CallOptions { Chain = chain } });

        Assert.Equal("InvalidOperationException", (await bench.EndOfAsync("second")).Error!.Type);
        Assert.Equal("InvalidOperationException", (await bench.EndOfAsync("third")).Error!.Type);
    }

    [Fact]
    public async Task RunAsync_ChainWithinAChain_IsLaidOut()
    {
        await using WorkerBench bench = await StartAsync();
        ImmutableArray<WireValue> inner = [Named("tasks.add", "second", 10).ToWire(), Named("tasks.add", "third", 100).ToWire()];
        Signature nested = new("celery.chain") { SubtaskType = "chain", Kwargs = new WireMap([new("tasks", inner)]) };
        ImmutableArray<WireMap> chain = [Named("tasks.add", "fourth", 1_000).ToWire(), nested.ToWire()];

        await bench.Client.SendAsync(new Signature("tasks.add", 1, 2) { Options = new CallOptions { Chain = chain } });

        Assert.Equal((WireValue)1_113, (await bench.EndOfAsync("fourth")).Result);
    }

    [Fact]
    public async Task RunAsync_GroupAtTheEnd_EachMemberRuns()
    {
        await using WorkerBench bench = await StartAsync();
        ImmutableArray<WireValue> members = [Named("tasks.add", "one", 10).ToWire(), Named("tasks.add", "two", 100).ToWire()];
        Signature group = new("celery.group") { SubtaskType = "group", Kwargs = new WireMap([new("tasks", members)]) };

        await bench.Client.SendAsync(new Signature("tasks.add", 1, 2) { Options = new CallOptions { Chain = [group.ToWire()] } });

        Assert.Equal((WireValue)13, (await bench.EndOfAsync("one")).Result);
        Assert.Equal((WireValue)103, (await bench.EndOfAsync("two")).Result);
    }

    [Fact]
    public async Task RunAsync_ChordFollows_ItsIdHearsThatItCannotBeSent()
    {
        await using WorkerBench bench = await StartAsync();
        Signature chord = new("celery.chord") { SubtaskType = "chord", Options = new CallOptions { TaskId = "body" } };

        ResultDocument first = await bench.RunAsync(new Signature("tasks.add", 1, 2) { Options = new CallOptions { Chain = [chord.ToWire()] } });

        Assert.Equal(TaskState.Success, first.State);
        Assert.Equal("ChordError", (await bench.EndOfAsync("body")).Error!.Type);
    }

    [Fact]
    public async Task RunAsync_Errback_RunsWithTheFailedId()
    {
        await using WorkerBench bench = await StartAsync();
        Signature errback = Named("tasks.echo", "errback");

        ResultDocument failed = await bench.RunAsync(new Signature("tasks.fail") { Options = new CallOptions { Errbacks = [errback.ToWire()] } });

        ResultDocument errored = await bench.EndOfAsync("errback");
        Assert.Null(errored.Error);
        Assert.Equal((WireValue)failed.TaskId, errored.Result);
    }

    [Theory]
    [InlineData(true, "Uuid")]
    [InlineData(false, "Text")]
    public async Task RunAsync_ChainStepWithATaggedValue_IsTaggedAgain(bool isTagged, string kind)
    {
        await using WorkerBench bench = await StartAsync();
        TaskClient client = new(bench.Broker, bench.Backend, new TaskClientOptions { EmitsTypeTags = isTagged });
        Signature step = Named("tasks.kind", "second", Guid.NewGuid()) with { IsImmutable = true };

        await client.SendAsync(new Signature("tasks.add", 1, 2) { Options = new CallOptions { Chain = [step.ToWire()] } });

        Assert.Equal((WireValue)kind, (await bench.EndOfAsync("second")).Result);
    }

    [Fact]
    public async Task RunAsync_UnknownTaskInAChain_StepsAfterItFail()
    {
        await using WorkerBench bench = await StartAsync();
        ImmutableArray<WireMap> chain = [Named("tasks.add", "last", 1).ToWire()];

        await bench.Client.SendAsync(new Signature("tasks.unknown") { Options = new CallOptions { Chain = chain } });

        Assert.Equal("NotRegistered", (await bench.EndOfAsync("last")).Error!.Type);
    }

    // A callback to a queue that nobody has bound once kept all other results from being stored.
    [Fact]
    public async Task RunAsync_CallbackGoesNowhere_OthersAreSentAndResultsStored()
    {
        await using WorkerBench bench = await StartAsync();
        Signature nowhere = new("tasks.add", 1) { Options = new CallOptions { TaskId = "nowhere", Exchange = "none", RoutingKey = "none" } };
        ImmutableArray<WireMap> callbacks = [nowhere.ToWire(), Named("tasks.add", "callback", 10).ToWire()];

        ResultDocument first = await bench.RunAsync(new Signature("tasks.add", 1, 2) { Options = new CallOptions { Callbacks = callbacks } });

        Assert.Equal(TaskState.Success, first.State);
        Assert.Equal((WireValue)13, (await bench.EndOfAsync("callback")).Result);
    }

    private static Signature Named(string task, string id, params ImmutableArray<WireValue> args) =>
        new(task, args) { Options = new CallOptions { TaskId = id } };

    private static async Task<WorkerBench> StartAsync()
    {
        WorkerBench bench = new();
        bench.Registry
            .Add("tasks.add", (int a, int b) => a + b)
            .Add("tasks.kind", (WireValue value) => value.Kind.ToString())
            .Add("tasks.echo", (string text) => text)
            .Add("tasks.fail", int () => throw new InvalidOperationException("on purpose"));
        await bench.StartAsync();
        return bench;
    }
}
