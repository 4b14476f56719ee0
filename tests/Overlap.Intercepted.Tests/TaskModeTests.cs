using Overlap.Testing.Exploration;

namespace Overlap.Intercepted.Tests;

/// <summary>Programs of tasks that use nothing but the runtime's own types, explored as they are.</summary>
public sealed class TaskModeTests
{
    [Fact]
    public void ConfigureAwait_LostUpdate_IsFound()
    {
        ExplorationFailure failure = Failure(static async x =>
        {
            int balance = 100;
            await Task.WhenAll(x.Spawn("alice", () => WithdrawAsync(30)), x.Spawn("bob", () => WithdrawAsync(60))).ConfigureAwait(false);
            x.Assert(balance == 10);

            async Task WithdrawAsync(int amount)
            {
                int read = balance;
                await AskAsync().ConfigureAwait(false);
                balance = read - amount;
            }
        });

        Assert.Equal(FailureKind.Assertion, failure.Kind);
        Assert.Contains(failure.Steps, static step => step.File?.EndsWith("TaskModeTests.cs", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void ConfigureAwait_OfEveryKindOfTask_StaysInTheExplorer() => Holds(static async x =>
    {
        await AskAsync().ConfigureAwait(false);
        await AskAsync().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        x.Assert(await AnswerAsync().ConfigureAwait(false) == 1);
        x.Assert(await AnswerAsync().ConfigureAwait(ConfigureAwaitOptions.ForceYielding) == 1);
        await new ValueTask(AskAsync()).ConfigureAwait(false);
        x.Assert(await new ValueTask<int>(AnswerAsync()).ConfigureAwait(false) == 1);
        ValueTask<int> kept = new(AnswerAsync());
        x.Assert(await kept.ConfigureAwait(false) == 1);
        await Task.WhenAll(x.Spawn("other", static async () => await AskAsync().ConfigureAwait(false)));
    });

    [Fact]
    public void SemaphoreSlim_UsedAsALock_HoldsInEveryOrder()
    {
        ExplorationResult result = Explore.Run(
            static async x =>
            {
                using SemaphoreSlim gate = new(1);
                int balance = 100;
                await Task.WhenAll(x.Spawn("alice", () => WithdrawAsync(30)), x.Spawn("bob", () => WithdrawAsync(60))).ConfigureAwait(false);
                x.Assert(balance == 10);

                async Task WithdrawAsync(int amount)
                {
                    await gate.WaitAsync().ConfigureAwait(false);
                    try
                    {
                        int read = balance;
                        await AskAsync().ConfigureAwait(false);
                        balance = read - amount;
                    }
                    finally
                    {
                        gate.Release();
                    }
                }
            },
            Exhaustive);

        result.ThrowIfFailed();
        Assert.True(result.IsExhausted);
    }

    [Fact]
    public void SemaphoreSlim_FreeWhenEntered_LetsOthersComeFirst() => Assert.Equal(FailureKind.Assertion, Failure(static async x =>
    {
        using SemaphoreSlim two = new(2);
        int count = 0;
        await Task.WhenAll(x.Spawn("one", CountAsync), x.Spawn("two", CountAsync));
        x.Assert(count == 2);

        async Task CountAsync()
        {
            int read = count;
            await two.WaitAsync();
            count = read + 1;
            two.Release();
        }
    }).Kind);

    [Fact]
    public void SemaphoreSlim_TwoInOppositeOrder_IsADeadlockWithItsHolders()
    {
        ExplorationFailure failure = Failure(static async x =>
        {
            SemaphoreSlim a = new(1);
            SemaphoreSlim b = new(1);
            await Task.WhenAll(x.Spawn("one", () => BothAsync(a, b)), x.Spawn("two", () => BothAsync(b, a)));

            static async Task BothAsync(SemaphoreSlim first, SemaphoreSlim second)
            {
                await first.WaitAsync();
                await second.WaitAsync();
                second.Release();
                first.Release();
            }
        });

        Assert.Equal(FailureKind.Deadlock, failure.Kind);
        Assert.Contains("held by two", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SemaphoreSlim_CancelledWait_LeavesNoTraceInAnyOrder()
    {
        ExplorationResult result = Explore.Run(
            static async x =>
            {
                using SemaphoreSlim gate = new(0, 1);
                using CancellationTokenSource cancel = new();
                Task waiter = x.Spawn("waiter", async () =>
                {
                    try
                    {
                        await gate.WaitAsync(cancel.Token);
                        gate.Release();
                    }
                    catch (OperationCanceledException)
                    {
                        x.Note("cancelled");
                    }
                });
                Task canceller = x.Spawn("canceller", () =>
                {
                    cancel.Cancel();
                    return Task.CompletedTask;
                });
                gate.Release();
                await Task.WhenAll(waiter, canceller);
                x.Assert(gate.CurrentCount == 1);
            },
            Exhaustive);

        result.ThrowIfFailed();
        Assert.True(result.IsExhausted);
    }

    [Fact]
    public void SemaphoreSlim_TimeOut_IsOfTheExplorersClock() => Holds(static async x =>
    {
        using SemaphoreSlim never = new(0);
        DateTimeOffset begin = x.TimeProvider.GetUtcNow();
        x.Assert(!await never.WaitAsync(TimeSpan.FromHours(1)));
        x.Assert(x.TimeProvider.GetUtcNow() - begin == TimeSpan.FromHours(1));
        x.Assert(!never.Wait(0));
    });

    [Fact]
    public void SemaphoreSlim_BlockingWait_IsFound()
    {
        ExplorationFailure failure = Failure(static x =>
        {
            SemaphoreSlim never = new(0);
            never.Wait();
            return Task.CompletedTask;
        });

        Assert.Equal(FailureKind.Blocked, failure.Kind);
        Assert.Contains("SemaphoreSlim", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SemaphoreSlim_ReleaseBeyondItsMaximum_ThrowsAsItDoes() => Holds(static async x =>
    {
        using SemaphoreSlim gate = new(1, 1);
        await AskAsync();
        Assert.Throws<SemaphoreFullException>(() => gate.Release());
        x.Assert(gate.CurrentCount == 1);
    });

    [Fact]
    public void TaskRun_TwoChildren_AreLanesThatRace()
    {
        ExplorationFailure failure = Failure(static async x =>
        {
            List<int> order = [];
            Task<int> first = Task.Run(() =>
            {
                order.Add(1);
                return 1;
            });
            Task second = Task.Run(async () =>
            {
                await AskAsync().ConfigureAwait(false);
                order.Add(2);
            });
            await Task.WhenAll(first, second);
            x.Assert(order is [1, 2]);
        });

        Assert.Equal(FailureKind.Assertion, failure.Kind);
        Assert.Contains(failure.Steps, static step => step.Lane == "task 1");
        Assert.Contains(failure.Steps, static step => step.Lane == "task 2");
    }

    [Fact]
    public void TaskRun_CancelledBeforehand_DoesNotRun() => Holds(static async x =>
    {
        using CancellationTokenSource cancelled = new();
        cancelled.Cancel();
        bool hasRun = false;
        Task task = Task.Run(() => hasRun = true, cancelled.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        x.Assert(!hasRun);
    });

    [Fact]
    public void TaskRun_FaultThatNobodyLooksAt_IsFound() => Assert.Equal(FailureKind.UnobservedException, Failure(static async x =>
    {
        _ = Task.Run(static () => throw new InvalidOperationException("lost"));
        await AskAsync();
    }).Kind);

    [Fact]
    public void TaskDelay_OfADay_TakesNoTime() => Holds(static async x =>
    {
        DateTimeOffset begin = x.TimeProvider.GetUtcNow();
        await Task.WhenAll(Task.Delay(TimeSpan.FromDays(1)), Task.Delay(1000)).ConfigureAwait(false);
        await Task.Delay(TimeSpan.FromDays(1), TimeProvider.System).ConfigureAwait(false);
        x.Assert(x.TimeProvider.GetUtcNow() - begin == TimeSpan.FromDays(2));
    });

    [Fact]
    public void WaitAsync_TaskThatNeverEnds_TimesOutByTheExplorersClock() => Holds(static async x =>
    {
        Task<int> never = new TaskCompletionSource<int>().Task;
        await Assert.ThrowsAsync<TimeoutException>(() => never.WaitAsync(TimeSpan.FromHours(1)));
        x.Assert(!never.IsCompleted);
    });

    [Fact]
    public void CancelAfter_SetTwice_CancelsAtTheLaterTime() => Holds(static async x =>
    {
        using CancellationTokenSource source = new();
        DateTimeOffset begin = x.TimeProvider.GetUtcNow();
        source.CancelAfter(1000);
        source.CancelAfter(TimeSpan.FromHours(1));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Task.Delay(Timeout.InfiniteTimeSpan, source.Token));
        x.Assert(x.TimeProvider.GetUtcNow() - begin == TimeSpan.FromHours(1));
    });

    private static readonly ExplorationOptions Exhaustive = new() { Strategy = ExplorationStrategy.Exhaustive, Preemptions = null };

    private static void Holds(Func<TaskExplorer, Task> program) => Explore.Run(program, new ExplorationOptions { Schedules = 500 }).ThrowIfFailed();

    private static ExplorationFailure Failure(Func<TaskExplorer, Task> program)
    {
        ExplorationResult result = Explore.Run(program);
        Assert.NotNull(result.Failure);
        return result.Failure;
    }

    private static async Task AskAsync() => await Task.Yield();

    private static async Task<int> AnswerAsync()
    {
        await Task.Yield();
        return 1;
    }
}
