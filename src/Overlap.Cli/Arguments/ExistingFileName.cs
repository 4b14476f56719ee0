using Overlap.Cli.Jobs.Fetch;

namespace Overlap.Cli.Arguments;

/// <summary>What to do about a file that is there, as a user writes it.</summary>
internal sealed record ExistingFileName(ExistingFile Policy)
{
    public const string Expected = "skip, resume, overwrite or rename";

    public static readonly string[] Words = ["skip", "resume", "overwrite", "rename"];

    public static ExistingFileName? TryParse(string text) => text switch
    {
        "skip" => new ExistingFileName(ExistingFile.Skip),
        "resume" => new ExistingFileName(ExistingFile.Resume),
        "overwrite" => new ExistingFileName(ExistingFile.Overwrite),
        "rename" => new ExistingFileName(ExistingFile.Rename),
        _ => null,
    };
}
