namespace Overlap.Cli.Jobs;

/// <summary>What a worker process says of an item: data alone.</summary>
internal sealed record WorkedItem
{
    /// <summary>How the item ended.</summary>
    public required ItemResult Result { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took there, with all its attempts.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The limit of the job's own that has held items back in this worker, if one has.</summary>
    public string? LimitReached { get; init; }

    /// <summary>What ends the whole run, if something does.</summary>
    public RunFailure? Failure { get; init; }
}
