using Overlap.Testing.Exploration;
using Overlap.Testing.Exploration.Tasks;

namespace Overlap.Tests.Exploration;

public sealed class EscapeTests
{
    [Fact]
    public void Run_TaskRun_IsEscapeWithCauseAndLine() =>
        Escapes("a task ran on the pool", "a awaits at EscapeTests.cs:", static async x => await x.Spawn("a", static async () => await Task.Run(static () => 1)));

    [Fact]
    public void Run_TaskRunThatNobodyAwaits_IsEscape() => Escapes("a task ran on the pool", "", static async x =>
    {
        _ = Task.Run(static () => 1);
        await x.Point();
    });

    [Fact]
    public void Run_ContinuationOnThePool_IsEscapeWithCauseAndLine() => Escapes("ConfigureAwait(false)", "a awaits at EscapeTests.cs:", static async x =>
    {
        TaskCompletionSource source = new();
        Task waiting = x.Spawn("a", async () => await source.Task.ConfigureAwait(false));
        await x.Spawn("b", async () =>
        {
            await x.Point();
            source.SetResult();
        });
        await waiting;
    });

    [Fact]
    public void Run_CancelAsync_IsEscapeThoughThePoolIsSlow() => Escapes("a task ran on the pool", "canceller awaits at EscapeTests.cs:", static async x =>
    {
        using CancellationTokenSource cancellation = new();
        using CancellationTokenRegistration registration = cancellation.Token.Register(static () => { });
        await x.Spawn("canceller", async () => await cancellation.CancelAsync());
    });

    [Fact]
    public void Run_DelayOfTheSystem_IsEscapeBeforeItIsOver() => Escapes(
        "a timer of the system was set", "a awaits at EscapeTests.cs:", static async x => await x.Spawn("a", static async () => await Task.Delay(TimeSpan.FromHours(1))));

    [Fact]
    public void Run_ThreadOfItsOwn_IsEscape() => Escapes("a thread of its own", "", static async x =>
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(ended.SetResult) { IsBackground = true }.Start();
        await ended.Task;
    });

    [Fact]
    public void Run_ContextFreeWorkThatComesBack_IsEscape() => Escapes("work ran on the pool", "", static async x =>
    {
        TaskCompletionSource ended = new();
        bool isWaiting = false;
        Task waiting = x.Spawn("waiter", async () =>
        {
            isWaiting = true;
            await ended.Task;
        });
        while (!isWaiting)
        {
            await x.Point();
        }

        ThreadPool.UnsafeQueueUserWorkItem(static ended => ended.SetResult(), ended, preferLocal: false);
        await waiting;
    });

    [Fact]
    public void Run_DelayOfTheExplorersClock_CostsNoRealTime()
    {
        ExplorationResult result = Explore.Run(
            static async x =>
            {
                DateTimeOffset start = x.TimeProvider.GetUtcNow();
                await x.Spawn("sleeper", async () => await Task.Delay(TimeSpan.FromDays(1), x.TimeProvider));
                x.Assert(x.TimeProvider.GetUtcNow() - start == TimeSpan.FromDays(1));
            },
            new ExplorationOptions { Schedules = 100 });
        Assert.True(result.Failure is null, result.ToString());
    }

    [Fact]
    public void Run_TimersDueAtOnce_StayInTheExplorer()
    {
        ExplorationResult result = Explore.Run(
            static async x =>
            {
                TaskCompletionSource fired = new();
                await using ITimer timer = x.TimeProvider.CreateTimer(_ => fired.SetResult(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
                await fired.Task;
            },
            new ExplorationOptions { Schedules = 100 });
        Assert.True(result.Failure is null, result.ToString());
    }

    [Fact]
    public void Run_TimersDueTogether_FireInEveryOrder()
    {
        HashSet<string> orders = [];
        Explore.Run(
            async x =>
            {
                List<string> order = [];
                async Task Sleep(string name)
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), x.TimeProvider);
                    order.Add(name);
                }

                await Task.WhenAll(x.Spawn("a", () => Sleep("a")), x.Spawn("b", () => Sleep("b")));
                orders.Add(string.Concat(order));
            },
            new ExplorationOptions { Schedules = 200 }).ThrowIfFailed();
        Assert.Equal(["ab", "ba"], orders.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Run_PeriodicTimerOfTheExplorersClock_Ticks()
    {
        ExplorationResult result = Explore.Run(
            static async x =>
            {
                using PeriodicTimer timer = new(TimeSpan.FromMinutes(1), x.TimeProvider);
                await timer.WaitForNextTickAsync();
                await timer.WaitForNextTickAsync();
                x.Assert(x.TimeProvider.GetElapsedTime(0) == TimeSpan.FromMinutes(2));
            },
            new ExplorationOptions { Schedules = 50 });
        Assert.True(result.Failure is null, result.ToString());
    }

    [Fact]
    public void Run_EscapeOfTheFirstRunComesBackInTheNext_IsNotTheNextOnes()
    {
        // The first run fails when the pool takes up its work; that ends only when the run that explains is on its way.
        int runs = 0;
        using ManualResetEventSlim isExplained = new();
        bool isBack = false;
        Escapes("a task ran on the pool", "a awaits at EscapeTests.cs:", async x =>
        {
            if (++runs == 2)
            {
                isExplained.Set();
                while (!Volatile.Read(ref isBack))
                {
                    Thread.SpinWait(20);
                }
            }

            await x.Spawn("a", async () =>
            {
                TaskCompletionSource source = new();
                _ = Task.Run(() =>
                {
                    isExplained.Wait();
                    source.SetResult();
                    Volatile.Write(ref isBack, true);
                });
                await source.Task;
            });
        });
    }

    [Fact]
    public void Wait_EscapeIsAboutToSayItsCause_WaitsForThat()
    {
        // A stack with its lines may take longer than the few milliseconds that an escape is given to show itself.
        using ManualResetEventSlim isAsked = new();
        using ManualResetEventSlim mayTell = new();
        EscapeWatch watch = new(_ =>
        {
            isAsked.Set();
            mayTell.Wait();
            return "late";
        });
        Thread waiting = Thread.CurrentThread;
        Thread escaped = new(watch.Note);
        Thread patient = new(() =>
        {
            _ = SpinWait.SpinUntil(() => (waiting.ThreadState & ThreadState.WaitSleepJoin) != 0, TimeSpan.FromSeconds(30));
            mayTell.Set();
        });
        escaped.Start();
        isAsked.Wait(TestContext.Current.CancellationToken);
        patient.Start();
        bool isSeen = watch.Wait(TimeSpan.Zero);
        mayTell.Set();
        patient.Join();
        escaped.Join();
        Assert.Equal((true, "late"), (isSeen, watch.Cause));
    }

    private static void Escapes(string cause, string place, Func<TaskExplorer, Task> program)
    {
        ExplorationResult result = Explore.Run(program, new ExplorationOptions { Schedules = 200 });
        Assert.True(result.Failure?.Kind == FailureKind.Escape, result.ToString());
        Assert.Contains(cause, result.Failure.Message, StringComparison.Ordinal);
        Assert.Contains(place, result.Failure.Message, StringComparison.Ordinal);
    }
}
