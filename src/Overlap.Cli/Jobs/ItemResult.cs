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

    /// <summary>Whether the other side has said meanwhile that it has had enough: an answer 429 or 503.</summary>
    public bool WasRefused { get; init; }

    /// <summary>The command that did it, for the journal; <see langword="null"/> when no command of the system's did.</summary>
    public string? Command { get; init; }

    /// <summary>What the command gave back; <see langword="null"/> when there was none: then the journal tells by the status.</summary>
    public int? ExitCode { get; init; }

    /// <summary>The signal that ended the command, or 0.</summary>
    public int Signal { get; init; }

    /// <summary>The job's own fields for the data output, in order.</summary>
    public IReadOnlyList<ItemField> Fields { get; init; } = [];
}
