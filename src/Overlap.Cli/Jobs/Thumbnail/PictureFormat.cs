namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>The formats that can be read. All but <see cref="Gif"/> can be written.</summary>
internal enum PictureFormat
{
    /// <summary>JPEG.</summary>
    Jpeg,

    /// <summary>PNG.</summary>
    Png,

    /// <summary>WebP.</summary>
    Webp,

    /// <summary>GIF; of an animated one the first picture.</summary>
    Gif,
}
