namespace Overlap.Processes;

/// <summary>What became of the worker processes of a pool so far.</summary>
public sealed record ProcessPoolStatistics
{
    /// <summary>Workers that were started, those that are gone included.</summary>
    public required long Started { get; init; }

    /// <summary>Workers that the pool ended in peace, but for those at its disposal: they were idle, had done enough or used too much.</summary>
    public required long Retired { get; init; }

    /// <summary>Workers that died, or were ended by force because they did not give up a call or sent garbage.</summary>
    public required long Lost { get; init; }

    /// <summary>Which worker was retired last and why; <see langword="null"/> if none was.</summary>
    public required string? LastRetirement { get; init; }

    /// <summary>Which worker was lost last and how; <see langword="null"/> if none was.</summary>
    public required string? LastLoss { get; init; }
}
