using Overlap.Actors;
using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.Actors;

/// <summary>Whole actors, whose every atomic operation is a step.</summary>
[Collection(ActorSystems.Together)]
public sealed class ActorSystemTests
{
    [Fact]
    public void Stop_MeetsTellers_EachMessageIsHandledOrADeadLetter() => Holds(static x =>
    {
        int handled = 0;
        ActorSystem? system = null;
        ActorRef<int>? actor = null;
        x.Spawn("owner", () =>
        {
            system = new ActorSystem(new ActorSystemOptions { TimeProvider = x.TimeProvider });
            actor = system.Spawn(() => new Counting(() => handled++));
            x.Spawn("teller", () =>
            {
                actor.Tell(1);
                actor.Tell(2);
            });
            actor.Stop();
        });
        x.AtEnd(() => x.Assert(
            actor!.IsStopped && handled + system!.GetStatistics().DeadLetters == 2, $"{handled} handled, {system!.GetStatistics().DeadLetters} dead letters"));
    });

    [Fact]
    public void Drain_MeetsTellers_WhatWasAcceptedIsHandled() => Holds(static x =>
    {
        int handled = 0;
        int accepted = 0;
        ActorRef<int>? actor = null;
        x.Spawn("owner", () =>
        {
            ActorSystem system = new(new ActorSystemOptions { TimeProvider = x.TimeProvider });
            actor = system.Spawn(() => new Counting(() => handled++));
            x.Spawn("teller", () =>
            {
                accepted += actor.Tell(1) == TellResult.Accepted ? 1 : 0;
                accepted += actor.Tell(2) == TellResult.Accepted ? 1 : 0;
            });
            actor.Stop(StopMode.Drain);
        });
        x.AtEnd(() => x.Assert(actor!.IsStopped && handled == accepted, $"{accepted} accepted, {handled} handled"));
    });

    [Fact]
    public void Tell_HandlerFails_RestartLosesOnlyThatMessage() => Holds(static x =>
    {
        int handled = 0;
        ActorRef<int>? actor = null;
        x.Spawn("owner", () =>
        {
            ActorSystem system = new(new ActorSystemOptions { TimeProvider = x.TimeProvider });
            actor = system.Spawn(() => new Counting(() => handled++, failsAt: 1));
            x.Spawn("teller", () => actor.Tell(2));
            actor.Tell(1);
            actor.Tell(3);
        });
        x.AtEnd(() => x.Assert(
            handled == 2 && actor!.GetStatistics() is { Handled: 3, Failed: 1, Restarts: 1, QueueLength: 0 }, $"{actor!.GetStatistics()}"));
    });

    [Fact]
    public void AskAsync_AnswerMeetsStop_EndsOneWay() => Holds(static x =>
    {
        ActorSystem? system = null;
        x.Spawn("owner", () =>
        {
            system = new ActorSystem(new ActorSystemOptions { TimeProvider = x.TimeProvider });
            ActorRef<ReplyTo<int>> actor = system.Spawn(static () => new Answering());
            x.Spawn("stopper", () => actor.Stop());
            try
            {
                x.Assert(x.Wait(actor.AskAsync<int>(static reply => reply)) == 7);
            }
            catch (ActorStoppedException)
            {
            }
        });
        x.AtEnd(() => x.Assert(system!.GetStatistics() is { PendingAsks: 0, Actors: 0 }, $"{system!.GetStatistics()}"));
    });

    [Fact]
    public void Watch_MeetsTheEnd_IsToldOnce() => Holds(static x =>
    {
        int told = 0;
        x.Spawn("owner", () =>
        {
            ActorSystem system = new(new ActorSystemOptions { TimeProvider = x.TimeProvider });
            ActorRef<int> watched = system.Spawn(static () => new Counting(static () => { }));
            system.Spawn(() => new Watching(watched, () => told++));
            watched.Stop();
        });
        x.AtEnd(() => x.Assert(told == 1, $"told {told} times"));
    });

    private static void Holds(Action<ThreadExplorer> program) => Exploring.Holds(program, schedules: 600, storeBuffers: true);

    private sealed class Counting(Action handled, int failsAt = 0) : Actor<int>
    {
        protected override ValueTask ReceiveAsync(int message)
        {
            if (message == failsAt)
            {
                throw new InvalidOperationException("planned");
            }

            handled();
            return default;
        }
    }

    private sealed class Answering : Actor<ReplyTo<int>>
    {
        protected override ValueTask ReceiveAsync(ReplyTo<int> message)
        {
            message.Send(7);
            return default;
        }
    }

    private sealed class Watching(ActorRef watched, Action told) : Actor<int>
    {
        protected override ValueTask OnStartAsync()
        {
            Context.Watch(watched);
            return default;
        }

        protected override ValueTask ReceiveAsync(int message) => default;

        protected override ValueTask OnSignalAsync(Signal signal)
        {
            told();
            return default;
        }
    }
}
