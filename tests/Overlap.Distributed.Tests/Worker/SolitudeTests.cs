using Overlap.Distributed.Brokers;
using Overlap.Distributed.Worker;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Worker;

public sealed class SolitudeTests : IDisposable
{
    private const int Slots = 4;

    private readonly VirtualTimeProvider _clock = new();
    private readonly TakeWindow _window = new(Slots, TimeSpan.Zero, maxAhead: 0);
    private readonly List<Delivery> _givenBack = [];
    private Solitude _solitude;

    public SolitudeTests() => _solitude = Make(maxDeliveries: 3);

    public void Dispose()
    {
        _solitude.Dispose();
        _window.Dispose();
    }

    [Fact]
    public void Admit_NoneOnItsLastDelivery_LetsAllIn()
    {
        Delivery[] deliveries = [Attempt(1), Attempt(2)];

        Assert.Equal(deliveries, Admit(deliveries));
        Assert.Empty(_givenBack);
        Assert.False(_window.IsNarrow);
    }

    [Fact]
    public void Admit_LastAndNothingElseHeld_LetsItInAndNothingBeside()
    {
        Delivery last = Attempt(3);

        Assert.Equal([last], Admit(last));
        Assert.True(_window.IsNarrow);
        Assert.Equal(1, _window.Capacity);
    }

    [Fact]
    public void Admit_LastTogetherWithOthers_GivesItBackAndLetsOthersIn()
    {
        Delivery[] deliveries = [Attempt(1), Attempt(3), Attempt(2), Attempt(3)];

        Assert.Equal([deliveries[0], deliveries[2]], Admit(deliveries));
        Assert.Equal([deliveries[1], deliveries[3]], _givenBack);
        Assert.True(_window.IsNarrow);
    }

    [Fact]
    public void Admit_TwoOnTheirLastDelivery_GivesBothBack()
    {
        Delivery[] deliveries = [Attempt(3), Attempt(3)];

        Assert.Empty(Admit(deliveries));
        Assert.Equal(deliveries, _givenBack);
    }

    [Fact]
    public void Admit_LastWhileAnotherIsHeld_GivesItBack()
    {
        Admit(Attempt(1));
        Delivery last = Attempt(3);

        Assert.Empty(Admit(last));
        Assert.Equal([last], _givenBack);
    }

    [Fact]
    public void Admit_LastComesAgainWhenOthersHaveEnded_LetsItIn()
    {
        Delivery last = Attempt(3);
        Admit(Attempt(1));
        Admit(last);
        _window.Free(2);

        Assert.Equal([last], Admit(last));
        Assert.Single(_givenBack);
    }

    [Fact]
    public void Admit_OthersComeAfterwards_WindowIsWideAgain()
    {
        Admit(Attempt(3));
        _window.Free(1);

        Admit(Attempt(1));

        Assert.False(_window.IsNarrow);
        Assert.Equal(Slots, _window.Capacity);
    }

    [Fact]
    public void Admit_BeyondTheLast_IsNotKeptFromBecomingADeadLetter()
    {
        Delivery[] deliveries = [Attempt(1), Attempt(4)];

        Assert.Equal(deliveries, Admit(deliveries));
    }

    [Fact]
    public void Admit_OneDeliveryIsAllThereAre_ProtectsNone()
    {
        _solitude.Dispose();
        _solitude = Make(maxDeliveries: 1);
        Delivery[] deliveries = [Attempt(1), Attempt(1)];

        Assert.Equal(deliveries, Admit(deliveries));
        Assert.False(_window.IsNarrow);
    }

    [Fact]
    public void Patience_OthersDoNotEndForAMinute_LetsItInWithCompany()
    {
        Admit(Attempt(1));
        Delivery last = Attempt(3);
        Admit(last);
        _window.Free(1);
        _clock.Advance(TimeSpan.FromSeconds(59));
        Assert.True(_window.IsNarrow);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(_window.IsNarrow);

        Assert.Equal([last], Admit(last));
        Assert.Single(_givenBack);
    }

    [Fact]
    public void Patience_UsedUpOnce_TheNextWaitsAnew()
    {
        Admit(Attempt(1));
        Admit(Attempt(3));
        _window.Free(1);
        _clock.Advance(TimeSpan.FromMinutes(1));
        Admit(Attempt(3));
        Delivery next = Attempt(3);

        Assert.Empty(Admit(next));
        Assert.Equal(next, _givenBack[^1]);
    }

    [Fact]
    public void Patience_UsedUpAndThenAloneAfterAll_TheNextWaitsAnew()
    {
        // It stayed impatient, and let the next one in beside whatever ran.
        Delivery last = Attempt(3);
        Admit(Attempt(1));
        Admit(last);
        _clock.Advance(TimeSpan.FromMinutes(1));
        _window.Free(2);
        Assert.Equal([last], Admit(last));
        Delivery next = Attempt(3);

        Assert.Empty(Admit(next));
        Assert.Equal([last, next], _givenBack);
    }

    [Fact]
    public void Patience_WhileOneRunsAlone_DoesNotRunOut()
    {
        Admit(Attempt(3));

        _clock.Advance(TimeSpan.FromHours(1));

        Assert.True(_window.IsNarrow);
    }

    private static Delivery Attempt(int attempt) => new() { Tag = "tag", Queue = "celery", Attempt = attempt };

    private Solitude Make(int maxDeliveries) => new(new WorkerOptions { TimeProvider = _clock, MaxDeliveries = maxDeliveries }, _window, _givenBack.Add);

    // As the pump does: the window counts what was received before it is looked at.
    private Delivery[] Admit(params Delivery[] deliveries)
    {
        _window.Take(deliveries.Length);
        return [.. _solitude.Admit(deliveries)];
    }
}
