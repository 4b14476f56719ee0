namespace Overlap.Cli.Arguments;

/// <summary>What a <see cref="HaltPolicy"/> counts.</summary>
internal enum HaltOutcome
{
    /// <summary>Items that failed.</summary>
    Failed,

    /// <summary>Items that ended well.</summary>
    Succeeded,

    /// <summary>Items that ended, either way.</summary>
    Ended,
}
