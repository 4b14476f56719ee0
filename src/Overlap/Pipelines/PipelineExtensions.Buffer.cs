namespace Overlap.Pipelines;

/// <summary>Stages of pipelines over <see cref="IAsyncEnumerable{T}"/>, beside the operators of LINQ, which run one after the other.</summary>
/// <remarks>
/// For every stage: nothing starts before the enumeration does. The first failure stops the stage and is thrown after the items that were
/// before it; nothing comes after it. Who leaves the enumeration early, or cancels it, waits until the stage has stopped and its sources are disposed.
/// An exception of a cancellation carries the caller's token.
/// </remarks>
public static partial class PipelineExtensions
{
    private const int DefaultCapacity = 64;

    /// <summary>Fetches items ahead of the consumer, so that both sides work at the same time.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="source">The source.</param>
    /// <param name="capacity">The most items that wait for the consumer. Unit: items, at least 1.</param>
    /// <remarks>
    /// Order: the source's.
    /// Race: an item that meets the end of the enumeration is either delivered or counted as discarded.
    /// Memory: what was written before an item was given is visible to who gets it.
    /// Cost: one gate on either side of each item, no allocation; a source that found the buffer full goes on when half of it is free.
    /// </remarks>
    public static IAsyncEnumerable<T> Buffer<T>(this IAsyncEnumerable<T> source, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        return new BufferStage<T>([source], capacity);
    }

    /// <summary>Gives the items of several sources as they come; all are read at the same time.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="source">One source.</param>
    /// <param name="others">The other sources.</param>
    /// <remarks>
    /// Order: that of each source is kept; between sources, as they come. No source can shut another out: each waits for room in its turn.
    /// Race: the first source that fails stops the others; what they had given before is delivered first.
    /// Memory: what was written before an item was given is visible to who gets it.
    /// Cost: one gate on either side of each item, no allocation. At most 64 items wait for the consumer.
    /// </remarks>
    public static IAsyncEnumerable<T> Merge<T>(this IAsyncEnumerable<T> source, params IReadOnlyList<IAsyncEnumerable<T>> others)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(others);
        IAsyncEnumerable<T>[] sources = [source, .. others];
        foreach (IAsyncEnumerable<T> one in sources)
        {
            ArgumentNullException.ThrowIfNull(one, nameof(others));
        }

        return new BufferStage<T>(sources, DefaultCapacity);
    }

    /// <summary>Names a stage, so that a pipeline counts and times it.</summary>
    /// <typeparam name="T">The type of the items.</typeparam>
    /// <param name="stage">A stage of this namespace; of another source, which has no stage to look into, a buffer is made.</param>
    /// <param name="pipeline">Where it is listed.</param>
    /// <param name="name">What it is called.</param>
    /// <returns>The same stage, counted; enumerate it and not the one that was named.</returns>
    public static IAsyncEnumerable<T> Named<T>(this IAsyncEnumerable<T> stage, Pipeline pipeline, string name)
    {
        ArgumentNullException.ThrowIfNull(stage);
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentException.ThrowIfNullOrEmpty(name);
        Stage<T> named = stage as Stage<T> ?? new BufferStage<T>([stage], DefaultCapacity);
        return named.With(pipeline.Open(name));
    }
}
