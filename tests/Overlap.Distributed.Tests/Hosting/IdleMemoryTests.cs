using Overlap.Distributed.Hosting;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Hosting;

public sealed class IdleMemoryTests
{
    private readonly VirtualTimeProvider _clock = new();
    private (long Received, int Running) _statistics;
    private int _releases;

    [Fact]
    public void Look_NothingEverCame_ReleasesNothing()
    {
        using IdleMemory memory = Watch();
        _clock.Advance(IdleMemory.Pause * 10);
        Assert.Equal(0, _releases);
    }

    [Fact]
    public void Look_IdleAfterWork_ReleasesOnce()
    {
        using IdleMemory memory = Watch();
        _statistics = (3, 0);
        _clock.Advance(IdleMemory.Pause);
        Assert.Equal(0, _releases);
        _clock.Advance(IdleMemory.Pause * 10);
        Assert.Equal(1, _releases);
    }

    [Fact]
    public void Look_OneRunsForLong_ReleasesNothing()
    {
        using IdleMemory memory = Watch();
        _statistics = (1, 1);
        _clock.Advance(IdleMemory.Pause * 10);
        Assert.Equal(0, _releases);
    }

    [Fact]
    public void Look_WorkCameAgain_ReleasesAgain()
    {
        using IdleMemory memory = Watch();
        _statistics = (1, 0);
        _clock.Advance(IdleMemory.Pause * 2);
        _statistics = (2, 0);
        _clock.Advance(IdleMemory.Pause * 2);
        Assert.Equal(2, _releases);
    }

    [Fact]
    public void Dispose_WorkCameBefore_ReleasesNothing()
    {
        IdleMemory memory = Watch();
        _statistics = (1, 0);
        _clock.Advance(IdleMemory.Pause);
        memory.Dispose();
        _clock.Advance(IdleMemory.Pause * 10);
        Assert.Equal(0, _releases);
    }

    private IdleMemory Watch() => new(() => _statistics, () => _releases++, _clock);
}
