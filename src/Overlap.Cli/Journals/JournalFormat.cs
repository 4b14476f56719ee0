namespace Overlap.Cli.Journals;

/// <summary>The form of a journal's lines.</summary>
internal enum JournalFormat
{
    /// <summary>GNU parallel's columns, separated by tabs.</summary>
    Columns,

    /// <summary>One JSON object per line.</summary>
    JsonLines,
}
