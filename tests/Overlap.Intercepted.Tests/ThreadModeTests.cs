using Overlap.Testing.Exploration;

namespace Overlap.Intercepted.Tests;

/// <summary>Programs of threads that use nothing but the runtime's own types, explored as they are.</summary>
public sealed class ThreadModeTests
{
    [Fact]
    public void Monitor_TwoInOppositeOrder_IsADeadlock() => Assert.Equal(FailureKind.Deadlock, Failure(static x =>
    {
        object a = new();
        object b = new();
        x.Spawn("one", () => Both(a, b));
        x.Spawn("two", () => Both(b, a));

        static void Both(object first, object second)
        {
            Monitor.Enter(first);
            Monitor.Enter(second);
            Monitor.Exit(second);
            Monitor.Exit(first);
        }
    }).Kind);

    [Fact]
    public void Monitor_AroundAnUpdate_HoldsInEveryOrder() => HoldsInEveryOrder(static x =>
    {
        object gate = new();
        int count = 0;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"counter {i}", () =>
            {
                bool isEntered = false;
                Monitor.TryEnter(gate, Timeout.InfiniteTimeSpan, ref isEntered);
                x.Assert(isEntered && Monitor.IsEntered(gate));
                int read = count;
                x.Point();
                count = read + 1;
                Monitor.Exit(gate);
            });
        }

        x.AtEnd(() => x.Assert(count == 2));
    });

    [Fact]
    public void Volatile_ReadThenWrite_LosesAnUpdate()
    {
        ExplorationFailure failure = Failure(static x =>
        {
            int count = 0;
            x.Spawn("one", () => Volatile.Write(ref count, Volatile.Read(ref count) + 1));
            x.Spawn("two", () => Volatile.Write(ref count, Volatile.Read(ref count) + 1));
            x.AtEnd(() => x.Assert(count == 2));
        });

        Assert.Equal(FailureKind.Assertion, failure.Kind);
        Assert.Contains(failure.Steps, static step => step.File?.EndsWith("ThreadModeTests.cs", StringComparison.Ordinal) == true);
    }

    [Fact]
    public void Interlocked_CompareExchangeOfAPrivateType_IsAStep()
    {
        ExplorationFailure failure = Failure(static x =>
        {
            Node? head = null;
            x.Spawn("one", () => Push(new Node()));
            x.Spawn("two", () => Push(new Node()));
            x.AtEnd(() => x.Assert(head?.Next is not null, "both are there"));

            // One try is not enough.
            void Push(Node node)
            {
                node.Next = Volatile.Read(ref head);
                Interlocked.CompareExchange(ref head, node, node.Next);
            }
        });

        Assert.Equal(FailureKind.Assertion, failure.Kind);
    }

    [Fact]
    public void Interlocked_Counters_HoldInEveryOrder() => HoldsInEveryOrder(static x =>
    {
        (int count, long sum, object? last) = (0, 0L, null);
        for (int i = 1; i <= 2; i++)
        {
            int number = i;
            x.Spawn($"counter {i}", () =>
            {
                Interlocked.Increment(ref count);
                Interlocked.Add(ref sum, number);
                Interlocked.Exchange(ref last, (object)number);
            });
        }

        x.AtEnd(() => x.Assert(count == 2 && Interlocked.Read(ref sum) == 3 && last is not null));
    });

    [Fact]
    public void Lock_EnterAndExit_HoldInEveryOrder() => HoldsInEveryOrder(static x =>
    {
        Lock gate = new();
        int count = 0;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"counter {i}", () =>
            {
                gate.Enter();
                int read = count;
                x.Point();
                count = read + 1;
                gate.Exit();
            });
        }

        x.AtEnd(() => x.Assert(count == 2));
    });

    [Fact]
    public void SpinWait_UntilAFlag_LetsTheOtherComeFirst() => Holds(static x =>
    {
        int flag = 0;
        x.Spawn("spinner", () =>
        {
            SpinWait spin = default;
            while (Volatile.Read(ref flag) == 0)
            {
                spin.SpinOnce();
            }

            SpinWait.SpinUntil(() => Volatile.Read(ref flag) == 2);
        });
        x.Spawn("setter", () =>
        {
            Volatile.Write(ref flag, 1);
            Thread.Yield();
            Thread.SpinWait(10);
            Volatile.Write(ref flag, 2);
        });
    });

    [Fact]
    public void ThreadSleep_OfAnHour_TakesNoTime() => Holds(static x =>
    {
        DateTimeOffset begin = x.TimeProvider.GetUtcNow();
        Thread.Sleep(1000);
        Thread.Sleep(TimeSpan.FromHours(1));
        x.Assert(x.TimeProvider.GetUtcNow() - begin == TimeSpan.FromSeconds(3601));
    });

    [Fact]
    public void SemaphoreSlim_Wait_HoldsInEveryOrder() => HoldsInEveryOrder(static x =>
    {
        SemaphoreSlim gate = new(1);
        int count = 0;
        for (int i = 0; i < 2; i++)
        {
            x.Spawn($"counter {i}", () =>
            {
                gate.Wait();
                int read = count;
                x.Point();
                count = read + 1;
                gate.Release();
            });
        }

        x.AtEnd(() => x.Assert(count == 2));
    });

    [Fact]
    public void SemaphoreSlim_NeverReleased_TimesOutByTheExplorersClock() => Holds(static x =>
    {
        SemaphoreSlim never = new(0);
        x.Spawn("waiter", () => x.Assert(!never.Wait(TimeSpan.FromHours(1))));
    });

    [Fact]
    public void SemaphoreSlim_WaitAsync_IsPassedOn() => Holds(static x =>
    {
        SemaphoreSlim gate = new(0);
        x.Spawn("waiter", () => gate.WaitAsync().Wait());
        x.Spawn("giver", () => gate.Release());
        x.AtEnd(() => x.Assert(gate.CurrentCount == 0));
    });

    [Fact]
    public void TaskRun_WaitAll_AreThreadsThatRace() => Assert.Equal(FailureKind.Assertion, Failure(static x =>
    {
        int count = 0;
        Task one = Task.Run(() => Volatile.Write(ref count, Volatile.Read(ref count) + 1));
        Task two = Task.Run(() => Volatile.Write(ref count, Volatile.Read(ref count) + 1));
        Task.WaitAll(one, two);
        x.Assert(count == 2);
    }).Kind);

    [Fact]
    public void TaskRun_FaultThatNobodyLooksAt_IsFound() => Assert.Equal(
        FailureKind.UnobservedException, Failure(static _ => Task.Run(static () => throw new InvalidOperationException("lost"))).Kind);

    [Fact]
    public void TaskRun_FaultThatIsWaitedFor_ComesToTheWaiter() => Holds(static x =>
    {
        Task task = Task.Run(static () => throw new InvalidOperationException("seen"));
        Assert.Throws<AggregateException>(() => task.Wait());
    });

    private static void Holds(Action<ThreadExplorer> program) => Explore.RunThreads(program, new ExplorationOptions { Schedules = 500 }).ThrowIfFailed();

    private static void HoldsInEveryOrder(Action<ThreadExplorer> program)
    {
        ExplorationResult result = Explore.RunThreads(
            program, new ExplorationOptions { Strategy = ExplorationStrategy.Exhaustive, Preemptions = null, Schedules = 100_000 });
        result.ThrowIfFailed();
        Assert.True(result.IsExhausted);
    }

    private static ExplorationFailure Failure(Action<ThreadExplorer> program)
    {
        ExplorationResult result = Explore.RunThreads(program);
        Assert.NotNull(result.Failure);
        return result.Failure;
    }

    private sealed class Node
    {
        public Node? Next { get; set; }
    }
}
