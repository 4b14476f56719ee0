using Overlap.Advice.Probing;
using Overlap.Executors;
using Overlap.Testing;

namespace Overlap.Tests.Advice.Probing;

public sealed class ProbeStopTests
{
    private static readonly ProbeOrder Second = new(ExecutionModel.Threads, 2, TimeSpan.FromSeconds(1)) { LeastItems = 3, MostItems = 5 };

    private readonly VirtualTimeProvider _time = new();

    [Fact]
    public void TryBegin_TimeIsOver_TheLeastStillBegin()
    {
        ProbeStop stop = new(Second, _time);
        Assert.True(stop.TryBegin());
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(stop.TryBegin());
        Assert.True(stop.TryBegin());
        Assert.False(stop.TryBegin());
        Assert.Equal(3, stop.Begun);
    }

    [Fact]
    public void TryBegin_MostHaveBegun_NoMoreDo()
    {
        ProbeStop stop = new(Second, _time);
        Assert.Equal(5, Enumerable.Range(0, 9).Count(_ => stop.TryBegin()));
        Assert.True(stop.IsStopped);
    }

    [Fact]
    public void TryBegin_Stopped_NothingBegins()
    {
        ProbeStop stop = new(Second, _time);
        stop.Stop();
        Assert.False(stop.TryBegin());
    }

    [Fact]
    public void TryBegin_Canceled_NothingBegins()
    {
        using CancellationTokenSource source = new();
        ProbeStop stop = new(Second, _time, source.Token);
        source.Cancel();
        Assert.False(stop.TryBegin());
    }

    [Fact]
    public void StoppedAfter_TellsTheFirstStop()
    {
        long origin = _time.GetTimestamp();
        ProbeStop stop = new(Second, _time);
        Assert.Null(stop.StoppedAfter(origin));
        _time.Advance(TimeSpan.FromSeconds(3));
        stop.Stop();
        _time.Advance(TimeSpan.FromSeconds(3));
        stop.Stop();
        Assert.Equal(TimeSpan.FromSeconds(3), stop.StoppedAfter(origin));
    }
}
