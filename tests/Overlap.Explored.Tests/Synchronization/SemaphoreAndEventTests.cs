using Overlap.Synchronization;

namespace Overlap.Explored.Tests.Synchronization;

public sealed class SemaphoreAndEventTests
{
    [Fact]
    public void SemaphoreEnterAsync_FourForTwoPermits_NeverMoreInsideAndAllComeIn() => Exploring.Holds(static x =>
    {
        AsyncSemaphore semaphore = new(2, 2);
        Guarded guarded = new(x, most: 2);
        for (int i = 0; i < 3; i++)
        {
            int weight = i == 0 ? 2 : 1;
            x.Spawn($"task {i}", () =>
            {
                using (x.Wait(semaphore.EnterAsync(weight)))
                {
                    guarded.Visit(weight);
                }
            });
        }

        x.AtEnd(() => x.Assert(guarded.Visits == 3 && semaphore.FreePermits == 2));
    });

    [Fact]
    public void SemaphoreEnter_CancellationMeetsRelease_NoPermitIsLostOrDoubled() => Exploring.Holds(static x =>
    {
        AsyncSemaphore semaphore = new(1);
        Guarded guarded = new(x);
        CancellationTokenSource cancellation = new();
        x.Spawn("owner", () =>
        {
            using (semaphore.Enter())
            {
                guarded.Visit();
            }
        });
        x.Spawn("waiter", () => Attempt.Cancelable(() =>
        {
            using (x.Wait(semaphore.EnterAsync(1, cancellation.Token)))
            {
                guarded.Visit();
            }
        }));
        x.Spawn("canceller", cancellation.Cancel);
        x.AtEnd(() => x.Assert(semaphore.FreePermits == 1 && semaphore.GetStatistics().Waiting == 0));
    });

    [Fact]
    public void SemaphoreRelease_CancelledHeavyWaiterBeforeALightOne_TheLightOneComesIn() => Exploring.Holds(static x =>
    {
        AsyncSemaphore semaphore = new(1);
        CancellationTokenSource cancellation = new();
        Task<Lease> heavy = semaphore.EnterAsync(2, cancellation.Token).AsTask();
        Task<Lease> light = semaphore.EnterAsync(1).AsTask();
        x.Spawn("canceller", cancellation.Cancel);
        x.Spawn("releaser", () => semaphore.Release());
        x.Spawn("heavy", () => Attempt.Cancelable(() => x.Wait(heavy).Dispose()));
        x.Spawn("light", () => x.Wait(light).Dispose());
        x.AtEnd(() => x.Assert(semaphore.FreePermits == 2 && semaphore.GetStatistics().Waiting == 0));
    });

    [Fact]
    public void SemaphoreDispose_WithWaiters_EachEntersOrIsRefused() => Exploring.Holds(static x =>
    {
        AsyncSemaphore semaphore = new(1);
        Guarded guarded = new(x);
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"task {i}", () => Attempt.Disposable(() =>
            {
                using (x.Wait(semaphore.EnterAsync()))
                {
                    guarded.Visit();
                }
            }));
        }

        x.Spawn("disposer", semaphore.Dispose);
    });

    [Fact]
    public void ManualResetEventSet_WaitersAndLatecomers_AllGoOn() => Exploring.Holds(static x =>
    {
        AsyncManualResetEvent signal = new();
        x.Spawn("task", () => x.Wait(signal.WaitAsync()));
        x.Spawn("thread", () => signal.Wait());
        x.Spawn("setter", signal.Set);
        x.AtEnd(() => x.Assert(signal.IsSet && signal.GetStatistics().Waiting == 0));
    });

    [Fact]
    public void ManualResetEventReset_MeetsSet_AWaiterOfTheSetGoesOn() => Exploring.Holds(static x =>
    {
        AsyncManualResetEvent signal = new();
        x.Spawn("setter", () =>
        {
            signal.Set();
            signal.Reset();
            signal.Set();
        });
        x.Spawn("task", () => x.Wait(signal.WaitAsync()));
        x.Spawn("thread", () => signal.Wait());
    });

    [Fact]
    public void ManualResetEventWaitAsync_CancellationMeetsSet_NobodyHangs() => Exploring.Holds(static x =>
    {
        AsyncManualResetEvent signal = new();
        CancellationTokenSource cancellation = new();
        x.Spawn("task", () => Attempt.Cancelable(() => x.Wait(signal.WaitAsync(cancellation.Token))));
        x.Spawn("setter", signal.Set);
        x.Spawn("canceller", cancellation.Cancel);
        x.AtEnd(() => x.Assert(signal.GetStatistics().Waiting == 0));
    });

    [Fact]
    public void AutoResetEventSet_OnceForEachOfTwoWaiters_EachGoesOn() => Exploring.Holds(static x =>
    {
        AsyncAutoResetEvent signal = new();
        int released = 0;
        x.Spawn("task", () =>
        {
            x.Wait(signal.WaitAsync());
            released++;
        });
        x.Spawn("thread", () =>
        {
            signal.Wait();
            released++;
        });
        x.Spawn("setter", () =>
        {
            signal.Set();
            x.Wait(() => released == 1, "the signal to be taken");
            signal.Set();
        });
    });

    [Fact]
    public void AutoResetEventWaitAsync_CancellationMeetsSet_TheSignalIsNotLost() => Exploring.Holds(static x =>
    {
        AsyncAutoResetEvent signal = new();
        CancellationTokenSource cancellation = new();
        int taken = 0;
        x.Spawn("task", () =>
        {
            if (Attempt.Cancelable(() => x.Wait(signal.WaitAsync(cancellation.Token))))
            {
                taken++;
            }
        });
        x.Spawn("setter", signal.Set);
        x.Spawn("canceller", cancellation.Cancel);
        x.AtEnd(() => x.Assert(taken + (signal.IsSet ? 1 : 0) == 1));
    });

    [Fact]
    public void CountdownEventSignal_ThreeSignals_WaitersGoOnAfterTheLast() => Exploring.Holds(static x =>
    {
        AsyncCountdownEvent countdown = new(3);
        int signals = 0;
        for (int i = 0; i < 3; i++)
        {
            x.Spawn($"worker {i}", () =>
            {
                signals++;
                countdown.Signal();
            });
        }

        x.Spawn("task", () =>
        {
            x.Wait(countdown.WaitAsync());
            x.Assert(signals == 3);
        });
    });

    [Fact]
    public void CountdownEventTryAddCount_MeetsTheLastSignal_ItIsAddedOrRefused() => Exploring.Holds(static x =>
    {
        AsyncCountdownEvent countdown = new(1);
        x.Spawn("adder", () =>
        {
            if (countdown.TryAddCount())
            {
                countdown.Signal();
            }
        });
        x.Spawn("signaller", () => countdown.Signal());
        x.Spawn("thread", () => countdown.Wait());
        x.AtEnd(() => x.Assert(countdown.IsSet));
    });
}
