using Overlap.Synchronization;

namespace Overlap.Explored.Tests.Synchronization;

public sealed class ConditionAndBarrierTests
{
    [Fact]
    public void ConditionVariable_BoundedBuffer_EveryItemIsTaken() => Exploring.Holds(static x =>
    {
        AsyncLock gate = new();
        AsyncConditionVariable changed = new(gate);
        int items = 0;
        int taken = 0;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"consumer {i}", () =>
            {
                using Lease held = x.Wait(gate.EnterAsync());
                while (items == 0)
                {
                    x.Wait(changed.WaitAsync(held));
                }

                x.Assert(items > 0);
                items--;
                taken++;
            });
            x.Spawn($"producer {i}", () =>
            {
                using Lease held = gate.Enter();
                items++;
                changed.NotifyOne(held);
            });
        }

        x.AtEnd(() => x.Assert(taken == 2 && items == 0));
    });

    [Fact]
    public void ConditionVariableWaitFor_NotifyAll_AllSeeTheCondition() => Exploring.Holds(static x =>
    {
        AsyncLock gate = new();
        AsyncConditionVariable changed = new(gate);
        bool isOpen = false;
        x.Spawn("task", () =>
        {
            using Lease held = x.Wait(gate.EnterAsync());
            x.Wait(changed.WaitForAsync(held, () => isOpen));
            x.Assert(isOpen);
        });
        x.Spawn("thread", () =>
        {
            using Lease held = gate.Enter();
            changed.WaitFor(held, () => isOpen);
            x.Assert(isOpen);
        });
        x.Spawn("opener", () =>
        {
            using Lease held = x.Wait(gate.EnterAsync());
            isOpen = true;
            changed.NotifyAll(held);
        });
    });

    [Fact]
    public void ConditionVariableWaitAsync_CancellationMeetsNotify_TheLockIsHeldAfterEither() => Exploring.Holds(static x =>
    {
        AsyncLock gate = new();
        AsyncConditionVariable changed = new(gate);
        Guarded guarded = new(x);
        CancellationTokenSource cancellation = new();
        x.Spawn("task", () =>
        {
            using Lease held = x.Wait(gate.EnterAsync());
            Attempt.Cancelable(() => x.Wait(changed.WaitAsync(held, cancellation.Token)));
            guarded.Visit();
        });
        x.Spawn("notifier", () =>
        {
            using Lease held = gate.Enter();
            changed.NotifyOne(held);
            guarded.Visit();
        });
        x.Spawn("canceller", cancellation.Cancel);
        x.AtEnd(() => x.Assert(gate.GetStatistics() == new AsyncLockStatistics(false, 0)));
    });

    [Fact]
    public void Barrier_TwoPhases_NobodyIsAPhaseAhead() => Exploring.Holds(static x =>
    {
        AsyncBarrier barrier = new(2);
        int[] phases = new int[2];
        for (int i = 0; i < 2; i++)
        {
            int me = i;
            x.Spawn($"party {i}", () =>
            {
                for (int phase = 0; phase < 2; phase++)
                {
                    phases[me]++;
                    _ = me == 0 ? x.Wait(barrier.SignalAndWaitAsync()) : barrier.SignalAndWait();
                    x.Assert(phases[1 - me] >= phases[me], "the other one has not come to this phase");
                }
            });
        }

        x.AtEnd(() => x.Assert(barrier.PhaseNumber == 2));
    });

    [Fact]
    public void BarrierSignalAndWait_CancellationMeetsTheLast_AllPassOrTheBarrierIsBroken() => Exploring.Holds(static x =>
    {
        AsyncBarrier barrier = new(2);
        CancellationTokenSource cancellation = new();
        int passed = 0;
        for (int i = 0; i < 2; i++)
        {
            CancellationToken token = i == 0 ? cancellation.Token : default;
            x.Spawn($"party {i}", () =>
            {
                try
                {
                    x.Wait(barrier.SignalAndWaitAsync(token));
                    passed++;
                }
                catch (Exception exception) when (exception is OperationCanceledException or BrokenBarrierException)
                {
                }
            });
        }

        x.Spawn("canceller", cancellation.Cancel);
        x.AtEnd(() => x.Assert(barrier.IsBroken ? passed == 0 : passed == 2));
    });

    [Fact]
    public void BarrierAbort_MeetsParties_NobodyHangs() => Exploring.Holds(static x =>
    {
        AsyncBarrier barrier = new(3);
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"party {i}", () =>
            {
                try
                {
                    barrier.SignalAndWait();
                }
                catch (BrokenBarrierException)
                {
                }
            });
        }

        x.Spawn("aborter", () => barrier.Abort());
        x.AtEnd(() => x.Assert(barrier.IsBroken));
    });
}
