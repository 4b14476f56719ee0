using System.Threading.Channels;
using System.Threading.Tasks.Dataflow;
using Overlap.Benchmarks.Measuring;
using Overlap.Pipelines;

namespace Overlap.Benchmarks.Areas.Pipelines;

/// <summary>A source, two additions and a sum, each in a task of its own, with at most 64 items between two of them.</summary>
internal static class StageComparison
{
    private const int Count = 400_000;
    private const int Capacity = 64;

    public static Comparison ThreeStages
    {
        get
        {
            LoopContender ours = Of("Buffer", "source.Buffer(64).Select(Add).Buffer(64).Select(Add).Buffer(64)", static items => SumAsync(items, null));
            LoopContender counted = Of(
                "Buffer, statistics on", "the same, each buffer .Named(pipeline, …)", static items => SumAsync(items, new Pipeline()));
            LoopContender channels = Of(
                "hand-written channels", "three bounded channels, three tasks: WaitToReadAsync, TryRead, WriteAsync", ThroughChannelsAsync);
            LoopContender dataflow = Of("TPL Dataflow", "TransformBlock, TransformBlock, ActionBlock { BoundedCapacity = 64 }, SendAsync", ThroughBlocksAsync);
            return new Comparison
            {
                Title = $"Three stages, at most {Capacity} items before each",
                Contenders = [ours, counted, channels, dataflow],
                Ratios = [Metric.PerItem],
                Targets =
                [
                    Target.AtMostTimes(ours.Name, Metric.PerItem, 0.6, dataflow.Name),
                    Target.AtMostTimes(ours.Name, Metric.PerItem, 1.05, channels.Name),
                    Target.AtMostTimes(counted.Name, Metric.PerItem, 1.1, ours.Name),
                ],
                WarmUps = 10, // The compiler is done with the hot paths only then.
                Note = "Select is the framework's. The sum of the items is checked. Source, both additions and the sum overlap in all four.",
            };
        }
    }

    private static LoopContender Of(string name, string shown, Func<int, Task> loop) => new() { Name = name, Shown = shown, Items = Count, Loop = loop };

    private static async Task SumAsync(int items, Pipeline? pipeline)
    {
        IAsyncEnumerable<int> stages = Items.CountAsync(items);
        for (int i = 0; i < 3; i++)
        {
            stages = (i == 0 ? stages : stages.Select(static item => item + 1)).Buffer(Capacity);
            stages = pipeline is null ? stages : stages.Named(pipeline, $"stage {i}");
        }

        long sum = 0;
        await foreach (int item in stages)
        {
            sum += item;
        }

        Items.Check(sum, items, added: 2);
    }

    private static async Task ThroughChannelsAsync(int items)
    {
        Channel<int>[] channels = [.. Enumerable.Range(0, 3).Select(static _ => Channel.CreateBounded<int>(
            new BoundedChannelOptions(Capacity) { SingleReader = true, SingleWriter = true }))];
        Task source = Task.Run(async () =>
        {
            await foreach (int item in Items.CountAsync(items))
            {
                await channels[0].Writer.WriteAsync(item);
            }

            channels[0].Writer.Complete();
        });
        Task first = Task.Run(() => AddAsync(channels[0].Reader, channels[1].Writer));
        Task second = Task.Run(() => AddAsync(channels[1].Reader, channels[2].Writer));
        long sum = 0;
        while (await channels[2].Reader.WaitToReadAsync())
        {
            while (channels[2].Reader.TryRead(out int item))
            {
                sum += item;
            }
        }

        await Task.WhenAll(source, first, second);
        Items.Check(sum, items, added: 2);
    }

    private static async Task AddAsync(ChannelReader<int> reader, ChannelWriter<int> writer)
    {
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out int item))
            {
                await writer.WriteAsync(item + 1);
            }
        }

        writer.Complete();
    }

    private static async Task ThroughBlocksAsync(int items)
    {
        ExecutionDataflowBlockOptions options = new() { BoundedCapacity = Capacity };
        DataflowLinkOptions link = new() { PropagateCompletion = true };
        long sum = 0;
        TransformBlock<int, int> first = new(static item => item + 1, options);
        TransformBlock<int, int> second = new(static item => item + 1, options);
        ActionBlock<int> last = new(item => sum += item, options);
        first.LinkTo(second, link);
        second.LinkTo(last, link);
        await foreach (int item in Items.CountAsync(items))
        {
            await first.SendAsync(item);
        }

        first.Complete();
        await last.Completion;
        Items.Check(sum, items, added: 2);
    }
}
