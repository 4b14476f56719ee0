using Overlap.Cli.Jobs.Fetch;

namespace Overlap.Cli.Tests.Jobs.Fetch;

/// <summary>Reads what the whole process keeps in memory: nothing else may run meanwhile.</summary>
[Collection(nameof(FingerprintMemoryTests))]
[CollectionDefinition(nameof(FingerprintMemoryTests), DisableParallelization = true)]
public sealed class FingerprintMemoryTests
{
    [Fact]
    public void Add_AMillionLines_TakesNoMoreThan34MiB()
    {
        FingerprintTable table = new();
        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int i = 1; i <= 1_000_000; i++)
        {
            Assert.Equal(0, table.Add($"http://h/{i}", i));
        }

        Assert.Equal(77, table.Add("http://h/77", 5));
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, 0, 34 << 20);
    }
}
