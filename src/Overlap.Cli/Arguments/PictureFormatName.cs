using Overlap.Cli.Jobs.Thumbnail;

namespace Overlap.Cli.Arguments;

/// <summary>A format that can be written, as a user writes it, and the names of all.</summary>
internal sealed record PictureFormatName(PictureFormat Format)
{
    public const string Expected = "jpeg, png or webp";

    public static PictureFormatName? TryParse(string text) => text switch
    {
        "jpeg" or "jpg" => new PictureFormatName(PictureFormat.Jpeg),
        "png" => new PictureFormatName(PictureFormat.Png),
        "webp" => new PictureFormatName(PictureFormat.Webp),
        _ => null,
    };

    /// <summary>The name for people.</summary>
    public static string Of(PictureFormat format) => format switch
    {
        PictureFormat.Jpeg => "JPEG",
        PictureFormat.Png => "PNG",
        PictureFormat.Webp => "WebP",
        _ => "GIF",
    };
}
