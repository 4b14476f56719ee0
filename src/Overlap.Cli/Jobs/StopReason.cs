namespace Overlap.Cli.Jobs;

/// <summary>Why a run ends before its items do.</summary>
internal enum StopReason
{
    /// <summary>It does not.</summary>
    None,

    /// <summary>The halt policy was reached.</summary>
    Halted,

    /// <summary>The deadline has passed.</summary>
    Deadline,

    /// <summary>The user pressed Ctrl-C.</summary>
    Interrupted,

    /// <summary>The system asked the program to end.</summary>
    Terminated,

    /// <summary>Nobody reads the output any more.</summary>
    OutputClosed,

    /// <summary>The run itself failed.</summary>
    Broken,
}
