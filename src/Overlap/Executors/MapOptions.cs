namespace Overlap.Executors;

/// <summary>The settings of one <c>MapAsync</c>, <c>ForEachAsync</c> or <c>AsCompletedAsync</c>.</summary>
public sealed record MapOptions
{
    /// <summary>
    /// The most items pulled and not yet given to the consumer. Unit: items, at least 1.
    /// Default: 1 inline; else twice the executor's workers and at least 64, so that workers need not wait for the consumer.
    /// </summary>
    public int? Window { get; init => field = value is null ? null : Guard.AtLeast(1, value.Value); }

    /// <summary>The order of the results. Default: that of the source.</summary>
    public CallOrder Order { get; init; } = CallOrder.Source;

    internal static MapOptions Default { get; } = new();

    /// <summary>The window for an executor: never more than it takes without refusing.</summary>
    internal int WindowFor(IExecutor executor)
    {
        int wanted = Window ?? (executor.Model == ExecutionModel.Inline ? 1 : Math.Max(64, SaturatingDouble(executor.MaxWorkers)));
        long accepted = (long)executor.MaxWorkers + executor.GetStatistics().QueueCapacity;
        return (int)Math.Min(wanted, accepted);
    }

    private static int SaturatingDouble(int value) => value > int.MaxValue / 2 ? int.MaxValue : value * 2;
}
