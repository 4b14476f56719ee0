using Overlap.Waiting;

namespace Overlap.Tests.Waiting;

public sealed class MagazinesTests
{
    [Fact]
    public void Take_NothingGiven_Null() => Assert.Null(new Magazines<Round>().Take());

    [Fact]
    public void Take_AfterGiving_TheWholeMagazineOnce()
    {
        Magazines<Round> magazines = new();
        Round magazine = new(1) { Next = new Round(2) };

        magazines.Give(magazine);

        Assert.Same(magazine, magazines.Take());
        Assert.Equal(2, magazine.Next!.Number);
        Assert.Null(magazines.Take());
    }

    [Fact]
    public void Take_SeveralGiven_EachOnce()
    {
        Magazines<Round> magazines = new();
        foreach (int number in (int[])[1, 2, 3])
        {
            magazines.Give(new Round(number));
        }

        int[] taken = [magazines.Take()!.Number, magazines.Take()!.Number, magazines.Take()!.Number];

        Assert.Equal([1, 2, 3], taken.Order());
        Assert.Null(magazines.Take());
    }

    [Fact]
    public void Give_MoreThanItKeeps_LeavesTheRestToTheCollector()
    {
        Magazines<Round> magazines = new();
        for (int number = 0; number < 1_000; number++)
        {
            magazines.Give(new Round(number));
        }

        int taken = 0;
        while (magazines.Take() is not null)
        {
            taken++;
        }

        Assert.InRange(taken, 1, 100);
    }

    private sealed class Round(int number) : IntrusiveQueue<Round>.Node
    {
        public int Number { get; } = number;
    }
}
