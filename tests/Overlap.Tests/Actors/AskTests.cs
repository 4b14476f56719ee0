using Overlap.Actors;
using Overlap.Testing;

namespace Overlap.Tests.Actors;

public sealed class AskTests
{
    [Fact]
    public async Task AskAsync_Answered_GivesReply()
    {
        await using ActorSystem system = new();
        ActorRef<Question> actor = system.Spawn(Doubling);
        Assert.Equal(42, await actor.AskAsync<int>(static reply => new Question(21, reply)));
        Assert.Equal(0, system.GetStatistics().PendingAsks);
    }

    [Fact]
    public async Task AskAsync_AnsweredWithFailure_Throws()
    {
        await using ActorSystem system = new();
        ActorRef<Question> actor = system.Spawn(() => new Scripted<Question>((_, question) =>
        {
            question.Reply.Fail(new InvalidOperationException("planned"));
            return default;
        }));
        Assert.Equal("planned", (await Assert.ThrowsAsync<InvalidOperationException>(async () => await AskOnceAsync(actor))).Message);
    }

    [Fact]
    public async Task AskAsync_Stopped_ThrowsAtOnce()
    {
        await using ActorSystem system = new();
        ActorRef<Question> actor = system.Spawn(Doubling);
        await actor.StopAsync();
        await Assert.ThrowsAsync<ActorStoppedException>(async () => await AskOnceAsync(actor));
    }

    [Fact]
    public async Task AskAsync_StoppedBeforeItsMessage_ThrowsWithoutTheDeadline()
    {
        await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = new VirtualTimeProvider() });
        HeldTurn turn = new();
        ActorRef<Question> actor = system.Spawn(() => new Scripted<Question>((_, _) => turn.Handler));
        actor.Tell(new Question(1, default));
        await turn.IsAwaited;
        Task<int> ask = AskOnceAsync(actor);
        actor.Stop();
        turn.End();
        await Assert.ThrowsAsync<ActorStoppedException>(() => ask);
    }

    [Fact]
    public async Task AskAsync_StoppedAfterItsMessageWaitedForRoom_ThrowsWithoutTheDeadline()
    {
        await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = new VirtualTimeProvider() });
        HeldTurn first = new();
        HeldTurn second = new();
        ActorRef<Question> actor = system.Spawn(
            () => new Scripted<Question>((_, question) => question.Number == 1 ? first.Handler : second.Handler),
            new ActorOptions { Mailbox = MailboxOptions.Bounded(1) });
        actor.Tell(new Question(1, default));
        await first.IsAwaited;
        actor.Tell(new Question(2, default));
        Task<int> ask = AskOnceAsync(actor);
        Assert.Equal(1, actor.GetStatistics().WaitingForRoom);
        first.End();
        await second.IsAwaited;
        Assert.Equal((0, 1), (actor.GetStatistics().WaitingForRoom, actor.GetStatistics().QueueLength));
        actor.Stop();
        second.End();
        await Assert.ThrowsAsync<ActorStoppedException>(() => ask);
    }

    [Fact]
    public async Task AskAsync_DroppedForANewerMessage_ThrowsWithoutTheDeadline()
    {
        await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = new VirtualTimeProvider() });
        HeldTurn turn = new();
        ActorRef<Question> actor = system.Spawn(
            () => new Scripted<Question>((_, question) =>
            {
                question.Reply.Send(question.Number);
                return question.Number == 0 ? turn.Handler : default;
            }),
            new ActorOptions { Mailbox = MailboxOptions.Bounded(1, MailboxOverflow.DropOldest) });
        actor.Tell(new Question(0, default));
        await turn.IsAwaited;
        Task<int> dropped = actor.AskAsync<int>(static reply => new Question(1, reply)).AsTask();
        Task<int> kept = actor.AskAsync<int>(static reply => new Question(2, reply)).AsTask();
        await Assert.ThrowsAsync<MailboxFullException>(() => dropped);
        turn.End();
        Assert.Equal(2, await kept);
    }

    [Fact]
    public async Task AskAsync_NotAnsweredInTime_SaysWhatTheActorDoes()
    {
        VirtualTimeProvider clock = new();
        await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = clock });
        HeldTurn turn = new();
        ActorRef<Question> actor = system.Spawn(() => new Scripted<Question>((_, question) => question.Number == 1 ? turn.Handler : default), new ActorOptions { Name = "slow" });
        actor.Tell(new Question(1, default));
        await turn.IsAwaited;
        Task<int> ask = AskOnceAsync(actor);
        clock.Advance(TimeSpan.FromSeconds(5));
        AskTimeoutException late = await Assert.ThrowsAsync<AskTimeoutException>(() => ask);
        turn.End();
        Assert.Equal(("/slow", "Question", 1), (late.Target, late.MessageType, late.QueueLength));
        Assert.Equal((TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5)), (late.Deadline, late.HandlingFor));
        Assert.Equal(1, Assert.IsType<Question>(late.Handling).Number);
    }

    [Fact]
    public async Task AskAsync_DeadlinesOfDifferentLength_ExpireEachInTime()
    {
        VirtualTimeProvider clock = new();
        await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = clock });
        ActorRef<Question> actor = system.Spawn(() => new Scripted<Question>());
        Task<int> slow = AskOnceAsync(actor, TimeSpan.FromSeconds(30));
        Task<int> quick = AskOnceAsync(actor, TimeSpan.FromSeconds(1));
        clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<AskTimeoutException>(() => quick);
        Assert.Equal(1, system.GetStatistics().PendingAsks);
        clock.Advance(TimeSpan.FromSeconds(29));
        await Assert.ThrowsAsync<AskTimeoutException>(() => slow);
    }

    [Fact]
    public async Task Send_SecondAnswer_IsDeadLetter()
    {
        await using ActorSystem system = new();
        bool second = true;
        ActorRef<Question> actor = system.Spawn(
            () => new Scripted<Question>((_, question) =>
            {
                question.Reply.Send(1);
                second = question.Reply.Send(2);
                return default;
            }),
            new ActorOptions { Name = "twice" });
        Assert.Equal(1, await AskOnceAsync(actor));
        await actor.StopAsync(StopMode.Drain);
        Assert.False(second);
        Assert.Equal(new DeadLetter("/twice", 2, DeadLetterReason.LateReply), Assert.Single(system.DeadLetters));
    }

    [Fact]
    public async Task Send_HandleOfAnEarlierAsk_DoesNotAnswerALaterOne()
    {
        await using ActorSystem system = new();
        ReplyTo<int> first = default;
        ActorRef<Question> actor = system.Spawn(() => new Scripted<Question>((_, question) =>
        {
            if (question.Number == 1)
            {
                first = question.Reply;
                question.Reply.Send(1);
            }
            else
            {
                first.Send(-1);
                question.Reply.Send(2);
            }

            return default;
        }));
        Assert.Equal(1, await actor.AskAsync<int>(static reply => new Question(1, reply)));
        Assert.Equal(2, await actor.AskAsync<int>(static reply => new Question(2, reply)));
    }

    [Fact]
    public async Task AskAsync_Cancelled_ThrowsAndReplyIsDeadLetter()
    {
        await using ActorSystem system = new();
        using CancellationTokenSource source = new();
        TaskCompletionSource gate = new();
        ActorRef<Question> actor = system.Spawn(() => new Scripted<Question>(async (_, question) =>
        {
            await gate.Task;
            question.Reply.Send(1);
        }));
        Task<int> ask = actor.AskAsync<int>(static reply => new Question(0, reply), cancellationToken: source.Token).AsTask();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ask);
        gate.SetResult();
        await actor.StopAsync(StopMode.Drain);
        Assert.Equal(DeadLetterReason.LateReply, Assert.Single(system.DeadLetters).Reason);
    }

    [Fact]
    public async Task AskAsync_OfItself_ThrowsAtOnceWithChain()
    {
        await using ActorSystem system = new();
        ActorRef<Question> actor = system.Spawn(
            () => new Scripted<Question>(async (context, question) =>
            {
                try
                {
                    question.Reply.Send(await context.Self.AskAsync<int>(static reply => new Question(2, reply)));
                }
                catch (AskCycleException cycle)
                {
                    question.Reply.Fail(cycle);
                }
            }),
            new ActorOptions { Name = "self" });
        AskCycleException found = await Assert.ThrowsAsync<AskCycleException>(async () => await AskOnceAsync(actor));
        Assert.Equal(["/self", "/self"], found.Chain);
    }

    [Fact]
    public async Task AskAsync_RoundThree_ThrowsAtOnceWithChain()
    {
        await using ActorSystem system = new();
        Dictionary<string, ActorRef<Question>> actors = [];
        foreach ((string name, string next) in new[] { ("a", "b"), ("b", "c"), ("c", "a") })
        {
            actors[name] = system.Spawn(
                () => new Scripted<Question>(async (_, question) =>
                {
                    await Task.Yield();
                    try
                    {
                        question.Reply.Send(await AskOnceAsync(actors[next]));
                    }
                    catch (AskCycleException cycle)
                    {
                        question.Reply.Fail(cycle);
                    }
                }),
                new ActorOptions { Name = name });
        }

        AskCycleException found = await Assert.ThrowsAsync<AskCycleException>(async () => await AskOnceAsync(actors["a"]));

        // Whoever is last to wait sees it, and that may be any of the three.
        string circle = string.Concat(found.Chain);
        Assert.Contains(circle, new[] { "/a/b/c/a", "/b/c/a/b", "/c/a/b/c" });
    }

    [Fact]
    public async Task AskAsync_HandleWasPassedOn_IsNoCycle()
    {
        await using ActorSystem system = new();
        ActorRef<Question> last = system.Spawn(Doubling);
        ActorRef<Question>? first = null;
        TaskCompletionSource<int> back = new();
        ActorRef<Question> middle = system.Spawn(() => new Scripted<Question>(async (context, question) =>
        {
            if (question.Number == 1)
            {
                // Passed on, and then the one that waits is asked: that is answered once the passed question is.
                context.Self.Tell(new Question(2, question.Reply));
                return;
            }

            Task<int> asked = AskOnceAsync(first!);
            last.Tell(new Question(21, question.Reply));
            back.SetResult(await asked);
        }));
        first = system.Spawn(() => new Scripted<Question>(async (_, question) =>
            question.Reply.Send(question.Number == 0 ? 5 : await middle.AskAsync<int>(static reply => new Question(1, reply)))));
        Assert.Equal(42, await first.AskAsync<int>(static reply => new Question(9, reply)));
        Assert.Equal(5, await back.Task);
    }

    private static Scripted<Question> Doubling() => new((_, question) =>
    {
        question.Reply.Send(question.Number * 2);
        return default;
    });

    private static Task<int> AskOnceAsync(ActorRef<Question> actor, TimeSpan? deadline = null) =>
        actor.AskAsync<int>(static reply => new Question(0, reply), deadline).AsTask();
}
