using Overlap.Testing.Exploration;

namespace Overlap.Explored.Tests.Mode;

/// <summary>What the explorer says of programs that do what programs should not.</summary>
public sealed class ThreadModeTests
{
    private static readonly ExplorationOptions Few = new() { Schedules = 20, MaxSteps = 400, MaxLanes = 8 };

    [Fact]
    public void RunThreads_LockHeldByAnEndedThread_IsTold()
    {
        ExplorationFailure failure = Found(static x =>
        {
            object gate = new();
            x.Spawn("keeper", () => Monitor.Enter(gate));
            x.Spawn("other", () =>
            {
                Monitor.Enter(gate);
                Monitor.Exit(gate);
            });
        });

        Assert.Equal(FailureKind.LostWakeUp, failure.Kind);
        Assert.Contains("held when it ended", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RunThreads_ThreadsThatSpinForEver_AreEndless() => Assert.Equal(FailureKind.Endless, Found(static x =>
    {
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"spinner {i}", static () =>
            {
                while (true)
                {
                    Thread.Yield();
                }
            });
        }
    }).Kind);

    [Fact]
    public void RunThreads_ThreadThatNeverGivesWay_LetsOthersRunNowAndThen() => Explore.RunThreads(
        static x =>
        {
            int flag = 0;
            x.Spawn("spinner", () =>
            {
                while (Volatile.Read(ref flag) == 0)
                {
                    // The explorer sees that it goes on and on.
                }
            });
            x.Spawn("setter", () => Volatile.Write(ref flag, 1));
        },
        Few).ThrowIfFailed();

    [Fact]
    public void RunThreads_ThreadsWithoutBound_AreTooMany() => Assert.Equal(FailureKind.TooManyLanes, Found(static x =>
    {
        Spawn();

        void Spawn() => x.Spawn("one more", Spawn);
    }).Kind);

    [Fact]
    public void RunThreads_ThreadBlocksOutsideTheExplorer_IsNamed()
    {
        using ManualResetEventSlim never = new();

        // Real time, the explorer's only measure of a thread that it does not see: long enough for a machine that stands still before the sleeper sleeps.
        ExplorationFailure failure = Found(
            x => x.Spawn("sleeper", () => never.Wait()), Few with { Patience = TimeSpan.FromSeconds(3) });

        never.Set();
        Assert.Equal(FailureKind.Blocked, failure.Kind);
        Assert.Contains("sleeper", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RunThreads_StandInUsedOnThePool_IsAnEscape() => Assert.Equal(FailureKind.Escape, Found(static x =>
    {
        int count = 0;
        x.Spawn("starter", () => Task.Run(() => Interlocked.Increment(ref count)).Wait());
    }).Kind);

    [Fact]
    public void RunThreads_ThreadThrows_TheExceptionIsKept()
    {
        ExplorationFailure failure = Found(static x => x.Spawn("thrower", static () => throw new FormatException("planned")));

        Assert.Equal(FailureKind.Exception, failure.Kind);
        Assert.IsType<FormatException>(failure.Exception);
        Assert.Contains("thrower", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RunThreads_TestFrameworksAssertion_IsAnAssertion() =>
        Assert.Equal(FailureKind.Assertion, Found(static x => x.Spawn("tester", static () => Assert.Fail("planned"))).Kind);

    [Fact]
    public void RunThreads_ConditionThrows_TheExceptionIsKept() => Assert.Equal(
        FailureKind.Exception, Found(static x => x.Spawn("waiter", () => x.Wait(static () => throw new FormatException("planned"), "nothing"))).Kind);

    [Fact]
    public void RunThreads_ThreadCatchesEverything_TheScheduleStillEnds() => Assert.Equal(FailureKind.Assertion, Found(static x =>
    {
        int count = 0;
        x.Spawn("stubborn", () =>
        {
            for (int i = 0; i < 5; i++)
            {
                try
                {
                    Interlocked.Increment(ref count);
                }
                catch (Exception)
                {
                    // Not even the explorer's own.
                }
            }
        });
        x.Spawn("asserter", () => x.Assert(Volatile.Read(ref count) == 5));
    }).Kind);

    [Fact]
    public void RunThreads_NothingElseCanRun_TheClockMoves() => Explore.RunThreads(
        static x =>
        {
            object gate = new();
            x.Spawn("waiter", () =>
            {
                Monitor.Enter(gate);
                x.Assert(!Monitor.Wait(gate, TimeSpan.FromHours(1)));
                Monitor.Exit(gate);
            });
            x.Spawn("sleeper", static () => Thread.Sleep(1_000));
        },
        Few).ThrowIfFailed();

    [Fact]
    public void RunThreads_ThreadsOfTheProgramItself_AreJoined() => Explore.RunThreads(
        static x => x.Spawn("parent", () =>
        {
            int count = 0;
            Thread child = new(() => Interlocked.Increment(ref count)) { Name = "child" };
            child.Start();
            child.Join();
            x.Assert(count == 1 && !child.IsAlive);
        }),
        Few).ThrowIfFailed();

    [Fact]
    public void RunThreads_Choices_AllAreTried()
    {
        HashSet<int> seen = [];

        ExplorationResult result = Exploring.Exhaust(x => seen.Add(x.Choose(4)));

        Assert.True(result.IsExhausted);
        Assert.Equal([0, 1, 2, 3], seen.Order());
    }

    [Fact]
    public void RunThreads_TwoThreadsOfTwoSteps_EveryOrderIsTriedOnce()
    {
        HashSet<string> orders = [];

        ExplorationResult result = Exploring.Exhaust(x =>
        {
            Atomic<string> order = new("");
            x.Spawn("a", () => Twice("a"));
            x.Spawn("b", () => Twice("b"));
            x.AtEnd(() => orders.Add(order.Read()));

            void Twice(string name)
            {
                order.Update(before => before + name);
                order.Update(before => before + name);
            }
        });

        Assert.True(result.IsExhausted);
        Assert.Equal(["aabb", "abab", "abba", "baab", "baba", "bbaa"], orders.Order());
    }

    [Fact]
    public void ReplayThreads_OtherProgramThanTheSeeds_IsADivergence()
    {
        string seed = Found(static x => Increments(x, 2)).Seed;

        Assert.Equal(FailureKind.Divergence, Explore.ReplayThreads(static x => Increments(x, 3), seed, Few).Failure?.Kind);

        static void Increments(ThreadExplorer x, int count)
        {
            Shared<int> value = x.Share("value", 0);
            for (int i = 0; i < count; i++)
            {
                x.Spawn($"thread {i}", () => value.Write(value.Read() + 1));
            }

            x.AtEnd(() => x.Assert(value.Read() == count));
        }
    }

    [Fact]
    public void Find_MethodOfThreads_IsExplored()
    {
        ExploredProgram program = Explore.Find(typeof(ThreadModeTests).Assembly).Single(static program => program.Name == "Explored.TwoIncrements");

        Assert.Null(program.Run().Failure);
    }

    [Fact]
    public void RunThreads_ThreadsThatJoinEachOther_AreADeadlock() => Assert.Equal(FailureKind.Deadlock, Found(static x =>
    {
        Thread? second = null;
        Thread first = new(() => second!.Join()) { Name = "first" };
        second = new Thread(first.Join) { Name = "second" };
        first.Start();
        second.Start();
    }).Kind);

    [Fact]
    public void RunThreads_CollectionMovesFieldsWithBufferedWrites_TheRunIsMadeAgain()
    {
        int collections = 0;

        ExplorationResult result = Explore.RunThreads(x => WritesAroundCollection(x, ++collections <= 3), Few with { StoreBuffers = true });

        Assert.Null(result.Failure);
        Assert.Equal(20, result.Schedules);
    }

    [Fact]
    public void RunThreads_CollectionInEveryRunWithBufferedWrites_IsTold()
    {
        ExplorationFailure? failure = Explore.RunThreads(static x => WritesAroundCollection(x, true), Few with { StoreBuffers = true }).Failure;

        Assert.Contains("collection", failure?.Message, StringComparison.Ordinal);
    }

    private static void WritesAroundCollection(ThreadExplorer x, bool isCollecting)
    {
        int[] field = new int[1];
        x.Spawn("reader", () => Volatile.Read(ref field[0]));
        x.Spawn("writer", () =>
        {
            Volatile.Write(ref field[0], 1);
            if (isCollecting)
            {
                GC.Collect(0);
            }

            x.Assert(Volatile.Read(ref field[0]) == 1);
        });
    }

    private static ExplorationFailure Found(Action<ThreadExplorer> program, ExplorationOptions? options = null) =>
        Explore.RunThreads(program, options ?? Few).Failure ?? throw new InvalidOperationException("Nothing was found.");
}
