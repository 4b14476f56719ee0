namespace Overlap.Cli.Jobs;

/// <summary>How one item of a job ended.</summary>
internal enum ItemStatus
{
    /// <summary>Done.</summary>
    Succeeded,

    /// <summary>Could not be done; the message says why.</summary>
    Failed,

    /// <summary>Nothing to do: done before, or already present.</summary>
    Skipped,

    /// <summary>Given up before an end: cancelled, halted or past the deadline. A resumed run does it again.</summary>
    NotDone,
}
