namespace Overlap.Cli.Jobs.Fetch;

/// <summary>Carries a failure out of the depth of an attempt to its one catcher; it never leaves the engine.</summary>
internal sealed class FetchException(FetchFailure failure) : Exception(failure.Message)
{
    /// <summary>The failure.</summary>
    public FetchFailure Failure { get; } = failure;
}
