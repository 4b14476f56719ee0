using Overlap.Distributed.Backends;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Tests.Worker;
using Overlap.Distributed.Worker;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Brokers;

/// <summary>What a broker whose leases run out unnoticed knows of them: for one who stood still, and looks before he lets anything out.</summary>
public abstract class LeaseProofContract
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    protected static TimeSpan Lease => TimeSpan.FromSeconds(10);

    protected VirtualTimeProvider Clock { get; } = new(new VirtualTimeOptions { Start = new DateTimeOffset(2031, 2, 3, 4, 5, 6, TimeSpan.Zero) });

    [Fact]
    public async Task IsCertain_JustReceived_True()
    {
        await using IBroker broker = await OpenAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker);

        Assert.True(ProofOf(await ReceiveAsync(consumer)).IsCertain);
    }

    [Fact]
    public async Task IsCertain_StoodStillForMostOfTheLease_False()
    {
        await using IBroker broker = await OpenAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker);
        Delivery delivery = await ReceiveAsync(consumer);
        StandStill(consumer, isStill: true);

        Clock.Advance(Lease * 0.7);
        Assert.True(ProofOf(delivery).IsCertain);
        Clock.Advance(Lease * 0.1);

        Assert.False(ProofOf(delivery).IsCertain);
        Assert.False(delivery.LeaseLost.IsCancellationRequested);
    }

    [Fact]
    public async Task ProveAsync_NobodyHasTakenIt_IsCertainAgain()
    {
        await using IBroker broker = await OpenAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker);
        Delivery delivery = await ReceiveAsync(consumer);
        StandStill(consumer, isStill: true);
        Clock.Advance(Lease * 0.8);
        StandStill(consumer, isStill: false);

        await ProofOf(delivery).ProveAsync().AsTask().WaitAsync(Guard);

        Assert.True(ProofOf(delivery).IsCertain);
        Assert.False(delivery.LeaseLost.IsCancellationRequested);
        Clock.Advance(Lease * 0.7);
        Assert.True(ProofOf(delivery).IsCertain);
    }

    [Fact]
    public async Task ProveAsync_AnotherHasTakenIt_LeaseIsLost()
    {
        await using IBroker broker = await OpenAsync();
        await using IBroker others = await OpenAsync();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        await PublishAsync(broker);
        Delivery delivery = await ReceiveAsync(consumer);
        StandStill(consumer, isStill: true);
        Clock.Advance(Lease * 2);
        await SweepAsync(others);
        await using IBrokerConsumer other = await ConsumeAsync(others);
        Delivery taken = await ReceiveAsync(other);
        StandStill(consumer, isStill: false);

        await ProofOf(delivery).ProveAsync().AsTask().WaitAsync(Guard);

        Assert.True(delivery.LeaseLost.IsCancellationRequested);
        Assert.False(taken.LeaseLost.IsCancellationRequested);
    }

    [Fact]
    public async Task RunAsync_WorkerStoodStillForLongerThanItsLease_ItsLateResultIsStoredOverNothing()
    {
        await using IBroker broker = await OpenAsync();
        await using IBroker others = await OpenAsync();
        await using IResultBackend backend = OpenBackend();
        RecordingBroker recording = new(broker);
        TestSignal started = new("started");
        TaskCompletionSource pause = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskRegistry slow = new TaskRegistry().Add("tasks.who", async () =>
        {
            started.Signal();
            await pause.Task;
            return "the first";
        });
        WorkerHost first = new(recording, slow, backend, Options("first@lab"));
        await first.StartAsync();
        TaskHandle<string> handle = await new TaskClient(broker, backend).SendAsync<string>(new Signature("tasks.who"));
        await started.WaitAsync();
        WorkerHost second = await OvertakeAsync(recording, others, backend, handle);

        pause.SetResult();
        await first.StopAsync().WaitAsync(Guard);
        await second.StopAsync().WaitAsync(Guard);

        Assert.Equal((WireValue)"the second", (await handle.ReadAsync())!.Result);
        Assert.Equal((1, 0), (first.GetStatistics().LostLeases, second.GetStatistics().LostLeases));
    }

    [Fact]
    public async Task RunAsync_WorkerStoodStillBetweenClaimAndStart_LeavesItToTheOtherWhoHasIt()
    {
        // It ran what had long been another's: the claim had been on its way while the server stood still.
        await using IBroker broker = await OpenAsync();
        await using IBroker others = await OpenAsync();
        await using IResultBackend backend = OpenBackend();
        TestSignal received = new("received");
        TestSignal asked = new("asked");
        TaskCompletionSource pause = new(TaskCreationOptions.RunContinuationsAsynchronously);
        RecordingBroker recording = new(broker)
        {
            Received = async () =>
            {
                received.Signal();
                await pause.Task;
            },
            Beginning = _ => asked.Signal(),
        };
        int runs = 0;
        WorkerHost first = new(recording, new TaskRegistry().Add("tasks.who", () => $"the first, time {++runs}"), backend, Options("first@lab"));
        await first.StartAsync();
        TaskHandle<string> handle = await new TaskClient(broker, backend).SendAsync<string>(new Signature("tasks.who"));
        await received.WaitAsync();
        WorkerHost second = await OvertakeAsync(recording, others, backend, handle);

        pause.SetResult();
        await asked.WaitAsync();
        await first.StopAsync().WaitAsync(Guard);
        await second.StopAsync().WaitAsync(Guard);

        Assert.Equal(0, runs);
        Assert.Equal((1, 0), (first.GetStatistics().LostLeases, second.GetStatistics().LostLeases));
    }

    /// <summary>Opens the broker as another process would, beside those that are open.</summary>
    protected abstract ValueTask<IBroker> OpenAsync();

    protected abstract IResultBackend OpenBackend();

    /// <summary>Keeps a consumer from renewing its leases, or lets it again.</summary>
    protected abstract void StandStill(IBrokerConsumer consumer, bool isStill);

    /// <summary>Brings back what has been lost, where that is nobody's who claims.</summary>
    protected virtual ValueTask SweepAsync(IBroker broker) => default;

    private WorkerOptions Options(string name) => new() { Name = name, Concurrency = 1, TimeProvider = Clock, FollowsControl = false };

    // The first worker stands still for longer than its lease, and goes on when another has run the call.
    private async Task<WorkerHost> OvertakeAsync(RecordingBroker first, IBroker others, IResultBackend backend, TaskHandle<string> handle)
    {
        StandStill(first.Consumers[0], isStill: true);
        Clock.Advance(Lease * 2);
        await SweepAsync(others);
        WorkerHost second = new(others, new TaskRegistry().Add("tasks.who", () => "the second"), backend, Options("second@lab"));
        await second.StartAsync();
        Assert.Equal("the second", await handle.GetAsync().AsTask().WaitAsync(Guard));
        StandStill(first.Consumers[0], isStill: false);
        return second;
    }

    private static ILeaseProof ProofOf(Delivery delivery) => Assert.IsType<ILeaseProof>(delivery.State, exactMatch: false);

    private static ValueTask<IBrokerConsumer> ConsumeAsync(IBroker broker) => broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });

    private static ValueTask PublishAsync(IBroker broker) => broker.PublishAsync(new[]
    {
        new Publication("", "celery", new WireMessage { ContentType = "application/json", ContentEncoding = "utf-8", Body = "[[], {}, {}]"u8.ToArray() }),
    });

    private static async Task<Delivery> ReceiveAsync(IBrokerConsumer consumer) =>
        Assert.Single(await consumer.ReceiveAsync(1, CancellationToken.None).AsTask().WaitAsync(Guard));
}
