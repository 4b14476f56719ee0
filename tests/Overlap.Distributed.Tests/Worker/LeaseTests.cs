using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Worker;

public sealed class LeaseTests
{
    [Fact]
    public async Task RunAsync_LeaseRunsOut_TokenIsCancelledAndTheOthersResultStays()
    {
        await using WorkerBench bench = new(new WorkerOptions { Concurrency = 1 });
        RecordingBroker broker = new(bench.Broker);
        bench.BrokerOfHost = broker;
        TestSignal started = new("started");
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Registry.Add("tasks.paused", async (CancellationToken token) =>
        {
            started.Signal();
            using CancellationTokenRegistration registration = token.Register(() => cancelled.TrySetResult());
            await end.Task;
            return "the first";
        });
        await bench.StartAsync();
        TaskHandle<string> handle = await bench.Client.SendAsync<string>(new Signature("tasks.paused"));
        await started.WaitAsync();

        bench.Broker.LetLeasesRunOut(broker.Consumers[0]);
        TaskRegistry registry = new();
        registry.Add("tasks.paused", () => "the second");
        await using WorkerHost second = new(bench.Broker, registry, bench.Backend, bench.Options with { Name = "second@bench" });
        await second.StartAsync();
        bench.Clock.Advance(TimeSpan.FromSeconds(30));
        await cancelled.Task.WaitAsync(WorkerBench.Patience);
        string result = await handle.GetAsync().AsTask().WaitAsync(WorkerBench.Patience);
        end.SetResult();
        await bench.StopAsync();

        Assert.Equal("the second", result);
        Assert.Equal((WireValue)"the second", (await handle.ReadAsync())!.Result);
        Assert.Equal(1, bench.Host!.GetStatistics().LostLeases);
    }

    [Fact]
    public async Task RunAsync_ThreeWhoHadBegunLostIt_BecomesADeadLetterAndCallerHears()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.poison", () => Assert.Fail("It ran."));
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.poison"));
        await bench.LoseAsync(times: 3);
        await bench.StartAsync();
        ResultDocument document = await bench.EndOfAsync(handle);
        await bench.StopAsync();

        Assert.Equal("WorkerLostError", document.Error!.Type);
        Assert.Equal(MessageDefect.Poison, Assert.Single(await bench.Broker.DeadLetters.ListAsync(10)).Cause.Defect);
    }

    [Fact]
    public async Task StopAsync_WorkWaits_ItGoesBackAndAnotherWorkerDoesIt()
    {
        await using WorkerBench bench = new(new WorkerOptions { Concurrency = 1 });
        RecordingBroker broker = new(bench.Broker);
        bench.BrokerOfHost = broker;
        TestSignal started = new("started");
        TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Registry.Add("tasks.block", async () =>
        {
            started.Signal();
            await end.Task;
        });
        bench.Registry.Add("tasks.later", () => 1);
        await bench.StartAsync();
        TaskHandle later = await bench.Client.SendAsync(new Signature("tasks.later") { Options = new CallOptions { Countdown = TimeSpan.FromSeconds(5) } });
        TaskHandle running = await bench.Client.SendAsync(new Signature("tasks.block"));
        await started.WaitAsync();

        Task stop = bench.Host!.StopAsync();
        end.SetResult();
        await stop.WaitAsync(WorkerBench.Patience);

        Assert.Equal(TaskState.Success, await running.GetStateAsync());
        Assert.Equal(TaskState.Pending, await later.GetStateAsync());
        Assert.Equal(1, await bench.Broker.CountAsync("celery"));
        Assert.Equal(1, bench.Host.GetStatistics().Returned);
    }

    [Fact]
    public async Task StopAsync_CallOutlivesTheTimeout_TokenIsCancelledAndMessageGoesBack()
    {
        await using WorkerBench bench = new(new WorkerOptions { Concurrency = 1, StopTimeout = TimeSpan.FromSeconds(5) });
        TestSignal started = bench.AddEndless("tasks.long");
        await bench.StartAsync();
        await bench.Client.SendAsync(new Signature("tasks.long"));
        await started.WaitAsync();
        using CancellationTokenSource hurry = new();

        Task stop = bench.Host!.StopAsync(hurry.Token);
        await hurry.CancelAsync();
        await stop.WaitAsync(WorkerBench.Patience);

        Assert.Equal(1, await bench.Broker.CountAsync("celery"));
    }

    [Fact]
    public async Task StopAsync_CallIgnoresItsToken_MessageGoesBackAllTheSame()
    {
        await using WorkerBench bench = new(new WorkerOptions { Concurrency = 1, StopTimeout = TimeSpan.Zero, StopGrace = TimeSpan.Zero });
        TestSignal started = new("started");
        TaskCompletionSource never = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Registry.Add("tasks.deaf", () =>
        {
            started.Signal();
            return never.Task;
        });
        await bench.StartAsync();
        await bench.Client.SendAsync(new Signature("tasks.deaf"));
        await started.WaitAsync();

        await bench.StopAsync();
        long waiting = await bench.Broker.CountAsync("celery");
        never.SetResult();

        Assert.Equal(1, waiting);
    }

    [Fact]
    public async Task StopAsync_TwiceAndBeforeStart_IsLegal()
    {
        await using WorkerBench bench = new();
        WorkerHost host = new(bench.Broker, bench.Registry);

        await host.StopAsync();

        await host.StopAsync();
    }

    [Fact]
    public async Task Receive_LongCalls_NoneIsTakenAhead()
    {
        await using WorkerBench bench = new(new WorkerOptions { Concurrency = 1 });
        TestSignal started = new("started");
        TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Registry.Add("tasks.block", async () =>
        {
            started.Signal();
            await end.Task;
        });
        await bench.StartAsync();
        await bench.Client.SendManyAsync(Enumerable.Repeat(new Signature("tasks.block"), 5));

        await started.WaitAsync();
        long waiting = await bench.Broker.CountAsync("celery");
        end.SetResult();

        Assert.Equal(4, waiting);
    }

    [Fact]
    public async Task StallWatch_QueueIsNotEmptyAndNothingComes_IsStalledUntilSomethingDoes()
    {
        await using WorkerBench bench = new(new WorkerOptions { StallAfter = TimeSpan.FromSeconds(60) });
        RecordingBroker broker = new(bench.Broker) { CountTold = 3 };
        bench.BrokerOfHost = broker;
        bench.Registry.Add("tasks.add", (int a, int b) => a + b);
        await bench.StartAsync();
        await bench.RunAsync(new Signature("tasks.add", 1, 2));
        Assert.False(bench.Host!.GetStatistics().IsStalled);

        await bench.AdvanceUntilAsync(TimeSpan.FromSeconds(15), () => bench.Host.GetStatistics().IsStalled);

        await bench.RunAsync(new Signature("tasks.add", 1, 2));
        Assert.False(bench.Host.GetStatistics().IsStalled);
    }
}
