using Overlap.Executors;

namespace Overlap.Tests.Executors;

/// <summary>Reads what the whole process allocates: nothing else may run meanwhile.</summary>
[Collection(nameof(MapMemoryTests))]
[CollectionDefinition(nameof(MapMemoryTests), DisableParallelization = true)]
public sealed class MapMemoryTests
{
    [Fact]
    public async Task MapAsync_MillionItems_TakesNoMoreMemoryThanFew()
    {
        await using AsyncExecutor executor = new(2);
        await RunAsync(10_000);
        long few = await AllocatedByAsync(10_000);
        long many = await AllocatedByAsync(1_000_000);

        // A hundred times the items: per item next to nothing may be allocated, let alone kept.
        Assert.True(many < few + 8_000_000, $"{few} bytes for ten thousand items, {many} for a million");

        async Task<long> AllocatedByAsync(int items)
        {
            long before = GC.GetTotalAllocatedBytes(precise: true);
            await RunAsync(items);
            return GC.GetTotalAllocatedBytes(precise: true) - before;
        }

        async Task RunAsync(int items)
        {
            long sum = 0;
            await foreach (int value in executor.MapAsync(Enumerable.Range(0, items), static x => x))
            {
                sum += value;
            }

            Assert.Equal(items * (items - 1L) / 2, sum);
        }
    }
}
