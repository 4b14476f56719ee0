using Overlap.Actors;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Actors;

/// <summary>Whole actors under every order of their steps: each message is counted once, each ask ends one way, each end is told once.</summary>
internal static class ExploredActors
{
    [Explored(Schedules = 1_500)]
    public static async Task Tell_MeetsStop_EachMessageIsHandledOrADeadLetter(TaskExplorer x)
    {
        ActorSystem system = Make(x);
        int handled = 0;
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>(async (_, _) =>
        {
            await x.Point();
            handled++;
        }));
        await Task.WhenAll(
            x.Spawn("one", () => TellAsync(x, actor)),
            x.Spawn("two", () => TellAsync(x, actor)),
            x.Spawn("stopper", async () => await actor.StopAsync()));
        x.Assert(handled + system.GetStatistics().DeadLetters == 4, $"{handled} handled, {system.GetStatistics().DeadLetters} dead letters");
        await system.StopAsync();
    }

    [Explored(Schedules = 1_500)]
    public static async Task Tell_MeetsDrain_WhatWasAcceptedIsHandled(TaskExplorer x)
    {
        ActorSystem system = Make(x);
        int handled = 0;
        int accepted = 0;
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>(async (_, _) =>
        {
            await x.Point();
            handled++;
        }));
        await Task.WhenAll(
            x.Spawn("one", async () => accepted += await TellAsync(x, actor)),
            x.Spawn("drainer", async () => await actor.StopAsync(StopMode.Drain)));
        x.Assert(handled == accepted, $"{accepted} accepted, {handled} handled");
        x.Assert(handled + system.GetStatistics().DeadLetters == 2);
        await system.StopAsync();
    }

    [Explored(Schedules = 1_500)]
    public static async Task Tell_MeetsRestart_OnlyTheMessageThatFailedIsLost(TaskExplorer x)
    {
        ActorSystem system = Make(x);
        int handled = 0;
        ActorRef<int> actor = system.Spawn(() => new Scripted<int>(async (_, n) =>
        {
            await x.Point();
            handled += n == 2 ? throw new InvalidOperationException("planned") : 1;
        }));
        await Task.WhenAll(
            x.Spawn("one", () => TellAsync(x, actor)),
            x.Spawn("two", () => TellAsync(x, actor, 3)));
        await actor.StopAsync(StopMode.Drain);

        // A drain that meets the failure ends the actor, and what is left is dead.
        x.Assert(handled + 1 + system.GetStatistics().DeadLetters == 4, $"{handled} handled, {system.GetStatistics()}");
        await system.StopAsync();
    }

    [Explored(Schedules = 1_500)]
    public static async Task Ask_MeetsDeadlineAndStop_EndsOneWay(TaskExplorer x)
    {
        ActorSystem system = Make(x);
        ActorRef<Question> actor = system.Spawn(() => new Scripted<Question>(async (_, question) =>
        {
            await x.Point();
            question.Reply.Send(question.Number);
        }));
        Task<bool> ask = x.Spawn("asker", async () =>
        {
            try
            {
                x.Assert(await actor.AskAsync<int>(static reply => new Question(7, reply), TimeSpan.FromSeconds(1)) == 7);
                return true;
            }
            catch (Exception error) when (error is ActorStoppedException or AskTimeoutException)
            {
                return false;
            }
        });
        await Task.WhenAll(ask, x.Spawn("stopper", async () => await actor.StopAsync()));
        await system.StopAsync();
        x.Assert(system.GetStatistics() is { PendingAsks: 0, Actors: 0 }, $"{system.GetStatistics()}");
        x.Assert(!await ask || system.DeadLetters.Count == 0);
    }

    [Explored(Schedules = 1_500)]
    public static async Task Ask_Cancelled_EndsOneWay(TaskExplorer x)
    {
        ActorSystem system = Make(x);
        using CancellationTokenSource source = new();
        ActorRef<Question> actor = system.Spawn(() => new Scripted<Question>((_, question) =>
        {
            question.Reply.Send(question.Number);
            return default;
        }));
        Task<bool> ask = x.Spawn("asker", async () =>
        {
            try
            {
                x.Assert(await actor.AskAsync<int>(static reply => new Question(7, reply), cancellationToken: source.Token) == 7);
                return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        });
        await Task.WhenAll(ask, x.Spawn("canceller", async () =>
        {
            await x.Point();
            source.Cancel();
        }));
        await system.StopAsync(StopMode.Drain);
        x.Assert(system.GetStatistics().PendingAsks == 0);
        x.Assert(!await ask || system.DeadLetters.Count == 0, "answered, and a late reply too");
    }

    [Explored(Schedules = 1_500)]
    public static async Task Ask_TwoAskEachOther_TheCircleIsSeenAtOnce(TaskExplorer x)
    {
        ActorSystem system = Make(x);
        ActorRef<Question>? one = null;
        ActorRef<Question>? other = null;
        int circles = 0;
        Actor<Question> MakeOne(Func<ActorRef<Question>> peer) => new Scripted<Question>(async (_, question) =>
        {
            if (question.Number == 0)
            {
                question.Reply.Send(1);
                return;
            }

            // After an await it is still this actor that asks.
            await x.Point();
            try
            {
                await peer().AskAsync<int>(static reply => new Question(0, reply));
            }
            catch (AskCycleException)
            {
                circles++;
            }
        });
        one = system.Spawn(() => MakeOne(() => other!));
        other = system.Spawn(() => MakeOne(() => one));
        long started = x.TimeProvider.GetTimestamp();
        one.Tell(new Question(1, default));
        other.Tell(new Question(1, default));
        await Task.WhenAll(one.StopAsync(StopMode.Drain), other.StopAsync(StopMode.Drain));
        x.Assert(x.TimeProvider.GetElapsedTime(started) == TimeSpan.Zero, $"a deadline was waited for, {circles} circles were seen");
        await system.StopAsync();
    }

    [Explored(Schedules = 1_500)]
    public static async Task Watch_MeetsStop_EndIsToldOnce(TaskExplorer x)
    {
        ActorSystem system = Make(x);
        int told = 0;
        ActorRef<int> watched = system.Spawn(() => new Scripted<int>());
        ActorRef<int> watcher = system.Spawn(() => new Scripted<int>(
            (context, _) =>
            {
                context.Watch(watched);
                return default;
            },
            signal: (_, signal) =>
            {
                told += signal is Terminated ended && ended.Actor == watched ? 1 : 0;
                return default;
            }));
        await Task.WhenAll(
            x.Spawn("teller", async () =>
            {
                await x.Point();
                watcher.Tell(1);
            }),
            x.Spawn("stopper", async () => await watched.StopAsync()));
        await watcher.StopAsync(StopMode.Drain);
        x.Assert(told <= 1, $"told {told} times");
        await system.StopAsync();
    }

    [Explored(Schedules = 1_500)]
    public static async Task TellAsync_MeetsCancellationAndStop_EachMessageIsCountedOnce(TaskExplorer x)
    {
        ActorSystem system = Make(x);
        using CancellationTokenSource source = new();
        int handled = 0;
        int untold = 0;
        ActorRef<int> actor = system.Spawn(
            () => new Scripted<int>(async (_, _) =>
            {
                await x.Point();
                handled++;
            }),
            new ActorOptions { Mailbox = MailboxOptions.Bounded(1) });
        Task teller = x.Spawn("teller", async () =>
        {
            for (int i = 0; i < 3; i++)
            {
                try
                {
                    await actor.TellAsync(i, source.Token);
                }
                catch (OperationCanceledException)
                {
                    untold++;
                }
                catch (ActorStoppedException)
                {
                    // A dead letter.
                }
            }
        });
        await Task.WhenAll(
            teller,
            x.Spawn("canceller", async () =>
            {
                await x.Point();
                source.Cancel();
            }),
            x.Spawn("stopper", async () =>
            {
                await x.Point();
                await actor.StopAsync();
            }));
        long dead = system.GetStatistics().DeadLetters;
        x.Assert(handled + dead + untold == 3, $"{handled} handled, {dead} dead letters, {untold} not told");
        await system.StopAsync();
    }

    [Explored(Schedules = 1_000)]
    public static async Task Pool_MeetsDrain_WhatWasAcceptedIsHandled(TaskExplorer x)
    {
        ActorSystem system = Make(x);
        int handled = 0;
        int accepted = 0;
        ActorRef<int> pool = system.SpawnPool(2, () => new Scripted<int>(async (_, _) =>
        {
            await x.Point();
            handled++;
        }));
        await Task.WhenAll(
            x.Spawn("teller", async () => accepted += await TellAsync(x, pool, 3)),
            x.Spawn("drainer", async () => await pool.StopAsync(StopMode.Drain)));
        x.Assert(handled == accepted, $"{accepted} accepted, {handled} handled");
        await system.StopAsync();
    }

    private static ActorSystem Make(TaskExplorer x) => new(new ActorSystemOptions { TimeProvider = x.TimeProvider });

    private static async Task<int> TellAsync(TaskExplorer x, ActorRef<int> actor, int first = 1)
    {
        int accepted = 0;
        for (int message = first; message < first + 2; message++)
        {
            accepted += actor.Tell(message) == TellResult.Accepted ? 1 : 0;
            await x.Point();
        }

        return accepted;
    }
}
