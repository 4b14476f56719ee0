using Overlap.Adaptation;
using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs.Run.Starts;
using Overlap.Testing;

namespace Overlap.Cli.Tests.Jobs.Run;

public sealed class StartGateTests : IDisposable
{
    private readonly TemporaryFolder _machine = new();
    private readonly VirtualTimeProvider _time = new();
    private readonly List<string> _said = [];

    public void Dispose() => _machine.Dispose();

    [Fact]
    public async Task EnterAsync_AllPlacesTaken_WaitsForTheFirstThatIsGivenBack()
    {
        StartGate gate = Gate(2);
        await EnterAsync(gate);
        await EnterAsync(gate);
        Task third = EnterAsync(gate);
        Task fourth = EnterAsync(gate);
        Assert.False(third.IsCompleted);

        gate.Exit();
        await third;

        Assert.False(fourth.IsCompleted);
        gate.Exit();
        await fourth;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EnterAsync_Cancelled_ItsTurnGoesToTheNext(bool isAutomatic)
    {
        using StartGate gate = isAutomatic ? AutomaticGate(start: 1) : Gate(1);
        await EnterAsync(gate);
        using CancellationTokenSource cancellation = new();
        Task first = gate.EnterAsync(cancellation.Token).AsTask();
        Task second = EnterAsync(gate);

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.Exit();

        await second;
    }

    [Fact]
    public async Task Places_Raised_WaitersStart()
    {
        StartGate gate = Gate(1);
        await EnterAsync(gate);
        Task second = EnterAsync(gate);

        gate.Places = 2;

        await second;
    }

    [Fact]
    public async Task Places_Lowered_SomeEndBeforeTheNextStarts()
    {
        StartGate gate = Gate(2);
        await EnterAsync(gate);
        await EnterAsync(gate);

        gate.Places = 0;
        Task third = EnterAsync(gate);
        gate.Exit();

        Assert.Equal((1, false), (gate.Places, third.IsCompleted));
        gate.Exit();
        await third;
    }

    [Theory]
    [InlineData(200, null)]
    [InlineData(0, 5.0)]
    [InlineData(100, 5.0)]
    public async Task EnterAsync_DelayOrRate_StartsAreSoFarApart(int delay, double? rate)
    {
        StartGate gate = Gate(10, new StartConditions
        {
            Delay = TimeSpan.FromMilliseconds(delay),
            Rate = rate is { } perSecond ? new Rate(perSecond) : null,
        });
        await EnterAsync(gate);
        Task second = EnterAsync(gate);
        Task third = EnterAsync(gate);

        DateTimeOffset now = _time.GetUtcNow();
        Assert.Equal([200, 400], _time.PendingTimers.Select(timer => (timer.DueAt - now).TotalMilliseconds));
        _time.Advance(TimeSpan.FromMilliseconds(200));
        await second;
        _time.Advance(TimeSpan.FromMilliseconds(200));
        await third;
    }

    [Fact]
    public async Task EnterAsync_TooManyThreadsRun_WaitsUntilFewerDoAndSaysWhyOnce()
    {
        Write("loadavg", "0.00 0.00 0.00 5/300 1234\n");
        StartGate gate = Gate(2, new StartConditions { Load = LoadLimit.TryParse("4") });
        Task entering = EnterAsync(gate);

        for (int looks = 0; looks < 12; looks++)
        {
            await _time.AdvanceToNextTimerAsync(TestContext.Current.CancellationToken);
        }

        Assert.False(entering.IsCompleted);
        Assert.Equal(["waiting: 4 threads run or want to, and --load allows 4"], _said);
        Write("loadavg", "0.00 0.00 0.00 4/300 1234\n");
        await AdvanceUntilAsync(entering);
    }

    [Fact]
    public async Task EnterAsync_TooLittleMemory_WaitsUntilThereIsMore()
    {
        Write("meminfo", "MemTotal: 100 kB\nMemAvailable:     999 kB\n");
        StartGate gate = Gate(2, new StartConditions { FreeMemory = 1000 << 10 });
        Task entering = EnterAsync(gate);

        Assert.False(entering.IsCompleted);
        Write("meminfo", "MemTotal: 100 kB\nMemAvailable:    1000 kB\n");

        await AdvanceUntilAsync(entering);
    }

    [Fact]
    public async Task EnterAsync_CancelledWhileTheMachineIsBusy_GivesThePlaceBack()
    {
        Write("loadavg", "0.00 0.00 0.00 9/300 1234\n");
        StartGate gate = Gate(1, new StartConditions { Load = LoadLimit.TryParse("1") });
        using CancellationTokenSource cancellation = new();
        Task first = gate.EnterAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        Write("loadavg", "0.00 0.00 0.00 1/300 1234\n");

        await EnterAsync(gate);
    }

    [Fact]
    public async Task EnterAsync_SystemDoesNotSay_Starts() =>
        await EnterAsync(Gate(1, new StartConditions { Load = LoadLimit.TryParse("1"), FreeMemory = long.MaxValue }));

    [Fact]
    public async Task EnterAsync_Automatic_AsManyAsTheLimiterGives()
    {
        using StartGate gate = AutomaticGate(start: 2);
        Assert.Equal((2, "starts with 2"), (gate.Places, gate.Adaptation!.Reason));
        await EnterAsync(gate);
        await EnterAsync(gate);
        Task third = EnterAsync(gate);
        Assert.False(third.IsCompleted);
        gate.Exit();
        await third;
    }

    [Fact]
    public async Task Exit_CommandsTakeTheSameTimeUnderMore_PlacesRise()
    {
        using StartGate gate = AutomaticGate(start: 2);
        List<Task> waiting = [.. Enumerable.Range(0, 200).Select(_ => EnterAsync(gate))];
        int highest = 0;
        while (waiting.Count > 0)
        {
            // Whose turn it is goes on by itself: the places that there are now are taken in the end.
            List<Task> round = waiting[..Math.Min(gate.Places, waiting.Count)];
            await Task.WhenAll(round);
            waiting.RemoveRange(0, round.Count);
            _time.Advance(TimeSpan.FromMilliseconds(10));
            round.ForEach(_ => gate.Exit());
            highest = Math.Max(highest, gate.Places);
        }

        Assert.Equal(8, highest);
    }

    [Fact]
    public async Task Exit_MoreFailUnderMore_GoesBack()
    {
        using StartGate gate = AutomaticGate(start: 2);
        List<Task> waiting = [.. Enumerable.Range(0, 60).Select(_ => EnterAsync(gate))];
        while (waiting.Count > 0)
        {
            List<Task> round = waiting[..Math.Min(gate.Places, waiting.Count)];
            await Task.WhenAll(round);
            waiting.RemoveRange(0, round.Count);
            _time.Advance(TimeSpan.FromMilliseconds(10));
            bool fails = round.Count > 4;
            round.ForEach(_ => gate.Exit(fails));
        }

        Assert.Equal("4: under 8 100 % of the calls failed, before 0 %", gate.Adaptation!.Reason);
    }

    [Fact]
    public async Task Places_SetWhileAutomatic_StayAndWhoWaitsComesIn()
    {
        using StartGate gate = AutomaticGate(start: 1);
        await EnterAsync(gate);
        Task second = EnterAsync(gate);
        Task third = EnterAsync(gate);

        gate.Places = 2;

        await second;
        Assert.False(third.IsCompleted);
        Assert.Null(gate.Adaptation);
        gate.Exit();
        await third;
        Assert.Equal(2, gate.Places);
    }

    [Fact]
    public async Task EnterAsync_AfterTheOnlyOneWhoWaitedGaveUp_GetsTheirPlace()
    {
        using StartGate gate = AutomaticGate(start: 1);
        await EnterAsync(gate);
        using CancellationTokenSource cancellation = new();
        Task first = gate.EnterAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        gate.Exit();

        await EnterAsync(gate);
        Assert.Equal(1, gate.Places);
    }

    private static Task EnterAsync(StartGate gate) => gate.EnterAsync(TestContext.Current.CancellationToken).AsTask();

    // The look may have been made before the machine changed, or after: then there is no further timer.
    private async Task AdvanceUntilAsync(Task entering)
    {
        while (!entering.IsCompleted)
        {
            _ = _time.AdvanceToNextTimer();
            await Task.Yield();
        }

        await entering;
    }

    private StartGate Gate(int places, StartConditions? conditions = null) =>
        new(places, limiter: null, conditions ?? new StartConditions(), new MachineState(_machine.PathOf(".")), _time, _said.Add);

    private StartGate AutomaticGate(int start)
    {
        AdaptiveLimiter limiter = new(new AdaptiveLimiterOptions { Adaptive = new AdaptiveOptions { Start = start, Most = 8, TimeProvider = _time } });
        return new StartGate(8, limiter, new StartConditions(), new MachineState(_machine.PathOf(".")), _time, _said.Add);
    }

    private void Write(string name, string text) => File.WriteAllText(_machine.PathOf(name), text);
}
