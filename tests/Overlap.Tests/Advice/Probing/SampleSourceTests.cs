using Overlap.Advice.Probing;

namespace Overlap.Tests.Advice.Probing;

public sealed class SampleSourceTests
{
    [Fact]
    public void TryTake_MayNotRepeat_GivesEachOnce()
    {
        using SampleSource<int> source = new([1, 2, 3], mayRepeat: false);
        Assert.Equal([1, 2, 3], Take(source, 5));
        Assert.True(source.IsUsedUp);
        Assert.False(source.Repeats);
    }

    [Fact]
    public void TryTake_MayRepeat_BeginsAgain()
    {
        using SampleSource<int> source = new([1, 2, 3], mayRepeat: true);
        Assert.Equal([1, 2, 3, 1, 2], Take(source, 5));
        Assert.True(source.Repeats);
        Assert.Equal(3, source.Pulled);
    }

    [Fact]
    public void TryTake_Empty_IsUsedUpAtOnce()
    {
        using SampleSource<int> source = new([], mayRepeat: true);
        Assert.Empty(Take(source, 1));
        Assert.True(source.IsUsedUp);
    }

    [Fact]
    public void GiveBack_ComesFirst()
    {
        using SampleSource<int> source = new([1, 2, 3], mayRepeat: false);
        Assert.Equal([1, 2, 3], Take(source, 3));
        source.GiveBack(3);
        Assert.False(source.IsUsedUp);
        Assert.Equal([3], Take(source, 2));
    }

    private static List<int> Take(SampleSource<int> source, int count)
    {
        List<int> taken = [];
        while (taken.Count < count && source.TryTake(out int item))
        {
            taken.Add(item);
        }

        return taken;
    }
}
