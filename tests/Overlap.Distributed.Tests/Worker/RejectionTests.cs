using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;

namespace Overlap.Distributed.Tests.Worker;

/// <summary>Calls that want neither success nor failure, and messages that are kept after one.</summary>
public sealed class RejectionTests
{
    [Fact]
    public async Task RunAsync_CallIsToBeIgnored_MessageIsDoneWithAndNothingIsStored()
    {
        await using WorkerBench bench = new();
        RecordingBroker broker = new(bench.Broker);
        bench.BrokerOfHost = broker;
        bench.Registry.Add("tasks.quiet", int (TaskContext context) => throw context.Ignore());
        await bench.StartAsync();
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.quiet"));

        await bench.AdvanceUntilAsync(TimeSpan.FromMilliseconds(1), () => broker.Settled.Count == 1);

        Assert.Equal(SettlementKind.Acknowledge, Assert.Single(broker.Settled));
        Assert.Null(await bench.Backend.ReadAsync(handle.Id));
        Assert.Equal(1, bench.Host!.GetStatistics().Ignored);
    }

    [Fact]
    public async Task RunAsync_CallIgnoredAfterAStateOfItsOwn_StateStays()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.quiet", async (TaskContext context) =>
        {
            await context.ReportAsync("ELSEWHERE", 7);
            throw context.Ignore();
        });
        await bench.StartAsync();
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.quiet"));
        await bench.AdvanceUntilAsync(TimeSpan.FromMilliseconds(1), () => bench.Host!.GetStatistics().Ignored == 1);

        Assert.Equal("ELSEWHERE", (await bench.Backend.ReadAsync(handle.Id))!.StateName);
    }

    [Fact]
    public async Task RunAsync_CallRejects_BecomesADeadLetterAndCallerHears()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.refuse", int (TaskContext context) => throw context.Reject("not mine"));
        await bench.StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.refuse"));
        await bench.StopAsync();

        Assert.Equal(TaskState.Failure, document.State);
        Assert.Equal(("Reject", "celery.exceptions"), (document.Error!.Type, document.Error.Module));
        Assert.Equal(["not mine", false], document.Error.Arguments);
        DeadLetterCause cause = Assert.Single(await bench.Broker.DeadLetters.ListAsync(10)).Cause;
        Assert.Equal(new DeadLetterCause(MessageDefect.Rejected, "not mine"), cause);
        Assert.Equal(0, bench.Host!.GetStatistics().Failed);
    }

    [Fact]
    public async Task RunAsync_CallRejectsAndRequeues_RunsAgainBehindTheOthers()
    {
        await using WorkerBench bench = new(new WorkerOptions { Concurrency = 1 });
        List<string> order = [];
        bench.Registry.Add("tasks.refuse", string (string name, TaskContext context) =>
        {
            order.Add(name);
            return order.Count == 1 ? throw context.Reject(requeues: true) : name;
        });
        IReadOnlyList<TaskHandle> handles = await bench.Client.SendManyAsync([new Signature("tasks.refuse", "a"), new Signature("tasks.refuse", "b")]);
        await bench.StartAsync();

        Assert.Equal((WireValue)"a", (await bench.EndOfAsync(handles[0])).Result);
        Assert.Equal(["a", "b", "a"], order);
        Assert.Equal(1, bench.Host!.GetStatistics().Returned);
    }

    [Fact]
    public async Task RunAsync_EarlyAcknowledgedRejects_FailsForThereIsNothingToGiveBack()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.refuse", int (TaskContext context) => throw context.Reject("not mine", requeues: true), new TaskOptions { AcknowledgesEarly = true });
        await bench.StartAsync();

        Assert.Equal(["not mine", true], (await bench.RunAsync(new Signature("tasks.refuse"))).Error!.Arguments);
        await bench.StopAsync();
        Assert.Empty(await bench.Broker.DeadLetters.ListAsync(10));
        Assert.Equal(0, await bench.Broker.CountAsync("celery"));
    }

    [Fact]
    public async Task RunAsync_StepOfAChainRejects_LaterStepsFailAndErrbacksAreNotCalled()
    {
        await using WorkerBench bench = new();
        bool isCalled = false;
        bench.Registry.Add("tasks.refuse", int (TaskContext context) => throw context.Reject()).Add("tasks.never", (WireValue value) => isCalled = true);
        await bench.StartAsync();
        Signature step = new("tasks.never") { Options = new CallOptions { TaskId = "step" } };
        await bench.RunAsync(new Signature("tasks.refuse") { Options = new CallOptions { Chain = [step.ToWire()], Errbacks = [new Signature("tasks.never").ToWire()] } });

        Assert.Equal("Reject", (await bench.EndOfAsync("step")).Error!.Type);
        await bench.StopAsync();
        Assert.False(isCalled);
    }

    [Fact]
    public async Task RunAsync_KeepsFailures_MessageIsADeadLetterThatCanBePutBack()
    {
        await using WorkerBench bench = new();
        bool works = false;
        bench.Registry.Add("tasks.fragile", string () => works ? "done" : throw new InvalidOperationException("on purpose"), new TaskOptions { KeepsFailures = true });
        await bench.StartAsync();

        ResultDocument failure = await bench.RunAsync(new Signature("tasks.fragile") { Options = new CallOptions { TaskId = "kept" } });
        await bench.AdvanceUntilAsync(TimeSpan.FromMilliseconds(1), () => bench.Host!.GetStatistics().Held == 0);
        DeadLetterRecord dead = Assert.Single(await bench.Broker.DeadLetters.ListAsync(10));
        works = true;
        await bench.Backend.ForgetAsync("kept");
        await bench.Broker.DeadLetters.RequeueAsync(dead.Id);

        Assert.Equal("InvalidOperationException", failure.Error!.Type);
        Assert.Equal(new DeadLetterCause(MessageDefect.Failed, "InvalidOperationException: on purpose"), dead.Cause);
        Assert.Equal((WireValue)"done", (await bench.EndOfAsync("kept")).Result);
    }
}
