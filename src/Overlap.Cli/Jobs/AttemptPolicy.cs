namespace Overlap.Cli.Jobs;

/// <summary>How often and how long an item is tried.</summary>
internal sealed record AttemptPolicy
{
    /// <summary>Further attempts after one that failed. Default: 0.</summary>
    public int Retries { get; init; }

    /// <summary>The longest that one attempt may take; <see langword="null"/> for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The longest that one attempt may take, as a multiple of the median of those that went well; <see langword="null"/> for none.</summary>
    public double? TimeoutOfMedian { get; init; }

    /// <summary>The longest that an item may take with all its attempts; <see langword="null"/> for no limit.</summary>
    public TimeSpan? MaxTime { get; init; }
}
