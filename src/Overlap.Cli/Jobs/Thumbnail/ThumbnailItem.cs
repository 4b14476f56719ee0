namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>A picture to make smaller, or the reason why nothing can be made of an entry.</summary>
internal sealed record ThumbnailItem
{
    /// <summary>The file as the user named it, made fit to be shown.</summary>
    public required string Label { get; init; }

    /// <summary>The file's full path; empty when <see cref="Problem"/> says why there is none.</summary>
    public string Path { get; init; } = "";

    /// <summary>The folder of the new file within the folder of all, with <c>/</c> between its parts; empty for that folder itself.</summary>
    public string Folder { get; init; } = "";

    /// <summary>The new file's name.</summary>
    public string Name { get; init; } = "";

    /// <summary>The new file's format.</summary>
    public PictureFormat Format { get; init; }

    /// <summary>Why nothing can be made of the entry.</summary>
    public string? Problem { get; init; }

    /// <summary>The new file within the folder of all.</summary>
    public string Target => Folder.Length == 0 ? Name : $"{Folder}/{Name}";
}
