using System.Collections.Immutable;
using System.Diagnostics;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Diagnostics;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Tests.Worker;

namespace Overlap.Distributed.Tests.Client;

public sealed class TaskClientTests
{
    [Fact]
    public async Task SendAsync_AllOptions_AreInTheMessage()
    {
        await using WorkerBench bench = new();
        DateTimeOffset now = bench.Clock.GetUtcNow();
        CallOptions options = new()
        {
            TaskId = "my-own-id",
            Queue = "videos",
            Priority = 6,
            Countdown = TimeSpan.FromSeconds(10),
            ExpiresAfter = TimeSpan.FromMinutes(1),
            HardLimit = TimeSpan.FromSeconds(20),
            SoftLimit = TimeSpan.FromSeconds(15),
            IgnoresResult = true,
            Headers = new WireMap([new("tenant", "t1")]),
            Content = ContentKind.MessagePack,
            IsCompressed = true,
            Shadow = "shown",
            ReplyTo = "replies",
        };

        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.add", 2, 3) { Kwargs = new WireMap([new("c", 4)]), Options = options });
        TaskMessage message = await TakeAsync(bench, "videos");

        Assert.Equal("my-own-id", handle.Id);
        Assert.Equal("my-own-id", message.Id);
        Assert.Equal("my-own-id", message.RootId);
        Assert.Equal([(WireValue)2, 3], message.Args);
        Assert.Equal((WireValue)4, message.Kwargs["c"]);
        Assert.Equal(now + TimeSpan.FromSeconds(10), message.Eta);
        Assert.Equal(now + TimeSpan.FromMinutes(1), message.Expires);
        Assert.Equal(TimeSpan.FromMinutes(1), message.Properties.Expiration);
        Assert.Equal(TimeSpan.FromSeconds(20), message.HardLimit);
        Assert.Equal(TimeSpan.FromSeconds(15), message.SoftLimit);
        Assert.True(message.IgnoresResult);
        Assert.Equal((WireValue)"t1", message.OtherHeaders["tenant"]);
        Assert.Equal(ContentKind.MessagePack, message.Content);
        Assert.True(message.IsCompressed);
        Assert.Equal("shown", message.Shadow);
        Assert.Equal("replies", message.Properties.ReplyTo);
        Assert.Equal(6, message.Properties.Priority);
        Assert.Equal("(2, 3)", message.ArgsText);
    }

    [Fact]
    public async Task SendAsync_OutcomeOfFirstTryUnknown_IsResentUnderItsId()
    {
        await using WorkerBench bench = new();
        int tries = 0;
        RecordingBroker broker = new(bench.Broker) { Publishing = () => ThrowOnce(ref tries, new PublishUncertainException("cut")) };
        TaskClient client = new(broker, null, new TaskClientOptions { TimeProvider = bench.Clock });

        TaskHandle handle = await client.SendAsync(new Signature("tasks.add", 2, 3));

        Assert.Equal(SendOutcome.Resent, handle.Outcome);
        Assert.Equal(handle.Id, (await TakeAsync(bench, "celery")).Id);
        Assert.Equal(2, tries);
    }

    [Fact]
    public async Task SendAsync_RefusedOnce_IsSentAgainAndConfirmed()
    {
        await using WorkerBench bench = new();
        int tries = 0;
        RecordingBroker broker = new(bench.Broker) { Publishing = () => ThrowOnce(ref tries, new BrokerException("busy")) };
        TaskClient client = new(broker, null, new TaskClientOptions { TimeProvider = bench.Clock });

        Assert.Equal(SendOutcome.Confirmed, (await client.SendAsync(new Signature("tasks.add"))).Outcome);
    }

    [Fact]
    public async Task SendAsync_NoTryConfirmedAndOneUnknown_SaysUnknownAndNamesTheId()
    {
        await using WorkerBench bench = new();
        RecordingBroker broker = new(bench.Broker) { Publishing = static () => throw new PublishUncertainException("cut") };
        TaskClient client = new(broker, null, new TaskClientOptions { Retry = SendRetryPolicy.Never });

        TaskSendException exception = await Assert.ThrowsAsync<TaskSendException>(
            () => client.SendAsync(new Signature("tasks.add") { Options = new CallOptions { TaskId = "mine" } }).AsTask());

        Assert.Equal(SendOutcome.Unknown, exception.Outcome);
        Assert.Equal(["mine"], exception.TaskIds);
    }

    [Fact]
    public async Task SendAsync_BrokerRefusesForGood_IsNotTriedAgain()
    {
        await using WorkerBench bench = new();
        int tries = 0;
        RecordingBroker broker = new(bench.Broker)
        {
            Publishing = () =>
            {
                tries++;
                throw new BrokerException("wrong password") { IsTransient = false };
            },
        };
        TaskClient client = new(broker);

        TaskSendException exception = await Assert.ThrowsAsync<TaskSendException>(() => client.SendAsync(new Signature("tasks.add")).AsTask());

        Assert.Equal(SendOutcome.Refused, exception.Outcome);
        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task SendManyAsync_ManyCalls_AllAreThereInOrder()
    {
        await using WorkerBench bench = new();

        IReadOnlyList<TaskHandle> handles = await bench.Client.SendManyAsync(Enumerable.Range(0, 2_345).Select(static number => new Signature("tasks.echo", number)));

        Assert.Equal(2_345, await bench.Broker.CountAsync("celery"));
        Assert.Equal(2_345, handles.Select(static handle => handle.Id).Distinct().Count());
    }

    [Fact]
    public async Task SendManyAsync_ArgumentHasNoForm_NoBatchIsLeftToItself()
    {
        await using WorkerBench bench = new();
        ImmutableArray<Signature> signatures = [new Signature("tasks.echo", 1), new Signature("tasks.echo", double.NaN)];

        await Assert.ThrowsAsync<MessageFormatException>(() => bench.Client.SendManyAsync(signatures).AsTask());
    }

    [Fact]
    public async Task WaitAsync_NoBackend_SaysSo()
    {
        await using WorkerBench bench = new();
        TaskHandle handle = await new TaskClient(bench.Broker).SendAsync(new Signature("tasks.add"));

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await handle.WaitAsync());
    }

    [Fact]
    public async Task SendAsync_WithinAnActivity_WorkersActivityIsItsGrandchild()
    {
        List<Activity> ended = [];
        using ActivityListener listener = new()
        {
            ShouldListenTo = static source => source.Name == DistributedDiagnostics.ActivitySourceName,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                lock (ended)
                {
                    ended.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.traced", () => Activity.Current?.TraceId.ToString());
        await bench.StartAsync();
        using Activity mine = new Activity("mine").Start();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.traced"));

        Assert.Equal((WireValue)mine.TraceId.ToString(), document.Result);
        lock (ended)
        {
            Activity sent = Assert.Single(ended, activity => activity.TraceId == mine.TraceId && activity.Kind == ActivityKind.Producer);
            Assert.Equal(mine.SpanId, sent.ParentSpanId);
        }
    }

    private static void ThrowOnce(ref int tries, Exception exception)
    {
        if (Interlocked.Increment(ref tries) == 1)
        {
            throw exception;
        }
    }

    private static async Task<TaskMessage> TakeAsync(WorkerBench bench, string queue)
    {
        await using IBrokerConsumer consumer = await bench.Broker.ConsumeAsync(new ConsumerOptions { Queues = [queue] });
        using CancellationTokenSource patience = new(WorkerBench.Patience);
        Delivery delivery = (await consumer.ReceiveAsync(1, patience.Token))[0];
        return TaskMessageCodec.Read(delivery.Message!, ProtocolLimits.Default);
    }
}
