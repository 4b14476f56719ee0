namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Why an attempt failed.</summary>
/// <param name="Kind">One of <see cref="FailureKind"/>.</param>
/// <param name="Message">One line, without the URL.</param>
/// <param name="CanRetry">Whether the same request may succeed later.</param>
internal sealed record FetchFailure(string Kind, string Message, bool CanRetry = false)
{
    /// <summary>How long the server asked to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
