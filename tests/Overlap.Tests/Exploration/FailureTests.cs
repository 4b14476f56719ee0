using Overlap.Synchronization;
using Overlap.Testing.Exploration;

namespace Overlap.Tests.Exploration;

public sealed class FailureTests
{
    [Fact]
    public void Run_LostUpdate_IsFoundAndNamed()
    {
        ExplorationFailure failure = Fails(FailureKind.LostUpdate, SmallPrograms.UnsafeAccount);
        Assert.Contains("overwrites balance", failure.Message, StringComparison.Ordinal);
        Assert.Contains(failure.Steps, static step => step is { Lane: "alice", Action: "writes balance = 70", Remark: "overwrites the 70 of bob" });
    }

    [Fact]
    public void Run_SafeAccount_IsClean()
    {
        ExplorationResult result = Explore.Run(SmallPrograms.SafeAccount, new ExplorationOptions { Preemptions = null });
        Assert.Null(result.Failure);
        Assert.True(result.IsExhausted);
    }

    [Fact]
    public void Run_LocksInOppositeOrder_IsDeadlockWithHolders()
    {
        ExplorationFailure failure = Fails(FailureKind.Deadlock, SmallPrograms.OppositeOrder);
        Assert.Contains("one waits for AsyncLock 2, held by two, at SmallPrograms.cs:", failure.Message, StringComparison.Ordinal);
        Assert.Contains("two waits for AsyncLock 1, held by one, at SmallPrograms.cs:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_LockEnteredTwiceByItsOwner_IsDeadlock() => Fails(FailureKind.Deadlock, static async x =>
    {
        AsyncLock gate = new();
        using Lease outer = await gate.EnterAsync();
        using Lease inner = await gate.EnterAsync();
    });

    [Fact]
    public void Run_SignalBeforeWait_IsLostWakeUpWithTheLine()
    {
        ExplorationFailure failure = Fails(FailureKind.LostWakeUp, SmallPrograms.CheckThenWait);
        Assert.Contains("waiter waits for a task that nobody completes at SmallPrograms.cs:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_LanesThatJoinAStuckLane_AreNotTold()
    {
        ExplorationFailure failure = Fails(FailureKind.LostWakeUp, SmallPrograms.CheckThenWait);
        Assert.DoesNotContain("main", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_AssertionWithoutMessage_TellsItsText()
    {
        ExplorationFailure failure = Fails(FailureKind.Assertion, static x =>
        {
            int two = 2;
            x.Assert(two == 3);
            return Task.CompletedTask;
        });
        Assert.Equal("two == 3", failure.Message);
    }

    [Fact]
    public void Run_AssertionOfATestFramework_IsAssertion() => Fails(FailureKind.Assertion, static x =>
    {
        Assert.Equal(1, x.Choose(2));
        return Task.CompletedTask;
    });

    [Fact]
    public void AtEnd_CheckThatThrows_IsAssertion() => Fails(FailureKind.Assertion, static x =>
    {
        x.AtEnd(static () => throw new InvalidOperationException("left over"));
        return Task.CompletedTask;
    });

    [Fact]
    public void Run_ExceptionOfTheProgram_IsToldWithItsLine()
    {
        ExplorationFailure failure = Fails(FailureKind.Exception, static async x =>
        {
            await x.Spawn("thrower", async () =>
            {
                await x.Point();
                throw new InvalidOperationException("broken");
            });
        });
        Assert.Contains("InvalidOperationException: broken, at FailureTests.cs:", failure.Message, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(failure.Exception);
    }

    [Fact]
    public void Run_LaneFailsAndNobodyAwaitsIt_IsUnobserved()
    {
        ExplorationFailure failure = Fails(FailureKind.UnobservedException, static x =>
        {
            x.Spawn("thrower", async () =>
            {
                await x.Point();
                throw new InvalidOperationException("broken");
            });
            return Task.CompletedTask;
        });
        Assert.Contains(failure.Steps, static step => step is { Lane: "thrower", Action: "ends with InvalidOperationException" });
    }

    [Fact]
    public void Run_LaneFailsAndItsFaultIsCaught_IsClean() => IsClean(static async x =>
    {
        Task thrower = x.Spawn("thrower", async () =>
        {
            await x.Point();
            throw new InvalidOperationException("broken");
        });
        await Assert.ThrowsAsync<InvalidOperationException>(() => thrower);
    });

    [Fact]
    public void Run_LaneIsCancelledAndNobodyAwaitsIt_IsClean() => IsClean(static x =>
    {
        x.Spawn("gone", async () =>
        {
            await x.Point();
            throw new OperationCanceledException();
        });
        return Task.CompletedTask;
    });

    [Fact]
    public void Run_AsyncVoidMethodThrows_IsException() => Fails(FailureKind.Exception, static async x =>
    {
        async void Throw()
        {
            await x.Point();
            throw new InvalidOperationException("broken");
        }

        Throw();
        await x.Point();
    });

    [Fact]
    public void Run_LaneNeverEnds_IsEndlessAndNamed()
    {
        ExplorationFailure failure = Fails(
            FailureKind.Endless,
            static async x =>
            {
                _ = x.Spawn("spinner", async () =>
                {
                    while (true)
                    {
                        await Task.Yield();
                    }
                });
                await x.Point();
            },
            new ExplorationOptions { MaxSteps = 500 });
        Assert.Contains("500 steps; still running: spinner", failure.Message, StringComparison.Ordinal);
        Assert.Equal(24, failure.Steps.Count);
    }

    [Theory]
    [InlineData(ExplorationStrategy.Portfolio)]
    [InlineData(ExplorationStrategy.Exhaustive)]
    [InlineData(ExplorationStrategy.Pct)]
    [InlineData(ExplorationStrategy.Random)]
    public void Run_LaneSpinsUntilAnotherHasRun_IsNotEndless(ExplorationStrategy strategy) => IsClean(
        static async x =>
        {
            bool isSet = false;
            _ = x.Spawn("spinner", async () =>
            {
                while (!isSet)
                {
                    await Task.Yield();
                }
            });
            await x.Spawn("setter", () =>
            {
                isSet = true;
                return Task.CompletedTask;
            });
        },
        new ExplorationOptions { Strategy = strategy, Schedules = 200, MaxSteps = 1_000 });

    [Fact]
    public void Run_ProgramSpawnsWithoutBound_IsTooManyLanes() => Fails(
        FailureKind.TooManyLanes,
        static x =>
        {
            void Spawn() => x.Spawn("child", async () =>
            {
                Spawn();
                await x.Point();
            });
            Spawn();
            return Task.CompletedTask;
        },
        new ExplorationOptions { MaxLanes = 20 });

    [Fact]
    public void Run_TaskIsWaitedForByTheThread_IsBlockedWithTheLine()
    {
        ExplorationFailure failure = Fails(FailureKind.Blocked, static async x =>
        {
            TaskCompletionSource never = new();
            await x.Spawn("blocker", async () =>
            {
                await x.Point();
                never.Task.Wait();
            });
        });
        Assert.StartsWith("blocker blocks the thread that runs all tasks, at FailureTests.cs:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_LockIsEnteredByTheThreadWhileHeld_IsBlocked()
    {
        ExplorationFailure failure = Fails(FailureKind.Blocked, static async x =>
        {
            AsyncLock gate = new();
            Task holder = x.Spawn("holder", async () =>
            {
                using Lease lease = await gate.EnterAsync();
                await x.Point();
            });
            await x.Spawn("blocker", async () =>
            {
                await x.Point();
                using Lease lease = gate.Enter();
            });
            await holder;
        });
        Assert.Contains("blocker blocks the thread that runs all tasks, waiting for AsyncLock, at FailureTests.cs:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_StepNeverEnds_IsBlockedAndTheThreadIsLeftBehind()
    {
        bool isReleased = false;
        ExplorationFailure failure = Fails(
            FailureKind.Blocked,
            async x => await x.Spawn("spinner", async () =>
            {
                await x.Point();
                while (!Volatile.Read(ref isReleased))
                {
                    Thread.SpinWait(20);
                }
            }),
            new ExplorationOptions { Patience = TimeSpan.FromSeconds(1) });
        Volatile.Write(ref isReleased, true);
        Assert.Contains("a step of spinner, last seen at FailureTests.cs:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_TaskOfAnEarlierRunIsWoken_IsDivergence()
    {
        TaskCompletionSource? kept = null;
        ExplorationFailure failure = Fails(FailureKind.Divergence, x =>
        {
            static async Task Wait(Task task) => await task;
            kept?.SetResult();
            kept = new TaskCompletionSource();
            _ = Wait(kept.Task);
            return Task.CompletedTask;
        });
        Assert.Contains("earlier run", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ProgramGoesByChance_IsDivergence()
    {
        int runs = 0;
        ExplorationFailure failure = Fails(FailureKind.Divergence, async x =>
        {
            _ = x.Spawn("other", async () => await x.Point());
            if (runs++ % 3 == 1)
            {
                await x.Point();
            }

            await x.Point();
        });
        Assert.Contains("depends on time, on chance, or on what an earlier run left", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThrowIfFailed_Failure_ThrowsTheStory()
    {
        ExplorationResult result = Explore.Run(SmallPrograms.UnsafeAccount);
        ExplorationException exception = Assert.Throws<ExplorationException>(result.ThrowIfFailed);
        Assert.Equal(result.ToString(), exception.Message);
    }

    private static ExplorationFailure Fails(FailureKind kind, Func<TaskExplorer, Task> program, ExplorationOptions? options = null)
    {
        ExplorationResult result = Explore.Run(program, options ?? new ExplorationOptions { Schedules = 2_000 });
        Assert.True(result.Failure?.Kind == kind, result.ToString());
        return result.Failure;
    }

    private static void IsClean(Func<TaskExplorer, Task> program, ExplorationOptions? options = null)
    {
        ExplorationResult result = Explore.Run(program, options ?? new ExplorationOptions { Schedules = 500 });
        Assert.True(result.Failure is null, result.ToString());
    }
}
