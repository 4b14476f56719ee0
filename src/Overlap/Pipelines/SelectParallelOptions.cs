using Overlap.Executors;

namespace Overlap.Pipelines;

/// <summary>The settings of one <c>SelectParallel</c>.</summary>
public sealed record SelectParallelOptions
{
    /// <summary>
    /// The most items worked on at the same time. Unit: items, at least 1. Default: the executor's workers, or one per core without an executor.
    /// </summary>
    public int? Workers { get; init => field = value is { } workers ? AtLeastOne(workers, nameof(Workers)) : null; }

    /// <summary>
    /// The most items inside the stage: those worked on, and those whose results wait for the consumer or for an earlier one.
    /// Unit: items, at least 1; never less than the workers. Default: four times the workers.
    /// </summary>
    public int? Capacity { get; init => field = value is { } capacity ? AtLeastOne(capacity, nameof(Capacity)) : null; }

    /// <summary>The order of the results. Default: that of the source, whatever ends first.</summary>
    public CallOrder Order { get; init; } = CallOrder.Source;

    /// <summary>Where the bodies run, such as a pool of processes. Default: <see langword="null"/>, the runtime's pool.</summary>
    public IExecutor? Executor { get; init; }

    /// <summary>What happens when a body throws. Default: <see cref="ItemErrorPolicy.Stop"/>.</summary>
    public ItemErrorPolicy OnError { get; init; } = ItemErrorPolicy.Stop;

    internal static SelectParallelOptions Default { get; } = new();

    internal int WorkersOrDefault => Workers ?? Executor?.MaxWorkers ?? Environment.ProcessorCount;

    internal int CapacityOrDefault
    {
        get
        {
            int workers = WorkersOrDefault;
            return Math.Max(workers, Capacity ?? (int)Math.Min(int.MaxValue, 4L * workers));
        }
    }

    private static int AtLeastOne(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        return value;
    }
}
