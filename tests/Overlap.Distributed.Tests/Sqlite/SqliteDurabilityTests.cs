using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Sqlite;

namespace Overlap.Distributed.Tests.Sqlite;

/// <summary>What waits for the disk and what does not: I7. It is read off the setting that the last transaction has left.</summary>
public sealed class SqliteDurabilityTests : IDisposable
{
    private const long Full = 2;
    private const long Normal = 1;

    private readonly QueueFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task PublishAsync_Message_WaitsForTheDisk()
    {
        await using SqliteBroker broker = new(_file.Options);
        await PublishAsync(broker);
        Assert.Equal(Full, await LastAsync(broker));
    }

    [Fact]
    public async Task SettleAsync_WithASuccessor_WaitsForTheDisk()
    {
        await using SqliteBroker broker = new(_file.Options);
        Assert.Equal(Full, await SettleAsync(broker, static delivery => new Settlement(delivery, SettlementKind.Acknowledge) { Successor = Call }));
    }

    [Theory]
    [InlineData(SettlementKind.Acknowledge)]
    [InlineData(SettlementKind.Return)]
    [InlineData(SettlementKind.Requeue)]
    public async Task SettleAsync_Alone_WaitsForNoDisk(SettlementKind kind)
    {
        await using SqliteBroker broker = new(_file.Options);
        Assert.Equal(Normal, await SettleAsync(broker, delivery => new Settlement(delivery, kind)));
    }

    [Theory]
    [InlineData(TaskState.Success, Full)]
    [InlineData(TaskState.Failure, Full)]
    [InlineData(TaskState.Revoked, Full)]
    [InlineData(TaskState.Started, Normal)]
    [InlineData(TaskState.Retry, Normal)]
    public async Task StoreAsync_Document_WaitsForTheDiskIfItEndsTheCall(TaskState state, long setting)
    {
        await using SqliteBroker broker = new(_file.Options);
        await using SqliteBackend backend = new(_file.Options);
        await backend.StoreAsync(new[] { new ResultDocument { TaskId = "a", State = state, StateName = state.ToString().ToUpperInvariant() } });
        Assert.Equal(setting, await LastAsync(broker));
    }

    [Fact]
    public async Task CompleteAsync_WritesOfATask_WaitForTheDisk()
    {
        await using SqliteBroker broker = new(_file.Options);
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        await PublishAsync(broker);
        Delivery delivery = Assert.Single(await consumer.ReceiveAsync(1, CancellationToken.None));
        Assert.Equal(Normal, await LastAsync(broker));
        await broker.CompleteAsync(delivery, static connection => connection.State);
        Assert.Equal(Full, await LastAsync(broker));
    }

    private static Publication Call { get; } = new("", "celery", new WireMessage { ContentType = "application/json" });

    private static ValueTask PublishAsync(SqliteBroker broker) => broker.PublishAsync(new[] { Call });

    /// <summary>Settles a delivery, after a write that waited for the disk or, with a successor, after one that did not.</summary>
    private static async Task<long?> SettleAsync(SqliteBroker broker, Func<Delivery, Settlement> settle)
    {
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });
        await PublishAsync(broker);
        Delivery delivery = Assert.Single(await consumer.ReceiveAsync(1, CancellationToken.None));
        Settlement settlement = settle(delivery);
        if (settlement.Successor is null)
        {
            await PublishAsync(broker);
        }

        Assert.Equal([true], await consumer.SettleAsync(new[] { settlement }, CancellationToken.None));
        return await LastAsync(broker);
    }

    private static Task<long?> LastAsync(SqliteBroker broker) => broker.Store.ReadInTurnAsync(static session => session.ReadNumber("PRAGMA synchronous"));
}
