using System.Diagnostics;
using System.Text;
using Microsoft.Data.Sqlite;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Sqlite;

namespace Overlap.QueuePrograms;

/// <summary>Programs over one queue file, which kill themselves after so many lines, whatever else they are doing then.</summary>
internal sealed class SqlitePrograms(string file, int lastLine)
{
    private const string Queue = "celery";
    private const int PerCall = 5;
    private const int AtATime = 4;
    private const int Prefetch = 8;

    private int _lines;

    /// <summary>Publishes messages with rising numbers, some in each call and some calls at a time, and says of each whether it went.</summary>
    public async Task PublishAsync(int from, int calls)
    {
        await using SqliteBroker broker = new(Options);
        await Task.WhenAll(Enumerable.Range(0, AtATime).Select(async first =>
        {
            for (int call = first; call < calls; call += AtATime)
            {
                await PublishAsync(broker, from + (call * PerCall));
            }
        }));
    }

    /// <summary>Takes messages, says that each is done, stores its result and acknowledges it.</summary>
    public async Task WorkAsync()
    {
        await using SqliteBackend backend = new(Options);
        await RunAsync(async (broker, consumer, delivery) =>
        {
            string number = TextOf(delivery);
            Say($"done {number}");
            await backend.StoreAsync(new[] { Success(number) });
            await consumer.SettleAsync(new[] { new Settlement(delivery, SettlementKind.Acknowledge) }, CancellationToken.None);
            Say($"settled {number}");
        });
    }

    /// <summary>Takes messages, and completes each with a row in a table of its own.</summary>
    public Task CompleteAsync() => RunAsync(async (broker, consumer, delivery) =>
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
    public Task RetryAsync() => RunAsync(async (broker, consumer, delivery) =>
    {
        string number = TextOf(delivery);
        bool isDone = number.EndsWith("---", StringComparison.Ordinal);
        Settlement settlement = new(delivery, SettlementKind.Acknowledge) { Successor = isDone ? To(number, "done") : To(number + "-") };
        await consumer.SettleAsync(new[] { settlement }, CancellationToken.None);
        Say($"settled {number}");
    });

    private async Task PublishAsync(SqliteBroker broker, int from)
    {
        try
        {
            await broker.PublishAsync(Enumerable.Range(from, PerCall).Select(static number => To($"{number}")).ToArray());
            Say($"sent {from}");
        }
        catch (BrokerException failure)
        {
            Say($"failed {from} {failure.Message}");
        }
    }

    private async Task RunAsync(Func<SqliteBroker, IBrokerConsumer, Delivery, Task> handleAsync)
    {
        await using SqliteBroker broker = new(Options);
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
                await Task.WhenAll(deliveries.Select(HandleAsync));
            }
        }
        catch (OperationCanceledException)
        {
            await reading;
        }

        async Task HandleAsync(Delivery delivery)
        {
            try
            {
                await handleAsync(broker, consumer, delivery);
            }
            catch (BrokerException)
            {
                // Its short lease was lost on a busy machine. The message comes again.
            }
        }
    }

    private SqliteOptions Options => new() { Path = file, Lease = TimeSpan.FromSeconds(1), BusyTimeout = TimeSpan.FromSeconds(20) };

    private static Publication To(string text, string queue = Queue) => new("", queue, new WireMessage
    {
        Headers = new WireMap([new("task", "tasks.echo"), new("id", text)]),
        ContentType = "application/json",
        ContentEncoding = "utf-8",
        Body = Encoding.UTF8.GetBytes(text),
    });

    private static string TextOf(Delivery delivery) => Encoding.UTF8.GetString(delivery.Message!.Body.Span);

    private static ResultDocument Success(string number) => new() { TaskId = number, State = TaskState.Success, StateName = "SUCCESS", Result = number };

    private void Say(string line)
    {
        lock (Console.Out)
        {
            Console.WriteLine(line);
            if (++_lines == lastLine)
            {
                Process.GetCurrentProcess().Kill();
            }
        }
    }
}
