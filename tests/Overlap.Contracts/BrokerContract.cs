using System.Text;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;

namespace Overlap.Contracts;

/// <summary>What every broker promises, wherever it keeps its messages. A new broker inherits this and must pass all of it.</summary>
/// <remarks>Each test has a broker of its own without messages. A message is known by its body here, which no broker looks into.</remarks>
public abstract partial class BrokerContract
{
    protected const string Queue = "celery";

    protected static readonly TimeSpan Guard = ContractStage.Guard;

    /// <summary>Makes the broker under test, without messages.</summary>
    protected abstract ValueTask<IBroker> CreateAsync();

    /// <summary>Tells the time of the broker.</summary>
    protected abstract DateTimeOffset Now { get; }

    /// <summary>Lets time pass for the broker.</summary>
    protected abstract ValueTask PassAsync(TimeSpan time);

    /// <summary>Makes a consumer lose the leases of all it holds, as if its process had stood still for too long and then gone on.</summary>
    protected abstract ValueTask LoseLeasesAsync(IBroker broker, IBrokerConsumer consumer);

    /// <summary>Puts bytes into a queue as a stranger's program might write them.</summary>
    protected abstract ValueTask PublishRawAsync(IBroker broker, string queue, byte[] raw);

    /// <summary>Waits until one who has begun to listen hears what is broadcast.</summary>
    protected virtual ValueTask WaitUntilListeningAsync(IBroker broker, string exchange) => default;

    [Fact]
    public async Task CountAsync_HeldAndPutAside_DoNotCount()
    {
        await using Supply supply = await SupplyAsync("held", "aside", "waits");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery[] deliveries = [await ReceiveOneAsync(consumer), await ReceiveOneAsync(consumer)];
        await SettleAsync(consumer, new Settlement(deliveries[1], SettlementKind.Defer) { Due = Now.AddHours(1) });
        Assert.Equal(1, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task CountAsync_UnknownQueue_IsZero()
    {
        await using IBroker broker = await CreateAsync();
        Assert.Equal(0, await broker.CountAsync("never-heard-of"));
    }

    [Fact]
    public async Task PurgeAsync_QueueWithMessages_DeletesThemAll()
    {
        await using IBroker broker = await CreateAsync();
        await broker.PublishAsync(new[] { To(Queue, Message("a")), To(Queue, Message("b", 9)), To("other", Message("c")) });
        Assert.Equal(2, await broker.PurgeAsync(Queue));
        Assert.Equal((0, 1), (await broker.CountAsync(Queue), await broker.CountAsync("other")));
    }

    [Fact]
    public async Task PurgeAsync_HeldMessage_Stays()
    {
        await using Supply supply = await SupplyAsync("held");
        (IBroker broker, IBrokerConsumer consumer) = supply;
        Delivery delivery = await ReceiveOneAsync(consumer);
        Assert.Equal(0, await broker.PurgeAsync(Queue));
        Assert.Equal([true], await SettleAsync(consumer, new Settlement(delivery, SettlementKind.Return)));
        Assert.Equal(1, await broker.CountAsync(Queue));
    }

    [Fact]
    public async Task ExamineAsync_Any_TellsItsPromise()
    {
        await using IBroker broker = await CreateAsync();
        BrokerReport report = await broker.ExamineAsync();
        Assert.NotEqual(("", ""), (report.Version, report.Promise));
    }

    [Fact]
    public async Task DisposeAsync_Twice_IsLegal()
    {
        IBroker broker = await CreateAsync();
        await broker.DisposeAsync();
        await broker.DisposeAsync();
    }

    /// <summary>Makes a broker with messages and a consumer that has received none of them yet.</summary>
    private async Task<Supply> SupplyAsync(params string[] texts)
    {
        IBroker broker = await CreateAsync();
        Supply supply = new(broker, await ConsumeAsync(broker));
        await PublishAsync(broker, texts);
        return supply;
    }

    protected static WireMessage Message(string text, int priority = 0) => new()
    {
        Headers = new WireMap([new("task", "tasks.echo"), new("id", Guid.NewGuid().ToString())]),
        Properties = new MessageProperties { Priority = priority },
        ContentType = "application/json",
        ContentEncoding = "utf-8",
        Body = Encoding.UTF8.GetBytes(text),
    };

    protected static Publication To(string queue, WireMessage message) => new("", queue, message);

    protected static Task PublishAsync(IBroker broker, params string[] texts) => PublishToAsync(broker, Queue, texts);

    protected static Task PublishToAsync(IBroker broker, string queue, params string[] texts) =>
        broker.PublishAsync(texts.Select(text => To(queue, Message(text))).ToArray()).AsTask().WaitAsync(Guard);

    protected static string TextOf(Delivery delivery) => Encoding.UTF8.GetString(delivery.Message!.Body.Span);

    protected static string[] TextsOf(IEnumerable<Delivery> deliveries) => [.. deliveries.Select(TextOf)];

    protected static async Task<IBrokerConsumer> ConsumeAsync(IBroker broker, params string[] queues) => await broker.ConsumeAsync(
        new ConsumerOptions { Queues = queues.Length == 0 ? [Queue] : [.. queues], Name = "contract" });

    protected static async Task<Delivery> ReceiveOneAsync(IBrokerConsumer consumer) =>
        Assert.Single(await consumer.ReceiveAsync(1, CancellationToken.None).AsTask().WaitAsync(Guard));

    /// <summary>Receives until there are so many.</summary>
    protected static async Task<Delivery[]> ReceiveAsync(IBrokerConsumer consumer, int count)
    {
        List<Delivery> deliveries = [];
        while (deliveries.Count < count)
        {
            deliveries.AddRange(await consumer.ReceiveAsync(count - deliveries.Count, CancellationToken.None).AsTask().WaitAsync(Guard));
        }

        return [.. deliveries];
    }

    protected static Task<IReadOnlyList<bool>> SettleAsync(IBrokerConsumer consumer, params Settlement[] settlements) =>
        consumer.SettleAsync(settlements, CancellationToken.None).AsTask().WaitAsync(Guard);

    protected static Task<IReadOnlyList<bool>> AcknowledgeAsync(IBrokerConsumer consumer, params Delivery[] deliveries) =>
        SettleAsync(consumer, [.. deliveries.Select(static delivery => new Settlement(delivery, SettlementKind.Acknowledge))]);

    private sealed record Supply(IBroker Broker, IBrokerConsumer Consumer) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Consumer.DisposeAsync();
            await Broker.DisposeAsync();
        }
    }
}
