namespace Overlap.Cli.Jobs.Fetch;

/// <summary>One entry of the list: a URL to ask for, or the reason why it is none.</summary>
internal sealed record FetchItem
{
    /// <summary>Where the entry stood, counted from 1 over arguments and lines.</summary>
    public required long Line { get; init; }

    /// <summary>The URL for the eyes of people: one line, no secrets.</summary>
    public required string Label { get; init; }

    /// <summary>The URL, or <see langword="null"/> when <see cref="Problem"/> says why there is none.</summary>
    public Uri? Uri { get; init; }

    /// <summary>Host and port: what limits are kept by.</summary>
    public string Host { get; init; } = "";

    /// <summary>The file name that the list gave the URL; empty when the list gives none.</summary>
    public string Name { get; init; } = "";

    /// <summary>Why the entry cannot be asked for.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether a worker process died over the item: what it left in the folder is not in the list of names that was read before.</summary>
    public bool Again { get; init; }

    /// <summary>The line that has the same URL already, or 0.</summary>
    public long SameAsLine { get; init; }
}
