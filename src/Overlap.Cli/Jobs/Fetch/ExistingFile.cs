namespace Overlap.Cli.Jobs.Fetch;

/// <summary>What to do about a file that is in the folder before the download.</summary>
internal enum ExistingFile
{
    /// <summary>Leave a complete file alone and skip the item; go on with a partial one.</summary>
    Skip,

    /// <summary>Go on with a partial file; ask the server whether a complete one has still the same length.</summary>
    Resume,

    /// <summary>Replace it, once the new one is complete.</summary>
    Overwrite,

    /// <summary>Keep it and store the new one beside it under a free name.</summary>
    Rename,
}
