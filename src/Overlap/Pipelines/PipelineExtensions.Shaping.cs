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

    /// <summary>Gives the last so many items, each time that some more have come.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="source">The source; read ahead by one window.</param>
    /// <param name="size">The items in a window; at least 1.</param>
    /// <param name="step">How many items the next window begins after the one before. From 1, each item begins one, to the size, none is in two.</param>
    /// <returns>The windows; at the end a smaller one, if items came that were in none.</returns>
    /// <remarks>
    /// Order: the source's. Each item is in at least one window.
    /// Race: none beyond that of the end: a window is full or the last.
    /// Memory: what was written before an item was given is visible to who gets a window of it.
    /// Cost: an array for each window.
    /// </remarks>
    public static IAsyncEnumerable<T[]> Window<T>(this IAsyncEnumerable<T> source, int size, int step = 1)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(step, size);
        return new WindowStage<T>(source, size, step);
    }

    /// <summary>Gives the items of stretches of time that begin at equal distances, whatever their number.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="source">The source.</param>
    /// <param name="length">The length of a window. Above zero.</param>
    /// <param name="step">
    /// The time from the begin of one window to that of the next. Above zero, at most the length; <see langword="null"/>: the length, so that no item is in
    /// two.
    /// </param>
    /// <param name="timeProvider">The clock; <see langword="null"/>: the system's.</param>
    /// <param name="capacity">The most items that wait for the consumer while it does not ask. Unit: items, at least 1.</param>
    /// <returns>The windows in which items came; those without any are passed over. At the end what is left is given at once.</returns>
    /// <remarks>
    /// Order: the source's. The first window begins with the consumer's first question. Each item is in at least one window.
    /// Race: an item that was given just before the end of a window and gets here after it was handed out is in the next one.
    /// Memory: what was written before an item was given is visible to who gets a window of it. All items of a window are held until its end.
    /// Cost: an array for each window, a reading of the clock for each item.
    /// </remarks>
    public static IAsyncEnumerable<TimeWindow<T>> Window<T>(
        this IAsyncEnumerable<T> source, TimeSpan length, TimeSpan? step = null, TimeProvider? timeProvider = null, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(length, TimeSpan.Zero);
        TimeSpan distance = step ?? length;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(distance, TimeSpan.Zero, nameof(step));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(distance, length, nameof(step));
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return new TimeWindowStage<T>(source, length, distance, capacity, timeProvider ?? TimeProvider.System);
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
        return new BranchHub<T>(source, branches, capacity, route: null, ItemErrorPolicy.Stop).Branches;
    }

    /// <summary>Gives each item to one of several branches, those of one key always to the same.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <param name="source">The source; read once, from the moment when all branches are enumerated.</param>
    /// <param name="key">Tells the key of an item; keys that are equal have the same hash code. Called by one task.</param>
    /// <param name="branches">How many; at least 1.</param>
    /// <param name="capacity">The most items that wait in each branch. Unit: items, at least 1.</param>
    /// <param name="onError">
    /// What happens when the key cannot be told; <see langword="null"/>: <see cref="ItemErrorPolicy.Stop"/>, which ends all branches, as a failure of the
    /// source does. An item that is passed over is in no branch.
    /// </param>
    /// <returns>The branches; each can be enumerated once, all of them at the same time.</returns>
    /// <remarks>
    /// Order: the source's among the items of one key. Which branch a key goes to is for its hash code to say, and that of a string is another one in
    /// each run of a program.
    /// Race: items of a branch that was left are discarded, and counted so; the last branch that is left stops the source and waits until it is disposed.
    /// Memory: what was written before an item was given is visible to who gets it.
    /// Cost: one gate on either side of each item. A branch that is full holds the others up.
    /// </remarks>
    public static IReadOnlyList<IAsyncEnumerable<T>> PartitionBy<T, TKey>(
        this IAsyncEnumerable<T> source, Func<T, TKey> key, int branches, int capacity = DefaultCapacity, ItemErrorPolicy? onError = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(branches, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return new BranchHub<T>(source, branches, capacity, Route, onError ?? ItemErrorPolicy.Stop).Branches;

        int Route(T item) => (int)((uint)(key(item)?.GetHashCode() ?? 0) % (uint)branches);
    }
}
