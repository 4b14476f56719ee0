using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Worker;

/// <summary>Whom the death of a worker convicts: those it had begun, and before a last time those that ran alone.</summary>
public sealed class PoisonTests
{
    [Fact]
    public async Task Neighbour_OnItsLastDeliveryWhenAPoisonDiesBeforeItIsBack_IsNoDeadLetter()
    {
        // The worker gave it back, but died of another before that was written: it was convicted for having been there.
        await using WorkerBench bench = new(new WorkerOptions { Concurrency = 2 });
        TestSignal givingBack = new("giving back");
        TaskCompletionSource death = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RecordingBroker broker = new(bench.Broker)
        {
            Settling = () =>
            {
                givingBack.Signal();
                return death.Task;
            },
        };
        bench.BrokerOfHost = broker;
        TaskHandle<string> neighbour = await bench.Client.SendAsync<string>(new Signature("tasks.neighbour"));
        await bench.LoseAsync(times: 2);
        await bench.Client.SendAsync(new Signature("tasks.poison"));
        TestSignal poisonRuns = new("poison runs");
        bench.Registry.Add("tasks.neighbour", () => "ran in company");
        bench.Registry.Add("tasks.poison", () =>
        {
            poisonRuns.Signal();
            return death.Task;
        });
        await bench.StartAsync();
        await poisonRuns.WaitAsync();
        await givingBack.WaitAsync();

        // What the death of its process is for the broker.
        bench.LetDie(Assert.Single(broker.Consumers));
        TaskRegistry registry = new();
        registry.Add("tasks.neighbour", () => "ran alone");
        registry.Add("tasks.poison", () => "harmless now");
        await using WorkerHost next = new(bench.Broker, registry, bench.Backend, bench.Options with { Name = "next@bench" });
        await next.StartAsync();

        Assert.Equal("ran alone", await neighbour.GetAsync().AsTask().WaitAsync(WorkerBench.Patience));
        Assert.Equal(0, await bench.Broker.DeadLetters.CountAsync());
        death.SetResult();
    }

    [Fact]
    public async Task RunAsync_FirstDelivery_IsNotBegun()
    {
        await using WorkerBench bench = new();
        int begun = 0;
        bench.BrokerOfHost = new RecordingBroker(bench.Broker) { Beginning = _ => begun++ };
        bench.Registry.Add("tasks.add", (int a, int b) => a + b);
        await bench.StartAsync();

        await bench.RunAsync(new Signature("tasks.add", 1, 2));

        Assert.Equal(0, begun);
    }

    [Fact]
    public async Task RunAsync_LostBefore_IsBegunBeforeItRuns()
    {
        await using WorkerBench bench = new();
        List<string> story = [];
        bench.BrokerOfHost = new RecordingBroker(bench.Broker) { Beginning = deliveries => story.Add($"begins attempt {deliveries.Span[0].Attempt}") };
        bench.Registry.Add("tasks.tell", () => story.Add("runs"));
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.tell"));
        await bench.LoseAsync(times: 1);
        await bench.StartAsync();

        await bench.EndOfAsync(handle);

        Assert.Equal(["begins attempt 2", "runs"], story);
    }

    [Fact]
    public async Task RunAsync_LostBeforeAndAcknowledgedEarly_IsNotBegun()
    {
        await using WorkerBench bench = new();
        int begun = 0;
        bench.BrokerOfHost = new RecordingBroker(bench.Broker) { Beginning = _ => begun++ };
        bench.Registry.Add("tasks.early", () => 1, new TaskOptions { AcknowledgesEarly = true });
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.early"));
        await bench.LoseAsync(times: 1);
        await bench.StartAsync();

        await bench.EndOfAsync(handle);

        Assert.Equal(0, begun);
    }

    [Fact]
    public async Task RunAsync_LeaseLostBeforeItBegins_DoesNotRunHere()
    {
        await using WorkerBench bench = new();
        RecordingBroker broker = new(bench.Broker);
        broker.Beginning = _ =>
        {
            // Stands still at the last moment: the broker gives it to the other.
            broker.Beginning = null;
            bench.LetDie(broker.Consumers[0]);
        };
        bench.BrokerOfHost = broker;
        int runs = 0;
        bench.Registry.Add("tasks.count", () => ++runs);
        TaskHandle<int> handle = await bench.Client.SendAsync<int>(new Signature("tasks.count"));
        await bench.LoseAsync(times: 1);
        await bench.StartAsync();

        // It comes back to the same worker, and runs then.
        Assert.Equal(1, await handle.GetAsync().AsTask().WaitAsync(WorkerBench.Patience));
        Assert.Equal(1, bench.Host!.GetStatistics().LostLeases);
    }

    [Fact]
    public async Task RunAsync_BrokerAwayWhenItBegins_IsTriedAgain()
    {
        await using WorkerBench bench = new();
        TestSignal refused = new("refused");
        RecordingBroker broker = new(bench.Broker);
        broker.Beginning = _ =>
        {
            broker.Beginning = null;
            refused.Signal();
            throw new BrokerException("away");
        };
        bench.BrokerOfHost = broker;
        bench.Registry.Add("tasks.one", () => 1);
        TaskHandle<int> handle = await bench.Client.SendAsync<int>(new Signature("tasks.one"));
        await bench.LoseAsync(times: 1);
        await bench.StartAsync();
        Task<int> result = handle.GetAsync().AsTask();

        await refused.WaitAsync();
        await bench.AdvanceUntilAsync(TimeSpan.FromMilliseconds(50), () => result.IsCompleted);

        Assert.Equal(1, await result);
    }

    [Fact]
    public async Task Agenda_DueWhileALastDeliveryRunsAlone_ComesAfterIt()
    {
        // It began beside it, and had it been a poison, the one that ran alone would have paid.
        await using WorkerBench bench = new(new WorkerOptions { Concurrency = 2 });
        RecordingBroker broker = new(bench.Broker);
        bench.BrokerOfHost = broker;
        TestSignal alone = new("alone");
        TaskCompletionSource end = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool hasEnded = false;
        bench.Registry.Add("tasks.last", async () =>
        {
            alone.Signal();
            await end.Task;
            hasEnded = true;
        });
        bench.Registry.Add("tasks.due", () => hasEnded);
        bench.Registry.Add("tasks.mark", () => 1);
        await bench.Client.SendAsync(new Signature("tasks.last"));
        await bench.LoseAsync(times: 2);
        IBrokerConsumer holder = await bench.Broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        await holder.ReceiveAsync(1, CancellationToken.None);
        await bench.StartAsync();
        TaskHandle<bool> due = await bench.Client.SendAsync<bool>(new Signature("tasks.due") { Options = new CallOptions { Countdown = TimeSpan.FromSeconds(5) } });
        await bench.RunAsync(new Signature("tasks.mark"));
        Assert.Equal(1, bench.Host!.GetStatistics().Waiting);
        await holder.DisposeAsync();
        await alone.WaitAsync();

        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        await bench.AdvanceUntilAsync(TimeSpan.FromMilliseconds(1), () => broker.Settled.Contains(SettlementKind.Return));
        end.SetResult();

        Assert.True(await due.GetAsync().AsTask().WaitAsync(WorkerBench.Patience));
    }
}
