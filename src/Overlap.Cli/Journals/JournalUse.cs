namespace Overlap.Cli.Journals;

/// <summary>What a run does with the journal that it finds.</summary>
internal enum JournalUse
{
    /// <summary>Begins it anew.</summary>
    Anew,

    /// <summary>Does what it does not show as done.</summary>
    Resume,

    /// <summary>Does what it shows as failed, and not as done since.</summary>
    RetryFailed,
}
