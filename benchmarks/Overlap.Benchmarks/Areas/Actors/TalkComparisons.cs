using System.Threading.Channels;
using Overlap.Actors;
using Overlap.Benchmarks.Measuring;

namespace Overlap.Benchmarks.Areas.Actors;

/// <summary>Two that talk: questions with a deadline, a ball between two, and actors that live for one message.</summary>
internal static class TalkComparisons
{
    private const int Asks = 200_000;
    private const int Turns = 600_000;
    private const int Lives = 50_000;
    private const int LivesAtOnce = 500;
    private const int YardstickItems = 1_000_000;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(5);

    public static IEnumerable<Comparison> All => [Asking(), PingPong(), Living()];

    private static Comparison Asking()
    {
        LoopContender yardstick = Yardstick.Make(YardstickItems);
        LoopContender ours = Loop("actor.AskAsync", "await actor.AskAsync<int>(reply => new Question(reply)), deadline 5 s", Asks, AskAsync);
        LoopContender channel = Loop("Channel, TaskCompletionSource", "await source.Task.WaitAsync(5 s) after writer.TryWrite(source)", Asks, AskThroughChannelAsync);
        ScaledContender akka = Yardstick.Scale(yardstick, "Akka.NET", "await actor.Ask(message, 5 s)", 2253, 1192);
        return new Comparison
        {
            Title = "Questions with a deadline, one after the other",
            Contenders = [ours, channel, yardstick, akka],
            Ratios = [Metric.PerItem],
            Targets =
            [
                Target.AtMostTimes(ours.Name, Metric.PerItem, 0.25, akka.Name),
                Target.AtMost(ours.Name, Metric.AllocatedPerItem, 64),
            ],
            WarmUps = 20, // The compiler is done with the hot paths only then.
        };
    }

    private static Comparison PingPong()
    {
        LoopContender ours = Loop("two actors", "other.Tell(ball)", Turns, PlayAsync);
        LoopContender channel = Loop("two Channel loops", "otherWriter.TryWrite(ball); WaitToReadAsync, TryRead", Turns, PlayThroughChannelsAsync);
        return new Comparison
        {
            Title = "A ball between two, per throw",
            Contenders = [ours, channel],
            Ratios = [Metric.PerItem],
            Targets = [Target.AtMostTimes(ours.Name, Metric.PerItem, 0.35, channel.Name)],
            WarmUps = 20, // The compiler is done with the hot paths only then.
        };
    }

    private static Comparison Living()
    {
        LoopContender yardstick = Yardstick.Make(YardstickItems);
        LoopContender ours = Loop("actor, supervised", "Spawn, Tell, Stop; awaited in the end", Lives, LiveAsync);
        LoopContender channel = Loop("Channel loop, TaskCompletionSource", "a channel, a task that reads it, TryWrite, Complete; awaited in the end", Lives, LiveAsChannelsAsync);
        ScaledContender proto = Yardstick.Scale(yardstick, "Proto.Actor", "Spawn, Send, Stop", 5589, 3233);
        return new Comparison
        {
            Title = "Actors that live for one message",
            Contenders = [ours, channel, yardstick, proto],
            Ratios = [Metric.PerItem],
            Targets = [Target.AtMostTimes(ours.Name, Metric.PerItem, 0.25, proto.Name)],
            WarmUps = 20, // The compiler is done with the hot paths only then.
            Note = $"{LivesAtOnce} at once, each with its mailbox, its place under a supervisor and a graceful end. The channel has none of the last two.",
        };
    }

    private static LoopContender Loop(string name, string shown, int items, Func<int, Task> loop) => new() { Name = name, Shown = shown, Items = items, Loop = loop };

    private static async Task AskAsync(int items)
    {
        await using ActorSystem system = new();
        ActorRef<Question> actor = system.Spawn(static () => new Answerer());
        await Task.Run(async () =>
        {
            for (int i = 0; i < items; i++)
            {
                if (await actor.AskAsync<int>(static reply => new Question(1, reply)) != 2)
                {
                    throw new InvalidOperationException("a wrong answer");
                }
            }
        });
    }

    private static async Task AskThroughChannelAsync(int items)
    {
        var channel = Channel.CreateUnbounded<(int Number, TaskCompletionSource<int> Source)>(new UnboundedChannelOptions { SingleReader = true });
        Task reading = Task.Run(async () =>
        {
            while (await channel.Reader.WaitToReadAsync())
            {
                while (channel.Reader.TryRead(out (int Number, TaskCompletionSource<int> Source) question))
                {
                    question.Source.TrySetResult(question.Number + 1);
                }
            }
        });
        await Task.Run(async () =>
        {
            for (int i = 0; i < items; i++)
            {
                TaskCompletionSource<int> source = new(TaskCreationOptions.RunContinuationsAsynchronously);
                channel.Writer.TryWrite((1, source));
                if (await source.Task.WaitAsync(Deadline) != 2)
                {
                    throw new InvalidOperationException("a wrong answer");
                }
            }
        });
        channel.Writer.Complete();
        await reading;
    }

    private static async Task PlayAsync(int items)
    {
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ActorSystem system = new();
        ActorRef<Ball> one = system.Spawn(() => new Player(over));
        ActorRef<Ball> other = system.Spawn(() => new Player(over));
        one.Tell(new Ball(items, other, one));
        await over.Task;
    }

    private static async Task PlayThroughChannelsAsync(int items)
    {
        UnboundedChannelOptions options = new() { SingleReader = true };
        var one = Channel.CreateUnbounded<int>(options);
        var other = Channel.CreateUnbounded<int>(options);
        Task first = Task.Run(() => PlayAsync(one.Reader, other.Writer));
        Task second = Task.Run(() => PlayAsync(other.Reader, one.Writer));
        one.Writer.TryWrite(items);
        await Task.WhenAll(first, second);

        static async Task PlayAsync(ChannelReader<int> reader, ChannelWriter<int> writer)
        {
            while (await reader.WaitToReadAsync())
            {
                while (reader.TryRead(out int left))
                {
                    if (left > 1)
                    {
                        writer.TryWrite(left - 1);
                    }

                    if (left <= 2)
                    {
                        // The last throw but one, and the last: each player ends after it.
                        return;
                    }
                }
            }
        }
    }

    private static async Task LiveAsync(int items)
    {
        await using ActorSystem system = new();
        for (int started = 0; started < items; started += LivesAtOnce)
        {
            Countdown countdown = new(LivesAtOnce);
            for (int i = 0; i < LivesAtOnce; i++)
            {
                ActorRef<int> actor = system.Spawn(() => new Mayfly(countdown));
                actor.Tell(1);
                actor.Stop(StopMode.Drain);
            }

            await countdown.Done;
        }
    }

    private static async Task LiveAsChannelsAsync(int items)
    {
        for (int started = 0; started < items; started += LivesAtOnce)
        {
            Countdown countdown = new(LivesAtOnce);
            for (int i = 0; i < LivesAtOnce; i++)
            {
                var channel = Channel.CreateUnbounded<int>(new UnboundedChannelOptions { SingleReader = true });
                _ = ReadAsync(channel.Reader, countdown);
                channel.Writer.TryWrite(1);
                channel.Writer.Complete();
            }

            await countdown.Done;
        }

        static async Task ReadAsync(ChannelReader<int> reader, Countdown countdown)
        {
            await Task.Yield();
            int sum = 0;
            while (await reader.WaitToReadAsync())
            {
                while (reader.TryRead(out int number))
                {
                    sum += number;
                }
            }

            countdown.Signal(sum);
        }
    }

    private readonly record struct Question(int Number, ReplyTo<int> Reply);

    private readonly record struct Ball(int Left, ActorRef<Ball> Next, ActorRef<Ball> After);

    private sealed class Answerer : Actor<Question>
    {
        protected override ValueTask ReceiveAsync(Question message)
        {
            message.Reply.Send(message.Number + 1);
            return default;
        }
    }

    private sealed class Player(TaskCompletionSource over) : Actor<Ball>
    {
        protected override ValueTask ReceiveAsync(Ball message)
        {
            if (message.Left > 1)
            {
                message.Next.Tell(new Ball(message.Left - 1, message.After, message.Next));
            }
            else
            {
                over.SetResult();
            }

            return default;
        }
    }

    private sealed class Mayfly(Countdown countdown) : Actor<int>
    {
        private int _sum;

        protected override ValueTask ReceiveAsync(int message)
        {
            _sum += message;
            return default;
        }

        protected override ValueTask OnStopAsync(StopReason reason)
        {
            countdown.Signal(_sum);
            return default;
        }
    }

    private sealed class Countdown(int expected)
    {
        private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _left = expected;

        public Task Done => _done.Task;

        public void Signal(int sum)
        {
            if (sum != 1)
            {
                _done.TrySetException(new InvalidOperationException($"{sum} messages instead of 1"));
            }

            if (Interlocked.Decrement(ref _left) == 0)
            {
                _done.TrySetResult();
            }
        }
    }
}
