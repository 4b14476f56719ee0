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
        Assert.True(adaptation.Add(Item(open: 10) with
        {
            Status = SpanStatus.Failed,
            Failure = new HttpRequestException("x", null, HttpStatusCode.TooManyRequests),
        }));
        Assert.Equal(1, adaptation.Limit);
    }

    [Fact]
    public void Add_CallReportsARefusal_NothingStartsBeforeWhatWasAskedFor()
    {
        PoolAdaptation adaptation = Create(most: 8);
        Assert.True(Refuse(adaptation, TimeSpan.FromSeconds(3)));
        Assert.False(adaptation.MayStart);
        Assert.Equal(TimeSpan.FromSeconds(3), adaptation.WakeAfter);
        _clock.Seconds += 3;
        Assert.True(adaptation.MayStart);
        adaptation.Start(1);
        Assert.True(adaptation.MayStart);
    }

    [Fact]
    public void Start_RefusedAtWhatWasGood_KeepsToThePace()
    {
        PoolAdaptation adaptation = Create(most: 8);
        for (int i = 0; i < 200; i++)
        {
            _ = End(adaptation, 0.1, open: 100);
        }

        _ = Refuse(adaptation, retryAfter: null);
        double pace = adaptation.Status.StartsPerSecond!.Value;
        Assert.InRange(pace, 8, 10);
        _clock.Seconds += 10;
        Assert.True(adaptation.MayStart);
        adaptation.Start(2);
        Assert.False(adaptation.MayStart);
        Assert.InRange(adaptation.WakeAfter!.Value.TotalSeconds, 2 / pace, (2 / pace) + 0.001);
    }

    [Fact]
    public void Add_AllThatRanTogetherIsRefused_CountsOnce()
    {
        PoolAdaptation adaptation = Create(most: 8, start: 8);
        for (int i = 0; i < 8; i++)
        {
            _ = Refuse(adaptation, retryAfter: null);
        }

        Assert.Equal(4, adaptation.Limit);
    }

    [Fact]
    public void Add_WorkersTakeMostOfTheMemoryThatIsShort_FewerWorkers()
    {
        PoolAdaptation adaptation = new(
            new AdaptiveOptions { Start = 8, Most = 8, TimeProvider = _clock }, recorder: null,
            static () => new WorkersUse(TimeSpan.Zero, 3_000), static others => new MachineReading(TimeSpan.Zero, others > 2_000));
        for (int i = 0; i < 100; i++)
        {
            _ = End(adaptation, 0.01, open: 100);
        }

        Assert.Equal((6, "6: memory is short"), (adaptation.Limit, adaptation.Status.Reason));
    }

    [Fact]
    public void Add_StatusIsAskedForWhileWorkersAreRead_NeitherWaitsForTheOther()
    {
        // Who asks for statistics holds the pool's gate, and workers are read under it.
        PoolAdaptation? adaptation = null;
        bool isTold = false;
        adaptation = new PoolAdaptation(
            new AdaptiveOptions { TimeProvider = _clock }, recorder: null,
            () =>
            {
                Thread asking = new(() => isTold = adaptation!.Status.Limit == 2) { IsBackground = true };
                asking.Start();
                Assert.True(asking.Join(TimeSpan.FromSeconds(30)));
                return default;
            },
            static _ => default);
        _ = End(adaptation, 1, open: 100);
        Assert.True(isTold);
    }

    private static ItemsEnd Item(long open) => new() { Items = 1, Status = SpanStatus.Succeeded, Seconds = 0.01, Open = open };

    private PoolAdaptation Create(int most, int start = 2) => new(
        new AdaptiveOptions { Start = start, Most = most, TimeProvider = _clock }, recorder: null, static () => default, static _ => default);

    private bool End(PoolAdaptation adaptation, double seconds, long open)
    {
        _clock.Seconds += seconds;
        return adaptation.Add(Item(open));
    }

    private bool Refuse(PoolAdaptation adaptation, TimeSpan? retryAfter)
    {
        _clock.Seconds += 0.01;
        return adaptation.Add(Item(open: 100) with { IsReported = true, RetryAfter = retryAfter });
    }
}
