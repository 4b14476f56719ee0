using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Thumbnail;

namespace Overlap.Cli.Tests.Jobs.Thumbnail;

/// <summary>What is made of a picture: its size, its way up, its colours, its format.</summary>
public sealed class ThumbnailPictureTests : IDisposable
{
    private readonly PictureBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Theory]
    [InlineData("Inside", false, 40, 20)]
    [InlineData("Fill", false, 40, 30)]
    [InlineData("Crop", false, 40, 30)]
    public async Task Make_Fit_GivesItsSize(string fit, bool enlarge, int width, int height)
    {
        _bed.Add("a.png", Pictures.Png(200, 100));

        await _bed.MakeAsync(_bed.Options(new PictureSettings { Width = 40, Height = 30, Fit = Enum.Parse<PictureFit>(fit), Enlarge = enlarge }));

        Assert.Equal((width, height), (_bed.HeaderOf("a.png").Width, _bed.HeaderOf("a.png").Height));
    }

    [Theory]
    [InlineData(false, 12, 8)]
    [InlineData(true, 40, 27)]
    public async Task Make_SmallerThanTheBox_IsEnlargedOnlyWhenAsked(bool enlarge, int width, int height)
    {
        _bed.Add("a.png", Pictures.Png(12, 8));

        await _bed.MakeAsync(_bed.Options(new PictureSettings { Width = 40, Height = 30, Enlarge = enlarge }));

        Assert.Equal((width, height), (_bed.HeaderOf("a.png").Width, _bed.HeaderOf("a.png").Height));
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(6, true)]
    [InlineData(8, true)]
    [InlineData(9, false)]
    [InlineData(65_535, false)]
    public async Task Make_Orientation_IsUprightOrIgnored(int orientation, bool isLying)
    {
        _bed.Add("a.jpg", Pictures.WithOrientation(Pictures.Jpeg(300, 150), (ushort)orientation));

        await _bed.MakeAsync(_bed.Options(new PictureSettings { Width = 40, Height = 40 }));

        Assert.Equal(isLying ? (20, 40) : (40, 20), (_bed.HeaderOf("a.jpg").Width, _bed.HeaderOf("a.jpg").Height));
    }

    [Fact]
    public async Task Make_Cmyk_BecomesColoursOfAScreen()
    {
        _bed.Add("a.jpg", Pictures.CmykJpeg(80, 60));

        await _bed.MakeAsync(_bed.Options(new PictureSettings { Width = 40, Height = 30, Strip = true }));

        Assert.Equal((40, false), (_bed.HeaderOf("a.jpg").Width, _bed.HeaderOf("a.jpg").HasColorsToConvert));
    }

    [Theory]
    [InlineData(0, 16)]
    [InlineData(2, 16)]
    [InlineData(4, 8)]
    [InlineData(6, 8)]
    [InlineData(6, 16)]
    public async Task Make_KindsOfPng_AreMadeInEveryFormat(byte colorType, byte bitDepth)
    {
        foreach (PictureFormat format in new[] { PictureFormat.Jpeg, PictureFormat.Png, PictureFormat.Webp })
        {
            _bed.Add("a.png", Pictures.Png(80, 60, colorType, bitDepth));

            (RunReport report, _) = await _bed.MakeAsync(_bed.Options() with { Format = format });

            Assert.Equal(1, report.Succeeded);
        }

        Assert.Equal(["a.jpg", "a.png", "a.webp"], _bed.Made);
        Assert.Equal((PictureFormat.Jpeg, PictureFormat.Png, PictureFormat.Webp), (_bed.HeaderOf("a.jpg").Format, _bed.HeaderOf("a.png").Format, _bed.HeaderOf("a.webp").Format));
    }

    [Fact]
    public async Task Make_TransparentToJpeg_IsWhite()
    {
        _bed.Add("clear.png", Pictures.PngOf(80, 60, 6, 8, 0, Pictures.DeflatedZeros(60 * (1 + (80 * 4)))));
        _bed.Add("white.png", Pictures.PngOf(80, 60, 0, 8, 0, Pictures.Deflate([.. Enumerable.Range(0, 60).SelectMany(static _ => Enumerable.Repeat((byte)255, 80).Prepend((byte)0))])));
        _bed.Add("black.png", Pictures.PngOf(80, 60, 0, 8, 0, Pictures.DeflatedZeros(60 * 81)));

        await _bed.MakeAsync(_bed.Options() with { Format = PictureFormat.Png });
        await _bed.MakeAsync(_bed.Options() with { Format = PictureFormat.Jpeg });

        // The transparent one is colour and the others are grey; brightness alone is compared.
        Assert.Equal(MeanOf("white.jpg"), MeanOf("clear.jpg"), 2.0);
        Assert.NotEqual(MeanOf("black.jpg"), MeanOf("clear.jpg"), 50.0);
    }

    [Fact]
    public async Task Make_PaletteIsMissing_IsDamaged()
    {
        _bed.Add("a.png", Pictures.Png(40, 40, colorType: 3));

        Assert.Equal("damaged", (await _bed.MakeOneAsync(_bed.Options())).ErrorKind);
    }

    [Fact]
    public async Task Make_NameSaysAnotherFormat_IsReadForWhatItIsAndWrittenAsItIsNamed()
    {
        _bed.Add("a.jpg", Pictures.Png(80, 60));

        await _bed.MakeAsync(_bed.Options());

        Assert.Equal((PictureFormat.Jpeg, 40), (_bed.HeaderOf("a.jpg").Format, _bed.HeaderOf("a.jpg").Width));
    }

    /// <summary>The mean of a picture's brightness, as a PNG of one pixel tells it.</summary>
    private double MeanOf(string name)
    {
        byte[] pixel = Vips.Shrink(
            _bed.BytesOf(name),
            new VipsSteps(
                new VipsStep("jpegload_source"),
                new VipsStep("thumbnail_image", ("width", "1"), ("height", "1"), ("size", "force")),
                new VipsStep("pngsave_buffer", ("compression", "0"), ("strip", "true"))),
            CancellationToken.None).Bytes;

        // IDAT of compression 0: two bytes of zlib, five of the block, one of the filter, then the pixel.
        return pixel[pixel.AsSpan().IndexOf("IDAT"u8) + 4 + 2 + 5 + 1];
    }
}
