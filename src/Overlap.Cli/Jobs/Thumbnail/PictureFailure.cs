namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>The short stable words for why nothing was made of a picture: <c>ErrorKind</c> of its result, listed in the docs page of <c>thumbnail</c>.</summary>
internal static class PictureFailure
{
    public const string BadEntry = "bad-entry";
    public const string Changed = "changed";
    public const string Damaged = "damaged";
    public const string NotAPicture = "not-a-picture";
    public const string RefusedTarget = "refused-target";
    public const string TooBig = "too-big";
    public const string TooManyPixels = "too-many-pixels";
    public const string TooManyScans = "too-many-scans";
    public const string TooMuchMemory = "too-much-memory";
    public const string Truncated = "truncated";
    public const string Unreadable = "unreadable";
}
