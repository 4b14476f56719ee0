using System.Diagnostics;
using System.Text;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Redis;

namespace Overlap.QueuePrograms;

/// <summary>Programs over one Redis server, which kill themselves after so many lines, whatever else they are doing then.</summary>
internal sealed class RedisPrograms(string url, int lastLine)
{
    private const string Queue = "celery";
    private const int Prefetch = 8;

    private int _lines;

    /// <summary>Takes messages, says that each is done, stores its result, acknowledges it, and says that too.</summary>
    public async Task WorkAsync()
    {
        await using RedisBackend backend = new(url);
        await RunAsync(async (consumer, delivery) =>
        {
            string number = TextOf(delivery);
            Say($"done {number}");
            ResultDocument result = new() { TaskId = number, State = TaskState.Success, StateName = "SUCCESS", Result = number };
            await backend.StoreAsync(new[] { result });
            await consumer.SettleAsync(new[] { new Settlement(delivery, SettlementKind.Acknowledge) }, CancellationToken.None);
            Say($"acknowledged {number}");
        });
    }

    /// <summary>Takes messages, and settles each with a successor until its number has three dashes; then it is done.</summary>
    public Task RetryAsync() => RunAsync(async (consumer, delivery) =>
    {
        string text = TextOf(delivery) + "-";
        Settlement settlement = new(delivery, SettlementKind.Acknowledge) { Successor = To(text, text.EndsWith("---", StringComparison.Ordinal) ? "done" : Queue) };
        await consumer.SettleAsync(new[] { settlement }, CancellationToken.None);
        Say($"settled {text}");
    });

    // Ends in order when its standard input does.
    private async Task RunAsync(Func<IBrokerConsumer, Delivery, Task> handleAsync)
    {
        await using RedisBroker broker = new(url, new RedisBrokerOptions { Lease = TimeSpan.FromSeconds(1) });
        await using IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = [Queue] });
        using CancellationTokenSource stop = new();
        Task reading = Task.Run(() =>
        {
            Console.In.ReadToEnd();
            stop.Cancel();
        });
        try
        {
            while (true)
            {
                IReadOnlyList<Delivery> deliveries = await consumer.ReceiveAsync(Prefetch, stop.Token);
                await Task.WhenAll(deliveries.Select(delivery => handleAsync(consumer, delivery)));
            }
        }
        catch (OperationCanceledException)
        {
            await reading;
        }
    }

    private static Publication To(string text, string queue) => new("", queue, new WireMessage
    {
        ContentType = "application/json",
        ContentEncoding = "utf-8",
        Body = Encoding.UTF8.GetBytes(text),
    });

    private static string TextOf(Delivery delivery) => Encoding.UTF8.GetString(delivery.Message!.Body.Span);

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
