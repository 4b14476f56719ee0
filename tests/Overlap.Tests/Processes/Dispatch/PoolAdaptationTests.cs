using System.Net;
using Overlap.Adaptation;
using Overlap.Processes.Dispatch;
using Overlap.Tests.Adaptation;
using Overlap.Timelines;

namespace Overlap.Tests.Processes.Dispatch;

public sealed class PoolAdaptationTests
{
    private readonly SimulatedClock _clock = new();

    [Fact]
    public void Add_EachWorkerDoesAsMuchAsBefore_ClimbsToTheMost()
    {
        PoolAdaptation adaptation = Create(most: 8);
        List<int> limits = [adaptation.Limit];
        for (int i = 0; i < 2_000; i++)
        {
            // Ten milliseconds an item, whatever the number of workers.
            if (End(adaptation, 0.01 / adaptation.Limit, open: 100))
            {
                limits.Add(adaptation.Limit);
            }
        }

        Assert.Equal([2, 4, 8], limits[..3]);
        Assert.InRange(adaptation.Limit, 6, 8);
    }

    [Fact]
    public void Add_TwoProcessorsAreAllThereIs_StaysNearTwo()
    {
        PoolAdaptation adaptation = Create(most: 8);
        for (int i = 0; i < 2_000; i++)
        {
            _ = End(adaptation, 0.01 / Math.Min(2, adaptation.Limit), open: 100);
        }

        Assert.InRange(adaptation.Limit, 2, 4);
        Assert.StartsWith($"{adaptation.Limit}: ", adaptation.Status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Add_NothingWaits_LearnsNothing()
    {
        PoolAdaptation adaptation = Create(most: 8);
        for (int i = 0; i < 500; i++)
        {
            Assert.False(End(adaptation, 0.01, open: 1));
        }

        Assert.Equal("starts with 2", adaptation.Status.Reason);
    }

    [Fact]
    public void Add_CallIsRefused_FewerWorkers()
    {
        PoolAdaptation adaptation = Create(most: 8);
        _clock.Seconds += 0.01;
        Assert.True(adaptation.Add(1, SpanStatus.Failed, new HttpRequestException("x", null, HttpStatusCode.TooManyRequests), 0.01, open: 10));
        Assert.Equal(1, adaptation.Limit);
    }

    private PoolAdaptation Create(int most) => new(new AdaptiveOptions { Most = most, TimeProvider = _clock }, recorder: null, static () => TimeSpan.Zero);

    private bool End(PoolAdaptation adaptation, double seconds, long open)
    {
        _clock.Seconds += seconds;
        return adaptation.Add(1, SpanStatus.Succeeded, failure: null, 0.01, open);
    }
}
