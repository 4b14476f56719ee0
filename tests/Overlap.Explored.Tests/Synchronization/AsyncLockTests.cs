using Overlap.Synchronization;

namespace Overlap.Explored.Tests.Synchronization;

public sealed class AsyncLockTests
{
    [Fact]
    public void EnterAsync_ThreeTasks_OneAtATimeAndAllComeIn() => Exploring.Holds(static x =>
    {
        AsyncLock gate = new();
        Guarded guarded = new(x);
        for (int i = 0; i < 3; i++)
        {
            x.Spawn($"task {i}", () =>
            {
                using (x.Wait(gate.EnterAsync()))
                {
                    guarded.Visit();
                }
            });
        }

        x.AtEnd(() => x.Assert(guarded.Visits == 3 && gate.GetStatistics() == new AsyncLockStatistics(false, 0)));
    });

    [Fact]
    public void Enter_ThreadsAndTasks_OneAtATimeAndAllComeIn() => Exploring.Holds(static x =>
    {
        AsyncLock gate = new();
        Guarded guarded = new(x);
        x.Spawn("task", () =>
        {
            using (x.Wait(gate.EnterAsync()))
            {
                guarded.Visit();
            }
        });
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"thread {i}", () =>
            {
                using (gate.Enter())
                {
                    guarded.Visit();
                }
            });
        }

        x.AtEnd(() => x.Assert(guarded.Visits == 3 && gate.GetStatistics() == new AsyncLockStatistics(false, 0)));
    });

    [Fact]
    public void EnterAsync_StoreBuffers_OneAtATimeAndAllComeIn() => Exploring.Holds(
        static x =>
        {
            AsyncLock gate = new();
            Guarded guarded = new(x);
            for (int i = 0; i < 2; i++)
            {
                x.Spawn($"task {i}", () =>
                {
                    using (x.Wait(gate.EnterAsync()))
                    {
                        guarded.Visit();
                    }
                });
            }

            x.AtEnd(() => x.Assert(guarded.Visits == 2));
        },
        storeBuffers: true);

    [Fact]
    public void EnterAsync_CancellationMeetsHandOver_TheLockIsFreeInTheEnd() => Exploring.Holds(static x =>
    {
        AsyncLock gate = new();
        Guarded guarded = new(x);
        CancellationTokenSource cancellation = new();
        x.Spawn("owner", () =>
        {
            using (x.Wait(gate.EnterAsync()))
            {
                guarded.Visit();
            }
        });
        x.Spawn("waiter", () => Attempt.Cancelable(() =>
        {
            using (x.Wait(gate.EnterAsync(cancellation.Token)))
            {
                guarded.Visit();
            }
        }));
        x.Spawn("canceller", cancellation.Cancel);
        x.AtEnd(() =>
        {
            x.Assert(gate.GetStatistics() == new AsyncLockStatistics(false, 0));
            x.Assert(gate.TryEnter(out _));
        });
    });

    [Fact]
    public void Enter_CancellationMeetsHandOver_TheLockIsFreeInTheEnd() => Exploring.Holds(static x =>
    {
        AsyncLock gate = new();
        Guarded guarded = new(x);
        CancellationTokenSource cancellation = new();
        for (int i = 0; i < 2; i++)
        {
            CancellationToken token = i == 0 ? default : cancellation.Token;
            x.Spawn($"thread {i}", () => Attempt.Cancelable(() =>
            {
                using (gate.Enter(token))
                {
                    guarded.Visit();
                }
            }));
        }

        x.Spawn("canceller", cancellation.Cancel);
        x.AtEnd(() => x.Assert(gate.GetStatistics() == new AsyncLockStatistics(false, 0) && gate.TryEnter(out _)));
    });

    [Fact]
    public void Dispose_WithWaiters_EachEntersOrIsRefused() => Exploring.Holds(static x =>
    {
        AsyncLock gate = new();
        Guarded guarded = new(x);
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"task {i}", () => Attempt.Disposable(() =>
            {
                using (x.Wait(gate.EnterAsync()))
                {
                    guarded.Visit();
                }
            }));
        }

        x.Spawn("disposer", gate.Dispose);
        x.AtEnd(() => x.Assert(gate.GetStatistics().Waiting == 0));
    });

    [Fact]
    public void LeaseDispose_TwoCopiesAtOnce_LeavesOnce() => Exploring.Holds(static x =>
    {
        AsyncLock gate = new();
        Guarded guarded = new(x);
        gate.TryEnter(out Lease lease);
        x.Spawn("first copy", lease.Dispose);
        x.Spawn("second copy", lease.Dispose);
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"task {i}", () =>
            {
                using (x.Wait(gate.EnterAsync()))
                {
                    guarded.Visit();
                }
            });
        }

        x.AtEnd(() => x.Assert(guarded.Visits == 2));
    });

    [Fact]
    public void TryEnter_Contended_OnlyOneOfThoseInsideAtATime() => Exploring.Holds(static x =>
    {
        AsyncLock gate = new();
        Guarded guarded = new(x);
        for (int i = 0; i < 3; i++)
        {
            x.Spawn($"thread {i}", () =>
            {
                if (gate.TryEnter(out Lease lease))
                {
                    guarded.Visit();
                    lease.Dispose();
                }
            });
        }

        x.AtEnd(() => x.Assert(guarded.Visits > 0 && gate.TryEnter(out _)));
    });
}
