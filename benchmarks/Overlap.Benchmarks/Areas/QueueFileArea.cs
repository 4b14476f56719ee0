using System.Runtime.CompilerServices;
using Overlap.Benchmarks.Measuring;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Sqlite;

namespace Overlap.Benchmarks.Areas;

/// <summary>What a message costs in the queue of one SQLite file, beside what the disk takes to confirm a write.</summary>
internal sealed class QueueFileArea : BenchmarkArea
{
    private const int Many = 10_000;
    private const int Few = 200;
    private const int UnderWay = 1_000;
    private const int AtATime = 100;
    private const string Queue = "celery";

    // 5,000 each second.
    private const double MostNanoseconds = 200_000;

    public override string Name => "queue-file";

    public override string Summary => "a message in the SQLite queue: published, taken, its result stored, acknowledged, beside the disk's fsync";

    public override async IAsyncEnumerable<ComparisonResult> MeasureAsync(
        BenchmarkContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("overlap-queue-file-");
        SqliteOptions options = new() { Path = Path.Combine(folder.FullName, "queue.db") };
        await using (SqliteBroker broker = new(options))
        await using (SqliteBackend backend = new(options))
        await using (IBrokerConsumer consumer = await broker.ConsumeAsync(new ConsumerOptions { Queues = [Queue] }, cancellationToken))
        {
            LoopContender disk = Loop("fsync", "4 KiB appended to a file, then fsync", Few, items => SyncAsync(folder, items));
            LoopContender pipelined = Loop("1,000 under way", "broker.PublishAsync(one), a thousand awaited at a time", Many, items => PublishManyAsync(broker, items));
            LoopContender batched = Loop("calls of 1,000", "broker.PublishAsync(thousand)", Many, items => FillAsync(broker, items));
            yield return await context.Runner.RunAsync(
                new Comparison
                {
                    Title = "Durable publications",
                    Contenders = [Emptied(pipelined), Emptied(batched), disk],
                    Ratios = [Metric.PerItem],
                    Targets = [Target.AtMost(pipelined.Name, Metric.PerItem, MostNanoseconds)],
                    Note = "A publication has ended when the disk has it. All that wait share one wait for the disk.",
                },
                cancellationToken);

            LoopContender single = Loop("one by one", "await broker.PublishAsync(one)", Few, items => PublishEachAsync(broker, items));
            yield return await context.Runner.RunAsync(
                new Comparison { Title = "One durable publication after the other", Contenders = [Emptied(single), disk], Ratios = [Metric.PerItem] },
                cancellationToken);

            LoopContender stored = Loop("results on", "ReceiveAsync(100), StoreAsync, SettleAsync", Many, items => DrainAsync(consumer, backend, items));
            LoopContender unstored = Loop("results off", "ReceiveAsync(100), SettleAsync", Many, items => DrainAsync(consumer, backend: null, items));
            yield return await context.Runner.RunAsync(
                new Comparison
                {
                    Title = "Messages taken and acknowledged",
                    Contenders = [Filled(stored), Filled(unstored), disk],
                    Ratios = [Metric.PerItem],
                    Targets =
                    [
                        Target.AtMost(stored.Name, Metric.PerItem, MostNanoseconds), Target.AtMost(unstored.Name, Metric.PerItem, MostNanoseconds),
                    ],
                    Note = "Of tasks that do nothing. A result waits for the disk, a claim and an acknowledgement do not.",
                },
                cancellationToken);

            FilledContender Emptied(LoopContender loop) => Prepared(loop, () => broker.PurgeAsync(Queue, cancellationToken).AsTask());

            FilledContender Filled(LoopContender loop) => Prepared(loop, async () =>
            {
                await broker.PurgeAsync(Queue, cancellationToken);
                await FillAsync(broker, loop.Items);
            });
        }

        folder.Delete(recursive: true);
    }

    private static LoopContender Loop(string name, string shown, int items, Func<int, Task> loop) => new() { Name = name, Shown = shown, Items = items, Loop = loop };

    private static FilledContender Prepared(LoopContender loop, Func<Task> prepareAsync) =>
        new() { Name = loop.Name, Shown = loop.Shown, Loop = loop, FillAsync = prepareAsync };

    private static Publication Call(int number)
    {
        TaskMessage call = new() { Task = "tasks.noop", Id = Guid.NewGuid().ToString(), Args = [number] };
        return new Publication("", Queue, TaskMessageCodec.Write(call));
    }

    private static async Task PublishManyAsync(SqliteBroker broker, int items)
    {
        using SemaphoreSlim room = new(UnderWay);
        List<Task> publishing = new(items);
        for (int number = 0; number < items; number++)
        {
            await room.WaitAsync();
            publishing.Add(PublishAsync(number));
        }

        await Task.WhenAll(publishing);

        async Task PublishAsync(int number)
        {
            await broker.PublishAsync(new[] { Call(number) });
            room.Release();
        }
    }

    private static async Task PublishEachAsync(SqliteBroker broker, int items)
    {
        for (int number = 0; number < items; number++)
        {
            await broker.PublishAsync(new[] { Call(number) });
        }
    }

    private static async Task FillAsync(SqliteBroker broker, int items)
    {
        for (int number = 0; number < items; number += UnderWay)
        {
            await broker.PublishAsync(Enumerable.Range(number, UnderWay).Select(Call).ToArray());
        }
    }

    private static async Task DrainAsync(IBrokerConsumer consumer, SqliteBackend? backend, int items)
    {
        int left = items;
        while (left > 0)
        {
            IReadOnlyList<Delivery> deliveries = await consumer.ReceiveAsync(Math.Min(AtATime, left), CancellationToken.None);
            if (backend is not null)
            {
                await backend.StoreAsync(deliveries.Select(static delivery => Done(delivery)).ToArray());
            }

            IReadOnlyList<bool> settled = await consumer.SettleAsync(
                deliveries.Select(static delivery => new Settlement(delivery, SettlementKind.Acknowledge)).ToArray(), CancellationToken.None);
            left -= settled.Count(static wasHeld => wasHeld);
        }
    }

    private static ResultDocument Done(Delivery delivery) => new()
    {
        TaskId = delivery.Message!.Properties.CorrelationId!,
        State = TaskState.Success,
        StateName = "SUCCESS",
        Result = 1,
    };

    private static Task SyncAsync(DirectoryInfo folder, int items)
    {
        byte[] block = new byte[4096];
        using FileStream file = new(Path.Combine(folder.FullName, "synced"), FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (int number = 0; number < items; number++)
        {
            file.Write(block);
            file.Flush(flushToDisk: true);
        }

        return Task.CompletedTask;
    }
}
