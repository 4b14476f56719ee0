using System.Threading.Channels;
using Overlap.Benchmarks.Measuring;
using Overlap.Synchronization;

namespace Overlap.Benchmarks.Areas.Synchronization;

/// <summary>Bounded queues between producers and one consumer.</summary>
internal static class QueueComparisons
{
    private const int Items = 3_000_000;
    private const int Capacity = 1_024;

    public static IEnumerable<Comparison> All => [Of(producers: 1), Of(producers: 4)];

    private static Comparison Of(int producers)
    {
        LoopContender ours = new()
        {
            Name = "AsyncQueue",
            Shown = "await queue.AddAsync(i); await queue.TakeAsync()",
            Items = Items,
            Loop = items => ThroughQueueAsync(items, producers),
        };
        LoopContender channel = new()
        {
            Name = "Channel",
            Shown = "await channel.Writer.WriteAsync(i); WaitToReadAsync, TryRead",
            Items = Items,
            Loop = items => ThroughChannelAsync(items, producers),
        };
        return new Comparison
        {
            Title = $"A queue of at most {Capacity} items, {producers} producer{(producers == 1 ? "" : "s")}, 1 consumer",
            Contenders = [ours, channel],
            Ratios = [Metric.PerItem],
            Targets =
            [
                Target.AtMostTimes(ours.Name, Metric.PerItem, 1.0, channel.Name),
                Target.AtMost(ours.Name, Metric.AllocatedPerItem, 0.05),
            ],
            WarmUps = 3,
            Note = "The sum of the items is checked. The channel is read by WaitToReadAsync and TryRead, which lose nothing; ReadAsync with a token may.",
        };
    }

    private static async Task ThroughQueueAsync(int items, int producers)
    {
        AsyncQueue<int> queue = new(Capacity);
        Task writing = InTasksAsync(producers, async () =>
        {
            for (int i = 0; i < items / producers; i++)
            {
                await queue.AddAsync(1);
            }
        });
        int sum = 0;
        for (int i = 0; i < items; i++)
        {
            sum += await queue.TakeAsync();
        }

        await writing;
        Check(sum, items);
    }

    private static async Task ThroughChannelAsync(int items, int producers)
    {
        var channel = Channel.CreateBounded<int>(new BoundedChannelOptions(Capacity) { SingleReader = true });
        Task writing = InTasksAsync(producers, async () =>
        {
            for (int i = 0; i < items / producers; i++)
            {
                await channel.Writer.WriteAsync(1);
            }
        });
        int sum = 0;
        int taken = 0;
        while (taken < items && await channel.Reader.WaitToReadAsync())
        {
            while (channel.Reader.TryRead(out int item))
            {
                sum += item;
                taken++;
            }
        }

        await writing;
        Check(sum, items);
    }

    private static Task InTasksAsync(int count, Func<Task> body) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(body)));

    private static void Check(int sum, int items)
    {
        if (sum != items)
        {
            throw new InvalidOperationException($"{sum} of {items} items came through");
        }
    }
}
