namespace Overlap.Cli.Jobs.Fetch;

/// <summary>The settings of <c>overlap fetch</c>.</summary>
internal sealed record FetchOptions : TransferOptions
{
    /// <summary>The folder that the files go to; made when it is missing.</summary>
    public required string Folder { get; init; }

    /// <summary>What to do about a file that is there already. Default: <see cref="ExistingFile.Skip"/>.</summary>
    public ExistingFile Existing { get; init; } = ExistingFile.Skip;

    /// <summary>Whether to ask for compressed bodies; they are stored decoded and cannot be resumed. Default: no.</summary>
    public bool Compressed { get; init; }
}
