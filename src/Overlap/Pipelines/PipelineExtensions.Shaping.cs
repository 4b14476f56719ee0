namespace Overlap.Pipelines;

// Items in groups, and one source for several consumers.
public static partial class PipelineExtensions
{
    /// <summary>Gives items in groups: a full one at once, a smaller one when its first item has waited for a time, or at the end.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="source">The source; read ahead by one group.</param>
    /// <param name="size">The most items in a group; at least 1.</param>
    /// <param name="time">
    /// The longest that the consumer waits for a group to fill, from its first item on. Above zero, or <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>.
    /// </param>
    /// <param name="timeProvider">The clock; <see langword="null"/>: the system's.</param>
    /// <remarks>
    /// Order: the source's. A group is never empty.
    /// Race: an item that meets the end of the time is in this group or in the next, never in both.
    /// Memory: what was written before an item was given is visible to who gets its group.
    /// Cost: an array for each group.
    /// </remarks>
    public static IAsyncEnumerable<T[]> Batch<T>(this IAsyncEnumerable<T> source, int size, TimeSpan time, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        if (time != System.Threading.Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero);
        }

        return new BatchStage<T>(source, size, time, timeProvider ?? TimeProvider.System);
    }

    /// <summary>Gives every item to each of several branches; the slowest one slows the source, and none loses an item.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="source">The source; read once, from the moment when all branches are enumerated.</param>
    /// <param name="branches">How many; at least 1.</param>
    /// <param name="capacity">The most items that wait in each branch. Unit: items, at least 1.</param>
    /// <returns>The branches; each can be enumerated once, all of them at the same time.</returns>
    /// <remarks>
    /// Order: the source's, in each branch.
    /// Race: a branch that is left takes no part any more; the last one that is left stops the source and waits until it is disposed.
    /// Memory: what was written before an item was given is visible in every branch. The branches share the item itself.
    /// Cost: one gate on either side of each branch for each item.
    /// </remarks>
    public static IReadOnlyList<IAsyncEnumerable<T>> Broadcast<T>(this IAsyncEnumerable<T> source, int branches, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(branches, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return new BranchHub<T>(source, branches, capacity, route: null).Branches;
    }

    /// <summary>Gives each item to one of several branches, those of one key always to the same.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <param name="source">The source; read once, from the moment when all branches are enumerated.</param>
    /// <param name="key">Tells the key of an item. What it throws ends all branches, as a failure of the source does.</param>
    /// <param name="branches">How many; at least 1.</param>
    /// <param name="capacity">The most items that wait in each branch. Unit: items, at least 1.</param>
    /// <returns>The branches; each can be enumerated once, all of them at the same time.</returns>
    /// <remarks>
    /// Order: the source's among the items of one key.
    /// Race: items of a branch that was left are passed over; the last branch that is left stops the source and waits until it is disposed.
    /// Memory: what was written before an item was given is visible to who gets it.
    /// Cost: one gate on either side of each item. A branch that is full holds the others up.
    /// </remarks>
    public static IReadOnlyList<IAsyncEnumerable<T>> PartitionBy<T, TKey>(
        this IAsyncEnumerable<T> source, Func<T, TKey> key, int branches, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(branches, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return new BranchHub<T>(source, branches, capacity, Route).Branches;

        int Route(T item) => (int)((uint)(key(item)?.GetHashCode() ?? 0) % (uint)branches);
    }
}
