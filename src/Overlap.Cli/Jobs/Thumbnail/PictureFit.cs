namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>How a picture comes into its box.</summary>
internal enum PictureFit
{
    /// <summary>Whole and undistorted: as large as fits.</summary>
    Inside,

    /// <summary>Exactly the box, stretched if need be.</summary>
    Fill,

    /// <summary>The box filled and undistorted: what sticks out is cut off, as much on either side.</summary>
    Crop,
}
