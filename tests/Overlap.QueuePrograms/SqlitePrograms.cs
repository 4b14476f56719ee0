using System.Text;
using Microsoft.Data.Sqlite;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Sqlite;

namespace Overlap.QueuePrograms;

/// <summary>Programs over one queue file, which may be killed at any point.</summary>
internal static class SqlitePrograms
{
    private const string Queue = "celery";
    private const int PerCall = 5;
    private const int Prefetch = 8;

    /// <summary>Publishes messages with rising numbers, some at a time, and says of each call whether it went.</summary>
    public static async Task PublishAsync(string file, int from, int calls)
    {
        await using SqliteBroker broker = new(Options(file));
        for (int call = 0; call < calls; call++)
        {
            Publication[] publications = [.. Enumerable.Range(from + (call * PerCall), PerCall).Select(static number => To($"{number}"))];
            try
            {
                await broker.PublishAsync(publications);
                Say($"sent {from + (call * PerCall)}");
            }
            catch (BrokerException failure)
            {
                Say($"failed {from + (call * PerCall)} {failure.Message}");
            }
        }
    }

    /// <summary>Takes messages, says that each is done, stores its result and acknowledges it.</summary>
    public static async Task WorkAsync(string file)
    {
        await using SqliteBackend backend = new(Options(file));
        await RunAsync(file, async (broker, consumer, delivery) =>
        {
            string number = TextOf(delivery);
            Say($"done {number}");
            await backend.StoreAsync(new[] { Success(number) });
            await consumer.SettleAsync(new[] { new Settlement(delivery, SettlementKind.Acknowledge) }, CancellationToken.None);
            Say($"settled {number}");
        });
    }

    /// <summary>Takes messages, and completes each with a row in a table of its own.</summary>
    public static Task CompleteAsync(string file) => RunAsync(file, static async (broker, consumer, delivery) =>
    {
        string number = TextOf(delivery);
        await broker.CompleteAsync(
            delivery,
            connection =>
            {
                using SqliteCommand command = connection.CreateCommand();
                command.CommandText = "CREATE TABLE IF NOT EXISTS effect (number TEXT); INSERT INTO effect VALUES ($number)";
                command.Parameters.AddWithValue("$number", number);
                command.ExecuteNonQuery();
                return number;
            },
            Success);
        Say($"done {number}");
        await consumer.SettleAsync(new[] { new Settlement(delivery, SettlementKind.Acknowledge) }, CancellationToken.None);
    });

    /// <summary>Takes messages, and settles each with a successor until its number has three dashes; then it is done.</summary>
    public static Task RetryAsync(string file) => RunAsync(file, static async (broker, consumer, delivery) =>
    {
        string number = TextOf(delivery);
        bool isDone = number.EndsWith("---", StringComparison.Ordinal);
        Settlement settlement = new(delivery, SettlementKind.Acknowledge) { Successor = isDone ? To(number, "done") : To(number + "-") };
        await consumer.SettleAsync(new[] { settlement }, CancellationToken.None);
        Say($"settled {number}");
    });

    private static async Task RunAsync(string file, Func<SqliteBroker, IBrokerConsumer, Delivery, Task> handleAsync)
    {
        await using SqliteBroker broker = new(Options(file));
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = [Queue] });
        using CancellationTokenSource stop = new();
        Task reading = Task.Run(() =>
        {
            while (Console.ReadLine() is not null)
            {
            }

            stop.Cancel();
        });
        try
        {
            while (true)
            {
                IReadOnlyList<Delivery> deliveries = await consumer.ReceiveAsync(Prefetch, stop.Token);
                await Task.WhenAll(deliveries.Select(delivery => handleAsync(broker, consumer, delivery)));
            }
        }
        catch (OperationCanceledException)
        {
            await reading;
        }
    }

    private static SqliteOptions Options(string file) => new() { Path = file, Lease = TimeSpan.FromSeconds(1), BusyTimeout = TimeSpan.FromSeconds(20) };

    private static Publication To(string text, string queue = Queue) => new("", queue, new WireMessage
    {
        Headers = new WireMap([new("task", "tasks.echo"), new("id", text)]),
        ContentType = "application/json",
        ContentEncoding = "utf-8",
        Body = Encoding.UTF8.GetBytes(text),
    });

    private static string TextOf(Delivery delivery) => Encoding.UTF8.GetString(delivery.Message!.Body.Span);

    private static ResultDocument Success(string number) => new() { TaskId = number, State = TaskState.Success, StateName = "SUCCESS", Result = number };

    private static void Say(string line)
    {
        lock (Console.Out)
        {
            Console.WriteLine(line);
        }
    }
}
