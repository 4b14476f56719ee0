namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>What is done with a picture, in order.</summary>
/// <param name="Decode">Makes a picture of a source of bytes.</param>
/// <param name="Shrink">Makes a picture of a picture.</param>
/// <param name="Encode">Makes bytes of a picture.</param>
internal sealed record VipsSteps(VipsStep Decode, VipsStep Shrink, VipsStep Encode);
