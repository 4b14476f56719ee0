namespace Overlap.Cli.Completions;

/// <summary>What a shell can offer for a value.</summary>
internal enum ValueKind
{
    /// <summary>There is no value.</summary>
    None,

    /// <summary>Anything; nothing to offer.</summary>
    Text,

    /// <summary>One of some words.</summary>
    Words,

    /// <summary>Some words with commas between them.</summary>
    List,

    /// <summary>A file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A command with words of its own, to the end of the line.</summary>
    Command,
}
