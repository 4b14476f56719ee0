namespace Overlap.Cli.Jobs.Thumbnail;

/// <summary>What is made of each picture: data alone, for it goes to worker processes.</summary>
internal sealed record PictureSettings
{
    /// <summary>The width of the box. Unit: pixels. Default: 800.</summary>
    public int Width { get; init; } = 800;

    /// <summary>The height of the box. Unit: pixels. Default: 600.</summary>
    public int Height { get; init; } = 600;

    /// <summary>How a picture comes into the box. Default: <see cref="PictureFit.Inside"/>.</summary>
    public PictureFit Fit { get; init; } = PictureFit.Inside;

    /// <summary>Whether a picture that is smaller than the box is made larger. Default: no.</summary>
    public bool Enlarge { get; init; }

    /// <summary>The quality of JPEG and WebP, from 1 to 100. Default: 75.</summary>
    public int Quality { get; init; } = 75;

    /// <summary>Whether what is not picture (EXIF, XMP, IPTC, profiles) is left out. Default: no.</summary>
    public bool Strip { get; init; }

    /// <summary>What becomes of colours with a profile. Default: <see cref="ColorProfile.Srgb"/>.</summary>
    public ColorProfile Profile { get; init; } = ColorProfile.Srgb;

    /// <summary>Whether a damaged picture is taken for what its decoder makes of it. A file that is cut off is an error all the same. Default: no.</summary>
    public bool Lenient { get; init; }

    /// <summary>The most pixels that a picture may have by its header. Default: 100 million.</summary>
    public int MaxPixels { get; init; } = 100_000_000;

    /// <summary>The most memory that a worker process may take beside what it had when it started. Unit: bytes. Default: 512 MiB.</summary>
    public long MaxMemory { get; init; } = 512L << 20;

    /// <summary>Whether pictures take the places of the files they were made of. Default: no.</summary>
    public bool InPlace { get; init; }

    /// <summary>Whether to make again what is up to date. Default: no.</summary>
    public bool Overwrite { get; init; }

    /// <summary>Whether errors of two pictures can meet: pictures are decoded by several threads of this process.</summary>
    public bool SharesProcess { get; init; }
}
