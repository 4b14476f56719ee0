using System.Threading.Tasks.Dataflow;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas.Actors;

/// <summary>The loop by which figures of peers that are not here are carried over: an <see cref="ActionBlock{TInput}"/> with one producer.</summary>
internal static class Yardstick
{
    /// <summary>What it took beside the peers, in nanoseconds.</summary>
    public const double Then = 105;

    public static LoopContender Make(int items) => new()
    {
        Name = "ActionBlock, 1 producer",
        Shown = "block.Post(message)",
        Items = items,
        Loop = static items => ThroughBlockAsync(items, producers: 1),
    };

    public static ScaledContender Scale(LoopContender yardstick, string name, string shown, double nanoseconds, double? bytes = null) => new()
    {
        Name = $"{name}, scaled",
        Shown = shown,
        Yardstick = yardstick,
        YardstickThen = Then,
        Quoted = nanoseconds,
        QuotedBytes = bytes,
    };

    public static async Task ThroughBlockAsync(int items, int producers)
    {
        Tally tally = new(items);
        ActionBlock<Amount> block = new(tally.Add);
        await InTasksAsync(producers, () =>
        {
            for (int i = 0; i < items / producers; i++)
            {
                block.Post(new Amount(1, i));
            }

            return Task.CompletedTask;
        });
        await tally.Done;
    }

    public static Task InTasksAsync(int count, Func<Task> body) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => Task.Run(body)));
}
