using System.Globalization;

namespace Overlap.Cli.Jobs.Thumbnail;

// What the library is told to do with a picture.
internal sealed partial class PictureShrinker
{
    // Of a JPEG the decoder itself leaves out what a half, a quarter, an eighth of its size cannot show. What is left for the filter is at least this.
    private const double LeastFilter = 4.0 / 3;

    private VipsStep DecodeOf(PictureHeader header)
    {
        (string, string) strictness = ("fail-on", _settings.Lenient ? "truncated" : "warning");
        (string, string) access = ("access", "sequential");
        return header.Format switch
        {
            PictureFormat.Jpeg => new VipsStep("jpegload_source", strictness, access, ("shrink", Text(JpegShrinkOf(header)))),
            PictureFormat.Png => new VipsStep("pngload_source", strictness, access),
            PictureFormat.Webp => new VipsStep("webpload_source", strictness, access),
            _ => new VipsStep("gifload_source", strictness, access),
        };
    }

    private VipsStep ShrinkOf(PictureHeader header)
    {
        List<(string, string)> arguments =
        [
            ("width", Text(_settings.Width)),
            ("height", Text(_settings.Height)),
            ("size", _settings.Fit == PictureFit.Fill ? "force" : _settings.Enlarge ? "both" : "down"),
        ];
        if (_settings.Fit == PictureFit.Crop)
        {
            arguments.Add(("crop", "centre"));
        }

        // Asked for in vain it costs as much as a third of the decoding.
        if (_settings.Profile == ColorProfile.Srgb && header.HasColorsToConvert)
        {
            arguments.Add(("export-profile", "srgb"));
        }

        return new VipsStep("thumbnail_image", [.. arguments]);
    }

    private VipsStep EncodeOf(PictureFormat format)
    {
        (string, string) strip = ("strip", _settings.Strip ? "true" : "false");
        (string, string) quality = ("Q", Text(_settings.Quality));
        return format switch
        {
            PictureFormat.Png => new VipsStep("pngsave_buffer", strip),
            PictureFormat.Webp => new VipsStep("webpsave_buffer", strip, quality),

            // What was transparent is white, not black.
            _ => new VipsStep("jpegsave_buffer", strip, quality, ("background", "255 255 255")),
        };
    }

    /// <summary>By how much the decoder of a JPEG may shrink: 1, 2, 4 or 8. Which side is up is not known yet, so it must be right for both.</summary>
    private int JpegShrinkOf(PictureHeader header)
    {
        double upright = FactorOf(header.Width, header.Height);
        double lying = FactorOf(header.Height, header.Width);
        double factor = Math.Min(upright, lying) / LeastFilter;
        return factor >= 8 ? 8 : factor >= 4 ? 4 : factor >= 2 ? 2 : 1;
    }

    private double FactorOf(long width, long height)
    {
        double horizontal = (double)width / _settings.Width;
        double vertical = (double)height / _settings.Height;
        return _settings.Fit == PictureFit.Inside ? Math.Max(horizontal, vertical) : Math.Min(horizontal, vertical);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
