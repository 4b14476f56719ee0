using System.Threading.Channels;
using Overlap.Actors;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas.Actors;

/// <summary>Messages that nobody answers: into a mailbox without a limit, and into one that slows its producer down.</summary>
internal static class TellComparisons
{
    private const int Items = 2_000_000;
    private const int Capacity = 1_024;

    public static IEnumerable<Comparison> All => [Unbounded(1, akka: 105, proto: 328, limit: 0.6), Unbounded(4, akka: 152, proto: 303, limit: 0.4), Bounded()];

    private static Comparison Unbounded(int producers, double akka, double proto, double limit)
    {
        LoopContender ours = new()
        {
            Name = "actor.Tell",
            Shown = "actor.Tell(message)",
            Items = Items,
            Loop = items => ThroughActorAsync(items, producers),
        };
        LoopContender yardstick = Yardstick.Make(Items);
        LoopContender block = producers == 1 ? yardstick : new LoopContender
        {
            Name = $"ActionBlock, {producers} producers",
            Shown = "block.Post(message)",
            Items = Items,
            Loop = items => Yardstick.ThroughBlockAsync(items, producers),
        };
        ScaledContender scaledAkka = Yardstick.Scale(yardstick, "Akka.NET", "actor.Tell(message)", akka);
        ScaledContender scaledProto = Yardstick.Scale(yardstick, "Proto.Actor", "context.Send(pid, message)", proto);
        return new Comparison
        {
            Title = $"Messages told, {producers} producer{(producers == 1 ? "" : "s")}",
            Contenders = producers == 1 ? [ours, block, scaledAkka, scaledProto] : [ours, block, yardstick, scaledAkka, scaledProto],
            Ratios = [Metric.PerItem],
            Targets =
            [
                Target.AtMostTimes(ours.Name, Metric.PerItem, 0.6, block.Name),
                Target.AtMostTimes(ours.Name, Metric.PerItem, limit, scaledAkka.Name),
            ],
            WarmUps = 20, // The compiler is done with the hot paths only then.
            Note = "Until the last message is handled. Scaled: a figure of another day times what ActionBlock costs now over its 105 ns of then.",
        };
    }

    private static Comparison Bounded()
    {
        LoopContender ours = new()
        {
            Name = "actor.TellAsync",
            Shown = "await actor.TellAsync(message)",
            Items = Items,
            Loop = ThroughBoundedActorAsync,
        };
        LoopContender channel = new()
        {
            Name = "Channel loop",
            Shown = "await writer.WriteAsync(message); a task with WaitToReadAsync, TryRead",
            Items = Items,
            Loop = ThroughChannelAsync,
        };
        return new Comparison
        {
            Title = $"Messages told to a mailbox of at most {Capacity}, 1 producer that waits for room",
            Contenders = [ours, channel],
            Ratios = [Metric.PerItem],
            Targets =
            [
                Target.AtMostTimes(ours.Name, Metric.PerItem, 0.7, channel.Name),
                Target.AtMost(ours.Name, Metric.AllocatedPerItem, 0.05),
            ],
            WarmUps = 20, // The compiler is done with the hot paths only then.
        };
    }

    private static async Task ThroughActorAsync(int items, int producers)
    {
        Tally tally = new(items);
        await using ActorSystem system = new();
        ActorRef<Amount> actor = system.Spawn(() => new Counter(tally));
        await Yardstick.InTasksAsync(producers, () =>
        {
            for (int i = 0; i < items / producers; i++)
            {
                actor.Tell(new Amount(1, i));
            }

            return Task.CompletedTask;
        });
        await tally.Done;
    }

    private static async Task ThroughBoundedActorAsync(int items)
    {
        Tally tally = new(items);
        await using ActorSystem system = new();
        ActorRef<Amount> actor = system.Spawn(() => new Counter(tally), new ActorOptions { Mailbox = MailboxOptions.Bounded(Capacity) });
        await Task.Run(async () =>
        {
            for (int i = 0; i < items; i++)
            {
                await actor.TellAsync(new Amount(1, i));
            }
        });
        await tally.Done;
    }

    private static async Task ThroughChannelAsync(int items)
    {
        Tally tally = new(items);
        var channel = Channel.CreateBounded<Amount>(new BoundedChannelOptions(Capacity) { SingleReader = true });
        Task reading = Task.Run(async () =>
        {
            while (await channel.Reader.WaitToReadAsync())
            {
                while (channel.Reader.TryRead(out Amount amount))
                {
                    tally.Add(amount);
                }
            }
        });
        await Task.Run(async () =>
        {
            for (int i = 0; i < items; i++)
            {
                await channel.Writer.WriteAsync(new Amount(1, i));
            }
        });
        await tally.Done;
        channel.Writer.Complete();
        await reading;
    }

    private sealed class Counter(Tally tally) : Actor<Amount>
    {
        protected override ValueTask ReceiveAsync(Amount message)
        {
            tally.Add(message);
            return default;
        }
    }
}
