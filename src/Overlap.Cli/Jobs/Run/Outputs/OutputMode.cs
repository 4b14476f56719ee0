namespace Overlap.Cli.Jobs.Run.Outputs;

/// <summary>How the output of items is printed.</summary>
internal enum OutputMode
{
    /// <summary>All that an item wrote at once, when it has ended.</summary>
    Grouped,

    /// <summary>Whole lines, as they come.</summary>
    Lines,

    /// <summary>As it comes: parts of lines may mix.</summary>
    Direct,
}
