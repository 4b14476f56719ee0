namespace Overlap.Cli.Completions;

/// <summary>A verb as a shell sees it.</summary>
/// <param name="Words">The verb; or one that takes a job, and the job.</param>
/// <param name="Summary">What it does, in one line.</param>
/// <param name="Options">Its options.</param>
/// <param name="Inputs">What can stand behind them.</param>
internal sealed record CompletedVerb(IReadOnlyList<string> Words, string Summary, IReadOnlyList<CompletedOption> Options, CompletedValue Inputs)
{
    /// <summary>The words with blanks between them.</summary>
    public string Path => string.Join(' ', Words);

    /// <summary>Whether it is offered as the first word.</summary>
    public bool IsFirst => Words.Count == 1;
}
