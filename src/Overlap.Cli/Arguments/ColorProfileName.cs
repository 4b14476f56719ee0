using Overlap.Cli.Jobs.Thumbnail;

namespace Overlap.Cli.Arguments;

/// <summary>What becomes of colours with a profile, as a user writes it.</summary>
internal sealed record ColorProfileName(ColorProfile Profile)
{
    public const string Expected = "srgb or keep";

    public static ColorProfileName? TryParse(string text) => text switch
    {
        "srgb" => new ColorProfileName(ColorProfile.Srgb),
        "keep" => new ColorProfileName(ColorProfile.Keep),
        _ => null,
    };
}
