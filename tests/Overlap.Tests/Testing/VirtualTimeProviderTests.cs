using Overlap.Testing;

namespace Overlap.Tests.Testing;

public class VirtualTimeProviderTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Advance_NoTimers_MovesBothClocks()
    {
        var time = new VirtualTimeProvider();
        DateTimeOffset before = time.GetUtcNow();
        long timestamp = time.GetTimestamp();

        time.Advance(TimeSpan.FromMilliseconds(1500));

        Assert.Equal(TimeSpan.FromMilliseconds(1500), time.GetUtcNow() - before);
        Assert.Equal(TimeSpan.FromMilliseconds(1500), time.GetElapsedTime(timestamp));
        Assert.Equal(TimeSpan.FromMilliseconds(1500), time.Elapsed);
    }

    [Fact]
    public void Advance_Negative_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new VirtualTimeProvider().Advance(TimeSpan.FromTicks(-1)));

    [Fact]
    public void Advance_SeveralTimers_FireInDueOrderAtTheirTime()
    {
        var time = new VirtualTimeProvider();
        var fired = new List<(string, double)>();
        Start(time, 3, () => fired.Add(("late", time.Elapsed.TotalSeconds)));
        Start(time, 1, () => fired.Add(("early", time.Elapsed.TotalSeconds)));
        Start(time, 9, () => fired.Add(("never", time.Elapsed.TotalSeconds)));

        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal([("early", 1.0), ("late", 3.0)], fired);
        Assert.Equal(5, time.Elapsed.TotalSeconds);
    }

    [Fact]
    public void Advance_SameDueTime_FiresInTheOrderOfSetting()
    {
        var time = new VirtualTimeProvider();
        var fired = new List<int>();
        for (int i = 0; i < 20; i++)
        {
            int number = i;
            Start(time, 1, () => fired.Add(number));
        }

        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(Enumerable.Range(0, 20), fired);
    }

    [Fact]
    public void Advance_PeriodicTimer_FiresOncePerPeriod()
    {
        var time = new VirtualTimeProvider();
        var fired = new List<double>();
        using ITimer timer = time.CreateTimer(_ => fired.Add(time.Elapsed.TotalSeconds), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));

        time.Advance(TimeSpan.FromSeconds(6));

        Assert.Equal([1.0, 3.0, 5.0], fired);
    }

    [Fact]
    public void Advance_CallbackMovesTheClock_TimeNeverGoesBack()
    {
        var time = new VirtualTimeProvider();
        Start(time, 1, () => time.Advance(TimeSpan.FromSeconds(10)));

        time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(11, time.Elapsed.TotalSeconds);
    }

    [Fact]
    public void Advance_CallbackThrows_ExceptionComesOutAndTheNextMoveGoesOn()
    {
        var time = new VirtualTimeProvider();
        bool fired = false;
        Start(time, 1, () => throw new InvalidOperationException("boom"));
        Start(time, 2, () => fired = true);

        Assert.Equal("boom", Assert.Throws<InvalidOperationException>(() => time.Advance(TimeSpan.FromSeconds(3))).Message);
        Assert.Equal(1, time.Elapsed.TotalSeconds);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(fired);
    }

    [Fact]
    public void Advance_CallbackOnOtherThreadSetsTimer_DoesNotDeadlock()
    {
        var time = new VirtualTimeProvider();
        Start(time, 1, () =>
        {
            // Would hang if the callback ran under the provider's lock.
            var thread = new Thread(() => Start(time, 100, () => { }));
            thread.Start();
            Assert.True(thread.Join(TimeSpan.FromSeconds(20)));
        });

        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Single(time.PendingTimers);
    }

    [Fact]
    public void Advance_AsyncLocalSetAtCreation_CallbackSeesIt()
    {
        var time = new VirtualTimeProvider();
        var local = new AsyncLocal<string> { Value = "at creation" };
        string? seen = null;
        Start(time, 1, () => seen = local.Value);
        local.Value = "later";

        time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("at creation", seen);
    }

    [Fact]
    public void Change_Pending_MovesTheTimer()
    {
        var time = new VirtualTimeProvider();
        int fired = 0;
        using ITimer timer = time.CreateTimer(_ => fired++, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        Assert.True(timer.Change(TimeSpan.FromSeconds(5), Timeout.InfiniteTimeSpan));
        time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(0, fired);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, fired);
    }

    [Fact]
    public void Change_Infinite_StopsTheTimer()
    {
        var time = new VirtualTimeProvider();
        using ITimer timer = time.CreateTimer(_ => Assert.Fail("fired"), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        time.Advance(TimeSpan.FromSeconds(10));

        Assert.Empty(time.PendingTimers);
    }

    [Fact]
    public void Change_Disposed_ReturnsFalse()
    {
        var time = new VirtualTimeProvider();
        ITimer timer = time.CreateTimer(_ => { }, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        timer.Dispose();
        timer.Dispose();

        Assert.False(timer.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan));
        Assert.Empty(time.PendingTimers);
    }

    [Theory]
    [InlineData(-2L)]
    [InlineData(4294967295L)]
    public void CreateTimer_TimeOutOfRange_Throws(long milliseconds)
    {
        var time = new VirtualTimeProvider();

        Assert.Throws<ArgumentOutOfRangeException>("dueTime", () =>
            time.CreateTimer(_ => { }, null, TimeSpan.FromMilliseconds(milliseconds), TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>("period", () =>
            time.CreateTimer(_ => { }, null, TimeSpan.Zero, TimeSpan.FromMilliseconds(milliseconds)));
    }

    [Fact]
    public async Task CreateTimer_DueNow_FiresAtOnceWithoutAMove()
    {
        var time = new VirtualTimeProvider();
        var fired = new TestSignal("fired");
        using ITimer timer = time.CreateTimer(_ => fired.Signal(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        await fired.WaitAsync(Token);

        Assert.Equal(TimeSpan.Zero, time.Elapsed);
    }

    [Fact]
    public async Task DisposeAsync_CallbackRuns_WaitsForIt()
    {
        var time = new VirtualTimeProvider();
        var entered = new TestSignal("entered");
        var leave = new TestSignal("leave");
        ITimer timer = time.CreateTimer(
            _ =>
            {
                entered.Signal();
                leave.Wait(Token);
            },
            null,
            TimeSpan.FromSeconds(1),
            TimeSpan.FromSeconds(1));
        Task moving = Task.Run(() => time.Advance(TimeSpan.FromSeconds(5)), Token);
        await entered.WaitAsync(Token);

        Task disposing = timer.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        leave.Signal();

        await disposing;
        await moving;
        Assert.Equal(1, entered.Count);
    }

    [Fact]
    public async Task TaskDelay_Advance_Completes()
    {
        var time = new VirtualTimeProvider();
        Task delay = Task.Delay(TimeSpan.FromHours(1), time, Token);

        time.Advance(TimeSpan.FromMinutes(59));
        Assert.False(delay.IsCompleted);
        time.Advance(TimeSpan.FromMinutes(1));

        await delay;
    }

    [Fact]
    public void CancellationTokenSource_Advance_IsCancelledAtItsTime()
    {
        var time = new VirtualTimeProvider();
        using var source = new CancellationTokenSource(TimeSpan.FromSeconds(2), time);

        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(source.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(source.IsCancellationRequested);
    }

    [Fact]
    public async Task AdvanceToNextTimerAsync_TimerSetLater_WaitsForItAndMovesToIt()
    {
        var time = new VirtualTimeProvider();
        Task<TimeSpan> moving = time.AdvanceToNextTimerAsync(Token);
        Assert.False(moving.IsCompleted);

        await Task.Delay(TimeSpan.FromDays(2), time, Token);

        Assert.Equal(TimeSpan.FromDays(2), await moving);
    }

    [Fact]
    public async Task AdvanceToNextTimerAsync_CancelledWithoutTimers_Throws()
    {
        var time = new VirtualTimeProvider();
        using var source = new CancellationTokenSource();
        Task<TimeSpan> moving = time.AdvanceToNextTimerAsync(source.Token);

        await source.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => moving);
        Assert.Equal(source.Token, exception.CancellationToken);
    }

    [Fact]
    public void AdvanceToNextTimer_NoTimers_ReturnsFalse() => Assert.False(new VirtualTimeProvider().AdvanceToNextTimer());

    [Fact]
    public async Task WaitForTimersAsync_FewerTimers_Waits()
    {
        var time = new VirtualTimeProvider();
        Start(time, 1, () => { });
        Task waiting = time.WaitForTimersAsync(2, Token);
        Assert.False(waiting.IsCompleted);

        Start(time, 2, () => { });

        await waiting;
    }

    [Fact]
    public void PendingTimers_SeveralSet_ListsTheNextFirstAndNamesTheCallback()
    {
        var time = new VirtualTimeProvider(new VirtualTimeOptions { Start = DateTimeOffset.UnixEpoch });
        Start(time, 2, () => { });
        using ITimer timer = time.CreateTimer(Callback, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(3));

        Assert.Equal(
            new PendingTimer(DateTimeOffset.UnixEpoch.AddSeconds(1), TimeSpan.FromSeconds(3), "VirtualTimeProviderTests.Callback"),
            time.PendingTimers[0]);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(2), time.PendingTimers[1].DueAt);
    }

    [Fact]
    public async Task AutoJumpAfter_QuietProgram_DelaysCostNothing()
    {
        var time = new VirtualTimeProvider(new VirtualTimeOptions { AutoJumpAfter = TimeSpan.Zero });

        await Task.Delay(TimeSpan.FromHours(1), time, Token);
        await Task.Delay(TimeSpan.FromHours(2), time, Token);

        Assert.Equal(TimeSpan.FromHours(3), time.Elapsed);
    }

    [Fact]
    public void Advance_ManyThreads_EachTimerFiresOnce()
    {
        var time = new VirtualTimeProvider();
        int[] fired = new int[1000];
        for (int i = 0; i < fired.Length; i++)
        {
            int number = i;
            Start(time, 1 + (i % 50), () => Interlocked.Increment(ref fired[number]));
        }

        Parallel.For(0, 8, _ =>
        {
            while (time.AdvanceToNextTimer())
            {
            }
        });

        Assert.All(fired, count => Assert.Equal(1, count));
    }

    private static void Callback(object? state)
    {
    }

    private static void Start(VirtualTimeProvider time, double seconds, Action action) =>
        time.CreateTimer(_ => action(), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
}
