using Overlap.Cli.Jobs.Thumbnail;

namespace Overlap.Cli.Tests.Jobs.Thumbnail;

public sealed class PictureHeaderTests
{
    public static TheoryData<string, byte[]> Whole => new()
    {
        { "Jpeg", Pictures.Jpeg(37, 23) },
        { "Jpeg", Pictures.Jpeg(37, 23, ("interlace", "true")) },
        { "Png", Pictures.Png(37, 23) },
        { "Webp", Pictures.Webp(37, 23) },
        { "Webp", Pictures.Webp(37, 23, arguments: ("lossless", "true")) },
        { "Webp", Pictures.Webp(37, 23, colorType: 6) },
        { "Gif", Pictures.Gif(37, 23) },
    };

    [Theory]
    [MemberData(nameof(Whole))]
    public void TryRead_Picture_TellsFormatAndSize(string format, byte[] file)
    {
        PictureHeader header = PictureHeader.TryRead(file)!.Value;

        Assert.Equal((format, 37, 23), (header.Format.ToString(), header.Width, header.Height));
    }

    [Theory]
    [MemberData(nameof(Whole))]
    public void TryRead_CutAtEveryByte_IsTheHeaderOrNone(string format, byte[] file)
    {
        PictureHeader?[] headers = [.. Enumerable.Range(0, file.Length).Select(length => PictureHeader.TryRead(file.AsSpan(0, length)))];

        Assert.Null(headers[10]);
        Assert.NotNull(headers[^1]);
        Assert.All(headers, header => Assert.True(header is null or { Width: 37, Height: 23 }, format));
    }

    [Theory]
    [MemberData(nameof(Whole))]
    public void IsCutOff_OneByteIsMissing_IsSeen(string format, byte[] file)
    {
        PictureFormat kind = Enum.Parse<PictureFormat>(format);

        Assert.False(PictureHeader.IsCutOff(file, kind));
        Assert.True(PictureHeader.IsCutOff(file.AsSpan(0, file.Length - 1), kind));
    }

    [Fact]
    public void TryRead_ScriptWithAPicturesName_IsNone() => Assert.Null(PictureHeader.TryRead("<svg xmlns='http://www.w3.org/2000/svg'/>"u8));

    [Fact]
    public void TryRead_SidesOfZero_IsNone() => Assert.Null(PictureHeader.TryRead(Pictures.PngOf(0, 5, 2, 8, 0, [])));

    [Fact]
    public void Pixels_LargestPng_DoNotOverflow() =>
        Assert.True(PictureHeader.TryRead(Pictures.PngOf(uint.MaxValue, uint.MaxValue, 2, 8, 0, []))!.Value.Pixels > long.MaxValue);

    [Fact]
    public void TryRead_GifFrameSticksOut_CountsTheFrame()
    {
        byte[] file = Pictures.Gif(10, 10);
        int frame = file.AsSpan().IndexOf<byte>([0x2C, 0, 0]);
        (file[frame + 5], file[frame + 6]) = (0x60, 0xEA);

        Assert.Equal((60_000, 10), (PictureHeader.TryRead(file)!.Value.Width, PictureHeader.TryRead(file)!.Value.Height));
    }

    [Fact]
    public void CountScans_Progressive_CountsEachAndNothingBehindTheEnd()
    {
        byte[] file = Pictures.Jpeg(16, 16, ("interlace", "true"));
        int scans = PictureHeader.CountScans(file);

        Assert.InRange(scans, 2, 20);
        Assert.Equal(scans + 7, PictureHeader.CountScans(Pictures.WithScans(file, 7)));
        Assert.Equal(scans, PictureHeader.CountScans([.. file, .. file]));
    }

    [Fact]
    public void TryRead_ProfileOrCmyk_HasColorsToConvert()
    {
        byte[] plain = Pictures.Jpeg(8, 8, ("strip", "true"));

        Assert.False(PictureHeader.TryRead(plain)!.Value.HasColorsToConvert);
        Assert.True(PictureHeader.TryRead(Pictures.WithSegment(plain, 0xE2, "ICC_PROFILE\0\u0001\u0001 "u8))!.Value.HasColorsToConvert);
        Assert.True(PictureHeader.TryRead(Pictures.CmykJpeg(8, 8))!.Value.HasColorsToConvert);
    }
}
