namespace Overlap.Cli.Arguments;

/// <summary>When to colour.</summary>
/// <param name="When"><see langword="true"/> always, <see langword="false"/> never, <see langword="null"/> on a terminal.</param>
internal sealed record ColorMode(bool? When)
{
    public const string Expected = "auto, always or never";

    public static readonly string[] Words = ["auto", "always", "never"];

    public static ColorMode? TryParse(string text) => text switch
    {
        "auto" => new ColorMode((bool?)null),
        "always" => new ColorMode(true),
        "never" => new ColorMode(false),
        _ => null,
    };
}
