using Overlap.Distributed.Worker;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Worker;

public sealed class RevokedCallsTests
{
    private const int Usual = 50_000;

    private readonly VirtualTimeProvider _clock = new();
    private readonly RevokedCalls _revoked;

    public RevokedCallsTests() => _revoked = new RevokedCalls(_clock);

    [Fact]
    public void Add_AsManyAsUsual_AreKeptForEver()
    {
        Fill(Usual);
        _clock.Advance(TimeSpan.FromDays(30));
        _revoked.Add("0");

        Assert.Equal(Usual, _revoked.List().Count);
    }

    [Fact]
    public void Add_MoreThanUsualAndOld_TheOldestAreDropped()
    {
        Fill(Usual);
        _clock.Advance(TimeSpan.FromHours(4));
        _revoked.Add("new");

        Assert.False(_revoked.Contains("0"));
        Assert.True(_revoked.Contains("1"));
        Assert.Equal(Usual, _revoked.List().Count);
    }

    [Fact]
    public void Add_MoreThanUsualWithinTheirTime_AllAreKeptUpToTwiceAsMany()
    {
        Fill((2 * Usual) + 1);

        Assert.False(_revoked.Contains("0"));
        Assert.Equal(2 * Usual, _revoked.List().Count);
    }

    [Fact]
    public void Add_OnceMore_CountsAsTheLatest()
    {
        Fill(Usual);
        _clock.Advance(TimeSpan.FromHours(4));
        _revoked.Add("0");
        _revoked.Add("new");

        Assert.True(_revoked.Contains("0"));
        Assert.False(_revoked.Contains("1"));
    }

    private void Fill(int count)
    {
        for (int number = 0; number < count; number++)
        {
            _revoked.Add($"{number}");
        }
    }
}
