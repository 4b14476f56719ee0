namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>What becomes of the colours of a picture with a profile.</summary>
internal enum ColorProfile
{
    /// <summary>They are turned into sRGB, which is what a reader of a picture without a profile takes it for.</summary>
    Srgb,

    /// <summary>They stay, and so does the profile.</summary>
    Keep,
}
