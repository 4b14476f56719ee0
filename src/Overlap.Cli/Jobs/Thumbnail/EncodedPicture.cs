namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>A picture as it will stand in its file.</summary>
/// <param name="Bytes">The file.</param>
/// <param name="Width">Unit: pixels.</param>
/// <param name="Height">Unit: pixels.</param>
internal sealed record EncodedPicture(byte[] Bytes, int Width, int Height);
