namespace Overlap.Benchmarks.Areas.Pipelines;

/// <summary>The items of these comparisons: numbers from 1, whose sum shows that each came through once.</summary>
internal static class Items
{
    public static async IAsyncEnumerable<int> CountAsync(int items)
    {
        await Task.CompletedTask;
        for (int i = 1; i <= items; i++)
        {
            yield return i;
        }
    }

    /// <param name="sum">The sum of what came through.</param>
    /// <param name="items">How many should have come.</param>
    /// <param name="added">What the stages added to each.</param>
    public static void Check(long sum, int items, int added)
    {
        long expected = (long)items * (items + 1) / 2 + (long)added * items;
        if (sum != expected)
        {
            throw new InvalidOperationException($"the items that came through sum up to {sum} instead of {expected}");
        }
    }
}
