namespace Overlap.Cli.Jobs.Fetch;

/// <summary>What a name in the target folder stands for.</summary>
internal enum FileKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>An ordinary file.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link, wherever it leads.</summary>
    SymbolicLink,

    /// <summary>A pipe, a socket, a device.</summary>
    Special,
}
