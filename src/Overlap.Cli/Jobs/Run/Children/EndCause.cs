namespace Overlap.Cli.Jobs.Run.Children;

/// <summary>Why a child was ended by this program.</summary>
internal enum EndCause
{
    /// <summary>It ended by itself.</summary>
    None,

    /// <summary>The run was stopped.</summary>
    Cancelled,

    /// <summary>It took too long.</summary>
    TimedOut,
}
