using Overlap.Cli.Journals;

namespace Overlap.Cli.Tests.Journals;

public sealed class KeyCountsTests
{
    [Fact]
    public void TryTake_AddedInAnyOrder_AsOftenAsItWasAdded()
    {
        const int Different = 1_000;
        KeyCounts counts = new();
        Random random = new(1);
        int[] added = new int[Different];
        for (int i = 0; i < 3_000; i++)
        {
            int key = random.Next(Different);
            added[key]++;
            counts.Add(KeyOf(key));
        }

        for (int key = 0; key < Different; key++)
        {
            int taken = 0;
            while (counts.TryTake(KeyOf(key)))
            {
                taken++;
            }

            Assert.Equal(added[key], taken);
        }
    }

    [Fact]
    public void TryTake_NothingWasAdded_No() => Assert.False(new KeyCounts().TryTake(KeyOf(1)));

    [Fact]
    public void TryTake_BesideOnesThatWereAdded_No()
    {
        KeyCounts counts = new();
        counts.Add(KeyOf(2));
        counts.Add(KeyOf(4));

        Assert.Equal([false, true, false, true, false], new[] { 1, 2, 3, 4, 5 }.Select(key => counts.TryTake(KeyOf(key))));
    }

    private static UInt128 KeyOf(int number) => new((ulong)number * 0x9E3779B97F4A7C15, (ulong)number);
}
