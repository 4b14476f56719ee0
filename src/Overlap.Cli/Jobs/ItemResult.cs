namespace Overlap.Cli.Jobs;

/// <summary>The end of one item of a job: what the summary counts, the journal keeps and the data output prints.</summary>
internal sealed record ItemResult
{
    /// <summary>The item as the user gave it, with secrets masked; one line.</summary>
    public required string Item { get; init; }

    /// <summary>How the item ended.</summary>
    public required ItemStatus Status { get; init; }

    /// <summary>One line that says why an item failed or was skipped; <see langword="null"/> when it succeeded.</summary>
    public string? Message { get; init; }

    /// <summary>A short stable word for the kind of failure, such as <c>http-5xx</c> or <c>timeout</c>.</summary>
    public string? ErrorKind { get; init; }

    /// <summary>Attempts made; more than one when the item was retried.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>Bytes received.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Bytes sent.</summary>
    public long BytesSent { get; init; }

    /// <summary>The host that the item was about, or <see langword="null"/>.</summary>
    public string? Host { get; init; }

    /// <summary>The job's own fields for the data output, in order.</summary>
    public IReadOnlyList<ItemField> Fields { get; init; } = [];
}
