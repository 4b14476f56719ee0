using System.Text;
using Microsoft.Data.Sqlite;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Sqlite;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Sqlite;

/// <summary>A task's own writes and its completion: both or neither.</summary>
public sealed class SqliteCompletionTests : IDisposable
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private readonly QueueFile _file = new();
    private readonly VirtualTimeProvider _clock = new();

    public SqliteCompletionTests() => _file.Execute("CREATE TABLE payment (task TEXT NOT NULL)");

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task CompleteAsync_Held_WritesAndCompletes()
    {
        await using SqliteBroker broker = Broker();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        Delivery delivery = await PublishAndReceiveAsync(broker, consumer, "a");
        Assert.Equal(7, await broker.CompleteAsync(delivery, connection => Pay(connection, "a")));
        Assert.Equal(("a", 0L), (_file.Query<string>("SELECT group_concat(task) FROM payment"), _file.Query<long>("SELECT count(*) FROM overlap_message")));
        Assert.Equal([true], await consumer.SettleAsync(new[] { new Settlement(delivery, SettlementKind.Acknowledge) }, CancellationToken.None));
        Assert.False(delivery.LeaseLost.IsCancellationRequested);
    }

    [Fact]
    public async Task CompleteAsync_AccountAndResult_ChangeTogether()
    {
        _file.Execute("CREATE TABLE account (balance INTEGER NOT NULL); INSERT INTO account VALUES (12)");
        await using SqliteBroker broker = Broker();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        const string callId = "id-1";
        await PublishAndReceiveAsync(broker, consumer, "a", callId);

        // snippet
        await broker.CompleteAsync(
            callId,
            connection =>
            {
                using SqliteCommand command = connection.CreateCommand();
                command.CommandText = "UPDATE account SET balance = balance - 5";
                return command.ExecuteNonQuery();
            },
            changed => changed);
        // end snippet

        Assert.Equal((7L, 1L), (_file.Query<long>("SELECT balance FROM account"), _file.Query<long>("SELECT count(*) FROM overlap_result WHERE task_id='id-1'")));
    }

    [Fact]
    public async Task CompleteAsync_WithAResult_IsStoredWithIt()
    {
        await using SqliteBroker broker = Broker();
        await using SqliteBackend backend = new(_file.Options with { TimeProvider = _clock });
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        Delivery delivery = await PublishAndReceiveAsync(broker, consumer, "a");
        Task<ResultDocument> waiting = backend.WaitAsync("a", progress: null, CancellationToken.None).AsTask();
        await broker.CompleteAsync(delivery, connection => Pay(connection, "a"), static paid => new ResultDocument
        {
            TaskId = "a",
            State = TaskState.Success,
            StateName = "SUCCESS",
            Result = paid,
        });
        Assert.Equal(7, (await waiting.WaitAsync(TimeSpan.FromSeconds(30))).Result);
    }

    [Fact]
    public async Task CompleteAsync_WriteThrows_NothingIsWrittenAndItIsHeldStill()
    {
        await using SqliteBroker broker = Broker();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        Delivery delivery = await PublishAndReceiveAsync(broker, consumer, "a");
        await Assert.ThrowsAsync<InvalidOperationException>(() => broker.CompleteAsync<int>(delivery, connection =>
        {
            Pay(connection, "a");
            throw new InvalidOperationException("no");
        }).AsTask());
        Assert.Equal(0L, _file.Query<long>("SELECT count(*) FROM payment"));
        Assert.Equal([true], await consumer.SettleAsync(new[] { new Settlement(delivery, SettlementKind.Acknowledge) }, CancellationToken.None));
    }

    [Fact]
    public async Task CompleteAsync_WriteBreaksAConstraint_ItsOwnErrorComesOut()
    {
        await using SqliteBroker broker = Broker();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        Delivery delivery = await PublishAndReceiveAsync(broker, consumer, "a");
        await Assert.ThrowsAsync<SqliteException>(() => broker.CompleteAsync(delivery, static connection => Pay(connection, null)).AsTask());
        Assert.Equal(7, await broker.CompleteAsync(delivery, static connection => Pay(connection, "a")));
    }

    [Fact]
    public async Task CompleteAsync_OneOfManyThrows_TheOthersAreWritten()
    {
        await using SqliteBroker broker = Broker();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        List<Delivery> deliveries = [];
        for (int number = 0; number < 10; number++)
        {
            deliveries.Add(await PublishAndReceiveAsync(broker, consumer, $"{number}"));
        }

        Task[] completing = [.. deliveries.Select((delivery, number) => broker.CompleteAsync(
            delivery, connection => Pay(connection, number == 5 ? null : $"{number}")).AsTask())];
        await Assert.ThrowsAsync<SqliteException>(() => Task.WhenAll(completing));
        Assert.Equal("0,1,2,3,4,6,7,8,9", _file.Query<string>("SELECT group_concat(task) FROM (SELECT task FROM payment ORDER BY task)"));
        Assert.Equal(1L, _file.Query<long>("SELECT count(*) FROM overlap_message"));
    }

    [Fact]
    public async Task CompleteAsync_LeaseLost_WritesNothing()
    {
        await using SqliteBroker broker = Broker();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        Delivery lost = await PublishAndReceiveAsync(broker, consumer, "a");
        ((SqliteConsumer)consumer).StandsStill = true;
        _clock.Advance(Lease * 2);
        await using IBrokerConsumer other = await ConsumeAsync(broker);
        Delivery again = Assert.Single(await other.ReceiveAsync(1, CancellationToken.None));
        await Assert.ThrowsAsync<BrokerException>(() => broker.CompleteAsync(lost, static connection => Pay(connection, "late")).AsTask());
        await broker.CompleteAsync(again, static connection => Pay(connection, "once"));
        Assert.Equal("once", _file.Query<string>("SELECT group_concat(task) FROM payment"));
    }

    [Fact]
    public async Task CompleteAsync_Twice_TheSecondWritesNothing()
    {
        await using SqliteBroker broker = Broker();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        Delivery delivery = await PublishAndReceiveAsync(broker, consumer, "a");
        await broker.CompleteAsync(delivery, static connection => Pay(connection, "a"));
        await Assert.ThrowsAsync<BrokerException>(() => broker.CompleteAsync(delivery, static connection => Pay(connection, "b")).AsTask());
        Assert.Equal("a", _file.Query<string>("SELECT group_concat(task) FROM payment"));
    }

    [Fact]
    public async Task CompleteAsync_LeaseEndsAfterwards_TheAcknowledgementIsRightStill()
    {
        await using SqliteBroker broker = Broker();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        Delivery delivery = await PublishAndReceiveAsync(broker, consumer, "a");
        await broker.CompleteAsync(delivery, static connection => Pay(connection, "a"));
        _clock.Advance(Lease * 3);
        await broker.CountAsync("celery");
        Assert.False(delivery.LeaseLost.IsCancellationRequested);
        Assert.Equal([true], await consumer.SettleAsync(new[] { new Settlement(delivery, SettlementKind.Acknowledge) }, CancellationToken.None));
    }

    [Fact]
    public async Task CompleteAsync_CallWithoutACorrelationId_IsFoundByItsHeader()
    {
        await using SqliteBroker broker = Broker();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        WireMessage message = TaskMessageCodec.Write(new TaskMessage { Task = "tasks.pay", Id = "id-1" });
        await broker.PublishAsync(new[] { new Publication("", "celery", message with { Properties = new MessageProperties() }) });
        Assert.Single(await consumer.ReceiveAsync(1, CancellationToken.None));
        Assert.Equal(7, await broker.CompleteAsync("id-1", static connection => Pay(connection, "a")));
    }

    [Fact]
    public async Task CompleteAsync_CallThatIsNotHeld_WritesNothing()
    {
        await using SqliteBroker broker = Broker();
        await using IBrokerConsumer consumer = await ConsumeAsync(broker);
        Delivery delivery = await PublishAndReceiveAsync(broker, consumer, "a", "id-1");
        await consumer.SettleAsync(new[] { new Settlement(delivery, SettlementKind.Acknowledge) }, CancellationToken.None);
        foreach (string callId in (string[])["id-1", "id-2"])
        {
            BrokerException refusal = await Assert.ThrowsAsync<BrokerException>(
                () => broker.CompleteAsync(callId, static connection => Pay(connection, "a")).AsTask());
            Assert.Contains($"The call {callId} is not held", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0L, _file.Query<long>("SELECT count(*) FROM payment"));
    }

    [Fact]
    public async Task CompleteAsync_DeliveryOfAnotherBroker_Throws()
    {
        await using SqliteBroker broker = Broker();
        await using InMemoryBroker other = new();
        await using IBrokerConsumer consumer = await ConsumeAsync(other);
        Delivery delivery = await PublishAndReceiveAsync(other, consumer, "a");
        await Assert.ThrowsAsync<ArgumentException>(() => broker.CompleteAsync(delivery, static connection => Pay(connection, "a")).AsTask());
    }

    private static int Pay(SqliteConnection connection, string? task)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT INTO payment VALUES ($task)";
        command.Parameters.AddWithValue("$task", (object?)task ?? DBNull.Value);
        command.ExecuteNonQuery();
        return 7;
    }

    private static ValueTask<IBrokerConsumer> ConsumeAsync(IBroker broker) => broker.ConsumeAsync(new ConsumerOptions { Queues = ["celery"] });

    private static async Task<Delivery> PublishAndReceiveAsync(IBroker broker, IBrokerConsumer consumer, string text, string? callId = null)
    {
        WireMessage message = new()
        {
            Properties = new MessageProperties { CorrelationId = callId },
            ContentType = "application/json",
            Body = Encoding.UTF8.GetBytes(text),
        };
        await broker.PublishAsync(new[] { new Publication("", "celery", message) });
        return Assert.Single(await consumer.ReceiveAsync(1, CancellationToken.None));
    }

    private SqliteBroker Broker() => new(_file.Options with { Lease = Lease, TimeProvider = _clock });
}
