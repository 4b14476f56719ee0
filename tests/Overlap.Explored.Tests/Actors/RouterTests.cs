using Overlap.Actors;
using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.Actors;

/// <summary>Routers, priorities and the question whether all is quiet; every atomic operation is a step.</summary>
[Collection(ActorSystems.Together)]
public sealed class RouterTests
{
    [Fact]
    public void Tell_MeetsTheEndOfARoutee_EachMessageIsHandledOrADeadLetter() => Holds(static x =>
    {
        ActorSystem? system = null;
        ActorRef<int>? router = null;
        x.Spawn("owner", () =>
        {
            system = new ActorSystem(new ActorSystemOptions { TimeProvider = x.TimeProvider });
            ActorRef<int> one = system.Spawn(() => new Calling(static _ => { }));
            ActorRef<int> two = system.Spawn(() => new Calling(static _ => { }));
            router = system.SpawnRouter([one, two]);
            x.Spawn("teller", () =>
            {
                router.Tell(1);
                router.Tell(2);
            });
            one.Stop();
        });
        x.AtEnd(() => x.Assert(
            !router!.IsStopped && router.GetStatistics().Handled + system!.GetStatistics().DeadLetters == 2,
            $"{router!.GetStatistics()}, {system!.GetStatistics()}"));
    });

    [Fact]
    public void TellAsync_ByPriorityWithOnePlace_LosesNothing() => Holds(static x =>
    {
        ActorRef<int>? actor = null;
        x.Spawn("owner", () =>
        {
            ActorSystem system = new(new ActorSystemOptions { TimeProvider = x.TimeProvider });
            actor = system.Spawn(() => new Calling(static _ => { }), new ActorOptions { Mailbox = MailboxOptions.Prioritized<int>(static n => n, capacity: 1) });
            x.Spawn("teller", () =>
            {
                x.Wait(actor.TellAsync(1));
                x.Wait(actor.TellAsync(2));
            });
            x.Wait(actor.TellAsync(3));
        });
        x.AtEnd(() => x.Assert(actor!.GetStatistics() is { Handled: 3, QueueLength: 0, WaitingForRoom: 0 }, $"{actor!.GetStatistics()}"));
    });

    [Fact]
    public void WhenQuiet_MessageGoesFromHandToHand_IsNotQuietBefore() => Holds(static x => x.Spawn("owner", () =>
    {
        int handled = 0;
        ActorSystem system = new(new ActorSystemOptions { TimeProvider = x.TimeProvider });
        ActorRef<int> last = system.Spawn(() => new Calling(_ => handled++));
        ActorRef<int> middle = system.Spawn(() => new Calling(n => last.Tell(n)));
        ActorRef<int> first = system.Spawn(() => new Calling(n => middle.Tell(n)));
        first.Tell(1);
        x.Wait(new ValueTask(system.WhenQuietAsync(CancellationToken.None)));
        x.Assert(handled == 1, "quiet was found while a message was under way");
    }));

    private static void Holds(Action<ThreadExplorer> program) => Exploring.Holds(program, schedules: 600, storeBuffers: true);

    private sealed class Calling(Action<int> call) : Actor<int>
    {
        protected override ValueTask ReceiveAsync(int message)
        {
            call(message);
            return default;
        }
    }
}
