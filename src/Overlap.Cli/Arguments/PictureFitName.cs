using Overlap.Cli.Jobs.Thumbnail;

namespace Overlap.Cli.Arguments;

/// <summary>How a picture comes into its box, as a user writes it.</summary>
internal sealed record PictureFitName(PictureFit Fit)
{
    public const string Expected = "inside, fill or crop";

    public static PictureFitName? TryParse(string text) => text switch
    {
        "inside" => new PictureFitName(PictureFit.Inside),
        "fill" => new PictureFitName(PictureFit.Fill),
        "crop" => new PictureFitName(PictureFit.Crop),
        _ => null,
    };
}
