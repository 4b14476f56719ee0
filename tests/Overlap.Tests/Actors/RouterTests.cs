using System.Collections.Concurrent;
using Overlap.Actors;
using Overlap.Testing.Actors;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Actors;

public sealed class RouterTests
{
    [Fact]
    public async Task Tell_RoundRobin_EachGetsAsMany()
    {
        await using ActorSystem system = new();
        ActorRef<int> pool = system.SpawnPool(3, () => new Scripted<int>());
        for (int i = 0; i < 300; i++)
        {
            Assert.Equal(TellResult.Accepted, pool.Tell(i));
        }

        await pool.StopAsync(StopMode.Drain);
        Assert.Equal([100, 100, 100], pool.GetStatistics().Routees.Select(static routee => routee.Handled));
    }

    [Fact]
    public async Task Tell_RandomOfOneSeed_ChoosesAlike()
    {
        await using ActorSystem system = new();
        string[] first = await PathsAsync(system, Route.Random(7));
        string[] second = await PathsAsync(system, Route.Random(7));
        string[] other = await PathsAsync(system, Route.Random(8));
        Assert.Equal(first, second);
        Assert.NotEqual(first, other);
        Assert.Equal(4, first.Distinct().Count());
    }

    [Fact]
    public async Task Tell_LeastLoaded_PassesOverTheBusyOne()
    {
        await using ActorSystem system = new();
        HeldTurn turn = new();
        ActorRef<Question> busy = system.Spawn(() => new Scripted<Question>((_, question) => question.Number == 0 ? turn.Handler : default));
        ActorRef<Question> idle = system.Spawn(Doubling);
        ActorRef<Question> router = system.SpawnRouter([busy, idle], Route.LeastLoaded);
        busy.Tell(new Question(0, default));
        await turn.IsAwaited;
        busy.Tell(new Question(1, default));
        for (int i = 1; i <= 10; i++)
        {
            Assert.Equal(2 * i, await router.AskAsync<int>(reply => new Question(i, reply)));
        }

        Assert.Equal(1, busy.GetStatistics().QueueLength);
        turn.End();
    }

    [Fact]
    public async Task Tell_ConsistentHash_KeyGoesToOnePlaceInEveryPool()
    {
        await using ActorSystem system = new();
        Route route = Route.ConsistentHash<int>(static n => $"key {n}");
        string[] first = await PathsAsync(system, route);
        string[] second = await PathsAsync(system, route);
        Assert.Equal(first, second);
        Assert.Equal(4, first.Distinct().Count());
    }

    [Fact]
    public async Task Tell_ConsistentHashAndOneStops_OnlyItsKeysMove()
    {
        await using ActorSystem system = new();
        Dictionary<string, ActorRef<Question>> actors = [];
        foreach (string name in new[] { "a", "b", "c" })
        {
            actors[name] = system.Spawn(() => new Scripted<Question>((context, question) =>
            {
                question.Reply.Send(name[0]);
                return default;
            }));
        }

        ActorRef<Question> router = system.SpawnRouter(actors.Values, Route.ConsistentHash<Question>(static question => (long)question.Number));
        int[] before = await AskEachAsync(router);
        await actors["b"].StopAsync();
        int[] after = await AskEachAsync(router);
        Assert.DoesNotContain('b', after);
        Assert.All(before.Zip(after), static pair => Assert.True(pair.First == 'b' || pair.First == pair.Second));
        Assert.Contains('b', before);
    }

    [Fact]
    public void Of_Text_IsTheSameInEveryRun()
    {
        Assert.Equal(0xF67233566A58F34DUL, StableHash.Of("overlap"));
    }

    [Fact]
    public async Task Tell_Broadcast_EachGetsIt()
    {
        await using ActorSystem system = new();
        ActorRef<int> pool = system.SpawnPool(3, () => new Scripted<int>(), Route.Broadcast);
        Assert.Equal(TellResult.Accepted, pool.Tell(1));
        await pool.TellAsync(2);
        await pool.StopAsync(StopMode.Drain);
        Assert.Equal([2, 2, 2], pool.GetStatistics().Routees.Select(static routee => routee.Handled));
    }

    [Fact]
    public async Task TellAsync_BroadcastAndOneIsFull_WaitsForIt()
    {
        await using ActorSystem system = new();
        HeldTurn turn = new();
        bool isFirst = true;
        ActorRef<int> slow = system.Spawn(
            () => new Scripted<int>((_, _) => isFirst && !(isFirst = false) ? turn.Handler : default),
            new ActorOptions { Mailbox = MailboxOptions.Bounded(1) });
        ActorRef<int> quick = system.Spawn(() => new Scripted<int>());
        slow.Tell(0);
        await turn.IsAwaited;
        slow.Tell(1);
        ActorRef<int> router = system.SpawnRouter([slow, quick], Route.Broadcast);
        Task waits = router.TellAsync(2).AsTask();
        Assert.False(waits.IsCompleted);
        turn.End();
        await waits;
        await slow.StopAsync(StopMode.Drain);
        Assert.Equal(3, slow.GetStatistics().Handled);
    }

    [Fact]
    public async Task AskAsync_Broadcast_IsRefused()
    {
        await using ActorSystem system = new();
        ActorRef<Question> pool = system.SpawnPool(2, () => new Scripted<Question>(), Route.Broadcast);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await pool.AskAsync<int>(static reply => new Question(0, reply)));
        Assert.Equal(0, system.GetStatistics().PendingAsks);
    }

    [Fact]
    public async Task AskAsync_Pool_RouteeAnswers()
    {
        await using ActorSystem system = new();
        ActorRef<Question> pool = system.SpawnPool(2, Doubling);
        int[] answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => pool.AskAsync<int>(reply => new Question(n, reply)).AsTask()));
        Assert.Equal(Enumerable.Range(0, 20).Select(static n => 2 * n), answers);
        Assert.Equal([10, 10], pool.GetStatistics().Routees.Select(static routee => routee.Handled));
    }

    [Fact]
    public async Task AskAsync_RouteeAsksItsPoolOfOne_ThrowsAtOnceWithChain()
    {
        await using ActorSystem system = new();
        ActorRef<Question>? pool = null;
        pool = system.SpawnPool(
            1,
            () => new Scripted<Question>(async (_, question) =>
            {
                try
                {
                    question.Reply.Send(await pool!.AskAsync<int>(static reply => new Question(1, reply)));
                }
                catch (AskCycleException cycle)
                {
                    question.Reply.Fail(cycle);
                }
            }),
            options: new ActorOptions { Name = "pool" });
        AskCycleException found = await Assert.ThrowsAsync<AskCycleException>(async () => await pool.AskAsync<int>(static reply => new Question(0, reply)));
        Assert.Equal(["/pool/1", "/pool/1"], found.Chain);
    }

    [Fact]
    public async Task TellAsync_Pool_WaitsAtTheChosenRoutee()
    {
        await using ActorSystem system = new();
        HeldTurn turn = new();
        bool isFirst = true;
        ActorRef<int> pool = system.SpawnPool(
            1,
            () => new Scripted<int>((_, _) => isFirst && !(isFirst = false) ? turn.Handler : default),
            options: new ActorOptions { Mailbox = MailboxOptions.Bounded(1) });
        await pool.TellAsync(0);
        await turn.IsAwaited;
        await pool.TellAsync(1);
        Task waits = pool.TellAsync(2).AsTask();
        Assert.Equal(1, pool.GetStatistics().WaitingForRoom);
        turn.End();
        await waits;
        await pool.StopAsync(StopMode.Drain);
        Assert.Equal(3, pool.GetStatistics().Handled);
    }

    [Fact]
    public async Task Tell_KeySelectorThrows_IsDroppedWithItsError()
    {
        await using ActorSystem system = new();
        FormatException planned = new("planned");
        ActorRef<int> pool = system.SpawnPool(
            2, () => new Scripted<int>(), Route.ConsistentHash<int>((Func<int, string>)(n => throw planned)), new ActorOptions { Name = "pool" });
        Assert.Equal(TellResult.Dropped, pool.Tell(7));
        Assert.Equal(new DeadLetter("/pool", 7, DeadLetterReason.NotOrdered) { Error = planned }, Assert.Single(system.DeadLetters));
        Assert.Same(planned, await Assert.ThrowsAsync<FormatException>(async () => await pool.TellAsync(8)));
        Assert.Equal(2, system.GetStatistics().DeadLetters);
    }

    [Fact]
    public async Task AskAsync_KeySelectorThrows_ThrowsWhatItThrew()
    {
        await using ActorSystem system = new();
        ActorRef<Question> pool = system.SpawnPool(
            2, Doubling, Route.ConsistentHash<Question>((Func<Question, string>)(static _ => throw new FormatException("planned"))));
        await Assert.ThrowsAsync<FormatException>(async () => await pool.AskAsync<int>(static reply => new Question(0, reply)));
        Assert.Equal(0, system.GetStatistics().PendingAsks);
    }

    [Fact]
    public async Task SpawnPool_RouteOfOtherMessages_Throws()
    {
        await using ActorSystem system = new();
        Assert.Throws<ArgumentException>(() => system.SpawnPool(2, () => new Scripted<int>(), Route.ConsistentHash<string>(static text => text)));
    }

    [Fact]
    public async Task SpawnPool_MailboxOrdersOtherMessages_ThrowsAndLeavesNothing()
    {
        await using ActorSystem system = new();
        ActorOptions options = new() { Mailbox = MailboxOptions.Prioritized<string>(static _ => 0) };
        Assert.Throws<ArgumentException>(() => system.SpawnPool(2, () => new Scripted<int>(), options: options));
        await system.StopAsync();
        Assert.Equal(0, system.GetStatistics().Actors);
    }

    [Fact]
    public async Task Tell_RouteeStopped_OthersGetIt()
    {
        await using ActorSystem system = new();
        ActorRef<int> one = system.Spawn(() => new Scripted<int>());
        ActorRef<int> two = system.Spawn(() => new Scripted<int>());
        ActorRef<int> router = system.SpawnRouter([one, two]);
        await one.StopAsync();
        for (int i = 0; i < 10; i++)
        {
            Assert.Equal(TellResult.Accepted, router.Tell(i));
        }

        await two.StopAsync(StopMode.Drain);
        Assert.Equal(10, two.GetStatistics().Handled);
        Assert.Empty(system.DeadLetters);
    }

    [Fact]
    public async Task Tell_LastRouteeStopped_RouterStops()
    {
        await using ActorSystem system = new();
        ActorRef<int> one = system.Spawn(() => new Scripted<int>());
        ActorRef<int> router = system.SpawnRouter([one], name: "router");
        await one.StopAsync();
        await router.WaitForStopAsync();
        Assert.Equal(TellResult.Stopped, router.Tell(1));
        Assert.Equal(new DeadLetter("/router", 1, DeadLetterReason.ActorStopped), Assert.Single(system.DeadLetters));
        await Assert.ThrowsAsync<ActorStoppedException>(async () => await router.TellAsync(2));
    }

    [Fact]
    public async Task Stop_Router_LeavesItsRoutees()
    {
        await using ActorSystem system = new();
        ActorRef<int> one = system.Spawn(() => new Scripted<int>());
        ActorRef<int> router = system.SpawnRouter([one]);
        await router.StopAsync();
        Assert.Equal(TellResult.Stopped, router.Tell(1));
        Assert.Equal(TellResult.Accepted, one.Tell(1));
    }

    [Fact]
    public async Task Routee_Fails_PoolRestartsItAlone()
    {
        await using ActorSystem system = new();
        int entered = 0;
        TaskCompletionSource all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ActorRef<int> pool = system.SpawnPool(2, () => new Scripted<int>((_, n) =>
        {
            if (Interlocked.Increment(ref entered) == 10)
            {
                all.SetResult();
            }

            return n == 1 ? throw new InvalidOperationException("planned") : default;
        }));
        for (int i = 0; i < 10; i++)
        {
            pool.Tell(i);
        }

        await all.Task;
        await pool.StopAsync(StopMode.Drain);
        ActorStatistics statistics = pool.GetStatistics();
        Assert.Equal((10, 1, 1), (statistics.Handled, statistics.Failed, statistics.Restarts));
    }

    [Fact]
    public async Task Routee_Escalates_PoolIsFilledAnew()
    {
        await using ActorSystem system = new();
        ConcurrentQueue<int> seen = new();
        SupervisionStrategy escalates = new() { Decide = static _ => SupervisionDirective.Escalate };
        int made = 0;
        TaskCompletionSource again = new(TaskCreationOptions.RunContinuationsAsynchronously);
        ActorRef<int> pool = system.SpawnPool(
            2,
            () => new Scripted<int>(
                (_, n) => n < 0 ? throw new InvalidOperationException("planned") : default,
                start: _ =>
                {
                    if (Interlocked.Increment(ref made) == 4)
                    {
                        again.SetResult();
                    }

                    return default;
                }),
            options: new ActorOptions { Supervision = escalates });
        pool.Tell(-1);
        await again.Task;
        await pool.StopAsync(StopMode.Drain);
        ActorStatistics statistics = pool.GetStatistics();
        Assert.Equal((1L, 1L, 1L), (statistics.Handled, statistics.Failed, statistics.Restarts));
        Assert.Equal(2, statistics.Routees.Count);
    }

    public static TheoryData<Route> Routes => [Route.RoundRobin, Route.Random(), Route.LeastLoaded, Route.Broadcast, Route.ConsistentHash<int>(static n => (long)n)];

    [Theory]
    [MemberData(nameof(Routes), DisableDiscoveryEnumeration = true)]
    public async Task Tell_Pool_AllocatesNothing(Route route)
    {
        await using ActorSystem system = new();
        HeldTurn turn = new();
        ActorRef<int> pool = system.SpawnPool(1, () => new Scripted<int>((_, n) => n == 0 ? turn.Handler : default), route);
        pool.Tell(0);
        await turn.IsAwaited;
        pool.Tell(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        pool.Tell(2);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        turn.End();
        Assert.Equal(0, allocated);
    }

    [Fact]
    public void Tell_ExploredWhileARouteeStops_EachMessageIsHandledOrADeadLetter() => Explore.Run(
        static async explorer =>
        {
            await using ActorSystem system = new(new ActorSystemOptions { TimeProvider = explorer.TimeProvider });
            ActorRef<int> one = system.Spawn(() => new Scripted<int>());
            ActorRef<int> two = system.Spawn(() => new Scripted<int>());
            ActorRef<int> router = system.SpawnRouter([one, two]);
            Task teller = explorer.Spawn("teller", async () =>
            {
                router.Tell(1);
                await explorer.Point();
                router.Tell(2);
            });
            await one.StopAsync();
            await teller;
            await system.WaitForQuietAsync();
            long ended = router.GetStatistics().Handled + system.GetStatistics().DeadLetters;
            explorer.Assert(ended == 2, $"{ended} of 2 messages have ended");
        },
        new ExplorationOptions { Schedules = 500 }).ThrowIfFailed();

    private static Scripted<Question> Doubling() => new((_, question) =>
    {
        question.Reply.Send(question.Number * 2);
        return default;
    });

    private static async Task<int[]> AskEachAsync(ActorRef<Question> router)
    {
        List<int> answers = [];
        for (int i = 0; i < 60; i++)
        {
            answers.Add(await router.AskAsync<int>(reply => new Question(i, reply)));
        }

        return [.. answers];
    }

    /// <summary>Which of four a hundred messages go to.</summary>
    private static async Task<string[]> PathsAsync(ActorSystem system, Route route)
    {
        string[] paths = new string[100];
        ActorRef<int> router = system.SpawnPool(
            4,
            () => new Scripted<int>((context, n) =>
            {
                paths[n] = context.Self.Path[^1..];
                return default;
            }),
            route);
        for (int i = 0; i < 100; i++)
        {
            router.Tell(i);
        }

        await router.StopAsync(StopMode.Drain);
        return paths;
    }
}
