using Overlap.Actors;

namespace Overlap.Tests.Actors;

public sealed class PriorityTests
{
    [Fact]
    public async Task Tell_ByPriority_LeastFirstAndEqualsByAge()
    {
        await using ActorSystem system = new();
        HeldTurn turn = new();
        List<int> seen = [];
        ActorRef<int> actor = await SpawnHeldAsync(system, turn, seen, MailboxOptions.Prioritized<int>(static n => n / 10));
        foreach (int n in new[] { 31, 12, 32, 11, 5, 13 })
        {
            actor.Tell(n);
        }

        turn.End();
        await actor.StopAsync(StopMode.Drain);
        Assert.Equal([5, 12, 11, 13, 31, 32], seen);
    }

    [Fact]
    public async Task Tell_SelectorThrows_IsDroppedWithItsError()
    {
        await using ActorSystem system = new();
        InvalidOperationException planned = new("planned");
        ActorRef<int> actor = system.Spawn(
            () => new Scripted<int>(),
            new ActorOptions { Name = "a", Mailbox = MailboxOptions.Prioritized<int>(n => n == 7 ? throw planned : n) });
        Assert.Equal(TellResult.Dropped, actor.Tell(7));
        Assert.Equal(new DeadLetter("/a", 7, DeadLetterReason.NotOrdered) { Error = planned }, Assert.Single(system.DeadLetters));
        Assert.Equal(TellResult.Accepted, actor.Tell(8));
    }

    [Fact]
    public async Task TellAsync_SelectorThrows_ThrowsWhatItThrew()
    {
        await using ActorSystem system = new();
        ActorRef<int> actor = system.Spawn(
            () => new Scripted<int>(), new ActorOptions { Mailbox = MailboxOptions.Prioritized<int>(static _ => throw new FormatException("planned")) });
        await Assert.ThrowsAsync<FormatException>(async () => await actor.TellAsync(1));
    }

    [Fact]
    public async Task AskAsync_SelectorThrows_ThrowsWhatItThrew()
    {
        await using ActorSystem system = new();
        ActorRef<Question> actor = system.Spawn(
            () => new Scripted<Question>(), new ActorOptions { Mailbox = MailboxOptions.Prioritized<Question>(static _ => throw new FormatException("planned")) });
        await Assert.ThrowsAsync<FormatException>(async () => await actor.AskAsync<int>(static reply => new Question(0, reply)));
    }

    [Fact]
    public async Task Tell_FullByPriority_DropsNewestWhateverItsPriority()
    {
        await using ActorSystem system = new();
        HeldTurn turn = new();
        List<int> seen = [];
        ActorRef<int> actor = await SpawnHeldAsync(system, turn, seen, MailboxOptions.Prioritized<int>(static n => n, capacity: 2));
        actor.Tell(5);
        actor.Tell(4);
        Assert.Equal(TellResult.Dropped, actor.Tell(1));
        turn.End();
        await actor.StopAsync(StopMode.Drain);
        Assert.Equal([4, 5], seen);
    }

    [Fact]
    public async Task TellAsync_FullByPriority_WaitsAndThenComesByPriority()
    {
        await using ActorSystem system = new();
        HeldTurn turn = new();
        List<int> seen = [];
        ActorRef<int> actor = await SpawnHeldAsync(system, turn, seen, MailboxOptions.Prioritized<int>(static n => n, capacity: 2));
        actor.Tell(5);
        actor.Tell(9);
        Task waits = actor.TellAsync(7).AsTask();
        Assert.Equal(1, actor.GetStatistics().WaitingForRoom);
        turn.End();
        await waits;
        await actor.StopAsync(StopMode.Drain);
        Assert.Equal([5, 7, 9], seen);
    }

    [Fact]
    public async Task AskAsync_ByPriorityAndCircular_ThrowsAtOnceWithChain()
    {
        await using ActorSystem system = new();
        ActorRef<Question> actor = system.Spawn(
            () => new Scripted<Question>(async (context, question) =>
            {
                try
                {
                    question.Reply.Send(await context.Self.AskAsync<int>(static reply => new Question(0, reply)));
                }
                catch (AskCycleException cycle)
                {
                    question.Reply.Fail(cycle);
                }
            }),
            new ActorOptions { Name = "self", Mailbox = MailboxOptions.Prioritized<Question>(static question => question.Number) });
        AskCycleException found = await Assert.ThrowsAsync<AskCycleException>(async () => await actor.AskAsync<int>(static reply => new Question(1, reply)));
        Assert.Equal(["/self", "/self"], found.Chain);
    }

    [Fact]
    public async Task AskAsync_ByPriorityAndStoppedBefore_ThrowsWithoutTheDeadline()
    {
        await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = new Overlap.Testing.VirtualTimeProvider() });
        HeldTurn turn = new();
        ActorRef<Question> actor = system.Spawn(
            () => new Scripted<Question>((_, _) => turn.Handler),
            new ActorOptions { Mailbox = MailboxOptions.Prioritized<Question>(static question => -question.Number) });
        actor.Tell(new Question(1, default));
        await turn.IsAwaited;
        Task<int> ask = actor.AskAsync<int>(static reply => new Question(2, reply)).AsTask();
        actor.Tell(new Question(3, default));
        actor.Stop();
        turn.End();
        await Assert.ThrowsAsync<ActorStoppedException>(() => ask);
    }

    [Fact]
    public async Task Spawn_MailboxOrdersOtherMessages_Throws()
    {
        await using ActorSystem system = new();
        Assert.Throws<ArgumentException>(() => system.Spawn(
            () => new Scripted<int>(), new ActorOptions { Mailbox = MailboxOptions.Prioritized<string>(static _ => 0) }));
        Assert.Equal(0, system.GetStatistics().Actors);
    }

    [Fact]
    public void Prioritized_DropsOldest_Throws()
    {
        MailboxOptions options = MailboxOptions.Prioritized<int>(static n => n, 5);
        Assert.Throws<ArgumentException>(() => options with { Overflow = MailboxOverflow.DropOldest });
    }

    private static async Task<ActorRef<int>> SpawnHeldAsync(ActorSystem system, HeldTurn turn, List<int> seen, MailboxOptions mailbox)
    {
        bool isFirst = true;
        ActorRef<int> actor = system.Spawn(
            () => new Scripted<int>((_, n) =>
            {
                if (isFirst)
                {
                    isFirst = false;
                    return turn.Handler;
                }

                seen.Add(n);
                return default;
            }),
            new ActorOptions { Mailbox = mailbox });
        actor.Tell(0);
        await turn.IsAwaited;
        return actor;
    }
}
