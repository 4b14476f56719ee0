namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>The settings of <c>overlap thumbnail</c>.</summary>
internal sealed record ThumbnailOptions
{
    /// <summary>Files and folders, in order; <c>-</c> is a list on standard input.</summary>
    public IReadOnlyList<string> Inputs { get; init; } = [];

    /// <summary>A file with one of them on each line; <c>-</c> is standard input.</summary>
    public string? InputFile { get; init; }

    /// <summary>Standard input.</summary>
    public Stream StandardInput { get; init; } = Stream.Null;

    /// <summary>Whether entries of the list end with NUL.</summary>
    public bool NulSeparated { get; init; }

    /// <summary>The folder that the pictures go to; <see langword="null"/> when they take the places of their sources.</summary>
    public string? Folder { get; init; }

    /// <summary>The format of all pictures; <see langword="null"/> for that of each source, and PNG for GIF.</summary>
    public PictureFormat? Format { get; init; }

    /// <summary>What is made of each.</summary>
    public PictureSettings Picture { get; init; } = new();

    /// <summary>Whether the list comes from standard input.</summary>
    public bool ReadsStandardInput => InputFile == "-" || Inputs.Contains("-");
}
