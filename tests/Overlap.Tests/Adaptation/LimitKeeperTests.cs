using Overlap.Adaptation;

namespace Overlap.Tests.Adaptation;

public sealed class LimitKeeperTests
{
    private readonly SimulatedClock _clock = new();

    [Fact]
    public void MayStart_LimitIsReached_No()
    {
        LimitKeeper keeper = Create(2);
        keeper.Start();
        Assert.True(keeper.MayStart);
        keeper.Start();
        Assert.False(keeper.MayStart);
        keeper.End(CallEnding.Succeeded);
        Assert.True(keeper.MayStart);
    }

    [Fact]
    public void Refuse_AtTheFirstLevel_HalvesAndPauses()
    {
        LimitKeeper keeper = Create(8);
        keeper.Start();
        keeper.Refuse(TimeSpan.FromSeconds(2));
        keeper.End(CallEnding.Refused);
        Assert.Equal(4, keeper.Limit);
        Assert.False(keeper.MayStart);
        Assert.Equal(TimeSpan.FromSeconds(2), keeper.WakeAfter);
        _clock.Seconds += 2;
        Assert.True(keeper.MayStart);
        Assert.Null(keeper.WakeAfter);
    }

    [Fact]
    public void Refuse_AsksForAnHour_AMinuteIsWaited()
    {
        LimitKeeper keeper = Create(8);
        keeper.Start();
        keeper.Refuse(TimeSpan.FromHours(1));
        keeper.End(CallEnding.Refused);
        Assert.Equal(TimeSpan.FromMinutes(1), keeper.WakeAfter);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5)]
    public void Refuse_AsksForNoTimeAtAll_PausesAllTheSame(int seconds)
    {
        LimitKeeper keeper = Create(8);
        keeper.Start();
        keeper.Refuse(TimeSpan.FromSeconds(seconds));
        keeper.End(CallEnding.Refused);
        Assert.Equal(TimeSpan.FromMilliseconds(50), keeper.WakeAfter);
    }

    [Fact]
    public void Start_AfterRefusalsAtAGoodNumber_IsPacedBelowWhatWasAccepted()
    {
        LimitKeeper keeper = Create(1, most: 1);
        keeper.Wait(true);

        // Ten a second are accepted for some seconds, then one is refused.
        for (int i = 0; i < 60; i++)
        {
            keeper.Start();
            _clock.Seconds += 0.1;
            keeper.End(CallEnding.Succeeded);
        }

        keeper.Start();
        keeper.Refuse(null);
        keeper.End(CallEnding.Refused);
        Assert.InRange(keeper.Status.StartsPerSecond!.Value, 9, 9.6);
        Assert.Equal(LimitPhase.BackingOff, keeper.Status.Phase);

        _clock.Seconds += keeper.WakeAfter!.Value.TotalSeconds;
        keeper.Start();
        keeper.End(CallEnding.Succeeded);
        Assert.False(keeper.MayStart);
        Assert.InRange(keeper.WakeAfter!.Value.TotalSeconds, 0.1, 0.12);
    }

    [Fact]
    public void Refuse_AgainAndAgainWithoutAWord_PausesLongerEachTimeUpToTenSeconds()
    {
        LimitKeeper keeper = Create(8);
        List<double> pauses = [];
        for (int i = 0; i < 10; i++)
        {
            keeper.Start();
            keeper.Refuse(null);
            keeper.End(CallEnding.Refused);
            pauses.Add(keeper.WakeAfter!.Value.TotalSeconds);
            _clock.Seconds += pauses[^1];
        }

        Assert.Equal([0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10], pauses);
        Assert.Equal(1, keeper.Limit);
    }

    [Fact]
    public void Refuse_ByCallsThatStartedBefore_CountsOnce()
    {
        LimitKeeper keeper = Create(8);
        for (int i = 0; i < 8; i++)
        {
            keeper.Start();
        }

        for (int i = 0; i < 8; i++)
        {
            keeper.Refuse(null);
            keeper.End(CallEnding.Refused);
        }

        Assert.Equal(4, keeper.Limit);
    }

    [Fact]
    public void End_Canceled_SaysNothing()
    {
        LimitKeeper keeper = Create(2);
        keeper.Wait(true);
        for (int i = 0; i < 100; i++)
        {
            keeper.Start();
            _clock.Seconds += 0.1;
            keeper.End(CallEnding.Canceled);
        }

        Assert.Equal("starts with 2", keeper.Status.Reason);
    }

    [Fact]
    public void Status_Sampled_TellsThroughputAndLatency()
    {
        LimitKeeper keeper = Create(1, most: 1);
        keeper.Wait(true);
        for (int i = 0; i < 4; i++)
        {
            keeper.Start();
            _clock.Seconds += 0.25;
            keeper.End(CallEnding.Succeeded);
        }

        Assert.Equal((4.0, 0.25), (keeper.Status.Throughput, keeper.Status.Latency.TotalSeconds));
        Assert.Equal((LimitPhase.Settled, "1: the most there may be"), (keeper.Status.Phase, keeper.Status.Reason));
    }

    [Fact]
    public void OnChange_EachNewLimit_IsTold()
    {
        List<int> told = [];
        LimitKeeper keeper = new(new LimitBounds(1, 2, 16), _clock, onChange: (limit, _) => told.Add(limit));
        keeper.Wait(true);
        while (keeper.Limit < 16)
        {
            int round = keeper.Limit;
            for (int i = 0; i < round; i++)
            {
                keeper.Start();
            }

            _clock.Seconds += 0.05;
            for (int i = 0; i < round; i++)
            {
                keeper.End(CallEnding.Succeeded);
            }
        }

        Assert.Equal([2, 4, 8, 16], told);
    }

    private LimitKeeper Create(int start, int most = 64) => new(new LimitBounds(1, start, most), _clock);
}
