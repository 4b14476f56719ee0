namespace Overlap.Cli.Jobs.Run.Templates;

/// <summary>Between which quotes a place in a shell's text lies.</summary>
internal enum ShellQuotingState
{
    /// <summary>None.</summary>
    Bare,

    /// <summary>Single quotes.</summary>
    Single,

    /// <summary>Double quotes.</summary>
    Double,
}
