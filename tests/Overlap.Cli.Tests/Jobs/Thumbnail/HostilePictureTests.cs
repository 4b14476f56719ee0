using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Thumbnail;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Thumbnail;

/// <summary>Pictures made to cost memory and time, or to be taken for what they are not. They go through worker processes, as a user's do.</summary>
public sealed class HostilePictureTests : IDisposable
{
    private readonly PictureBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Theory]
    [InlineData(65_535, 65_535)]
    [InlineData(1, 1_000_000_000)]
    [InlineData(1_000_000_000, 1)]
    public async Task Make_HeaderClaimsMorePixelsThanTheLimit_IsRefusedUndecoded(int width, int height) =>
        await AssertFailsAsync("big.png", Pictures.PngOf(width, height, 0, 8, 0, Pictures.DeflatedZeros(100_000)), PictureFailure.TooManyPixels);

    [Fact]
    public async Task Make_PngOfMoreThanTwoToThe63Pixels_IsRefused() =>
        await AssertFailsAsync("huge.png", Pictures.PngOf(uint.MaxValue, uint.MaxValue, 0, 8, 0, []), PictureFailure.TooManyPixels);

    [Fact]
    public async Task Make_ThousandsOfScans_IsRefusedUndecoded() =>
        await AssertFailsAsync("scans.jpg", Pictures.WithScans(Pictures.Jpeg(64, 64, ("interlace", "true")), 5_000), PictureFailure.TooManyScans);

    [Fact]
    public async Task Make_GifOfThreeThousandFrames_IsItsFirst()
    {
        _bed.Add("many.gif", Pictures.Gif(60, 60, frames: 3_000));

        Assert.Null(Assert.Single((await MakeAsync()).Results).Message);
        Assert.Equal((PictureFormat.Png, 30, 30), (_bed.HeaderOf("many.png").Format, _bed.HeaderOf("many.png").Width, _bed.HeaderOf("many.png").Height));
    }

    [Fact]
    public async Task Make_GifOfTenThousandFrames_IsRefusedByItsDecoder() =>
        await AssertFailsAsync("many.gif", Pictures.Gif(60, 60, frames: 10_000), PictureFailure.Damaged);

    [Theory]
    [InlineData("zTXt", "words\0\0")]
    [InlineData("iCCP", "profile\0\0")]
    public async Task Make_ChunkUnpacksToHundredsOfMegabytes_IsMadeOrRefusedInLittleMemory(string chunk, string prefix)
    {
        byte[] bomb = Pictures.Chunk(chunk, [.. prefix.Select(static letter => (byte)letter), .. Pictures.DeflatedZeros(400L << 20)]);
        _bed.Add("bomb.png", Pictures.Png(64, 48, extra: bomb));
        _bed.Add("good.png", Pictures.Png(64, 48));

        (_, IReadOnlyList<ItemResult> results) = await MakeAsync(picture: Box with { MaxMemory = 128 << 20 });

        Assert.All(results, static result => Assert.NotEqual("worker-died", result.ErrorKind));
        Assert.Equal(ItemStatus.Succeeded, results[1].Status);
    }

    [Fact]
    public async Task Make_ExifThatPointsIntoItselfFiftyDeep_IsMade()
    {
        // Fifty directories, each with a pointer to the next, the last one to the first.
        List<byte> exif = [.. "Exif\0\0MM\0*"u8, 0, 0, 0, 8];
        for (int i = 0; i < 50; i++)
        {
            int next = 8 + ((i + 1) % 50 * 18);
            exif.AddRange([0, 1, 0x87, 0x69, 0, 4, 0, 0, 0, 1, 0, 0, (byte)(next >> 8), (byte)next, 0, 0, (byte)(next >> 8), (byte)next]);
        }

        _bed.Add("nested.jpg", Pictures.WithSegment(Pictures.Jpeg(64, 48), 0xE1, [.. exif]));

        Assert.Equal(1, (await MakeAsync()).Report.Succeeded);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    public async Task Make_ProfileOfGarbage_IsOneResult(byte fill)
    {
        byte[] profile = [.. "ICC_PROFILE\0"u8, 1, 1, .. Enumerable.Repeat(fill, 2_000)];
        _bed.Add("profile.jpg", Pictures.WithSegment(Pictures.Jpeg(64, 48, ("strip", "true")), 0xE2, profile));

        Assert.NotEqual("worker-died", Assert.Single((await MakeAsync()).Results).ErrorKind);
    }

    [Fact]
    public async Task Make_PictureNeedsMoreMemoryThanTheLimit_CostsThisPictureAlone()
    {
        // A progressive JPEG is whole in memory before its first row is known: here some 150 MB.
        byte[] flat = Pictures.PngOf(8_000, 6_000, 0, 8, 0, Pictures.DeflatedZeros(8_001L * 6_000));
        _bed.Add("1-large.jpg", Pictures.Encode(flat, "jpegsave_buffer", ("interlace", "true")));
        for (int i = 2; i < 8; i++)
        {
            _bed.Add($"{i}-good.jpg", Pictures.Jpeg(64, 48));
        }

        // Less than that, and more than a runtime takes that has just begun: its threads' stacks and the collector's first heap count too.
        (_, IReadOnlyList<ItemResult> results) = await MakeAsync(picture: Box with { MaxMemory = 96 << 20 });

        Assert.Equal(["1-large.jpg"], results.Where(static result => result.Status != ItemStatus.Succeeded).Select(static result => Path.GetFileName(result.Item)));
        Assert.Contains(results[0].ErrorKind, (string[])[PictureFailure.TooMuchMemory, "worker-died"]);
        Assert.Equal(7, (await MakeAsync(picture: Box with { Overwrite = true, MaxMemory = 1L << 30 })).Report.Succeeded);
    }

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"/>")]
    [InlineData("%PDF-1.4")]
    [InlineData("P6 2 2 255 abcdefghijkl")]
    [InlineData("push graphic-context\nviewbox 0 0 9 9\nimage over 0,0 0,0 'https://example.com'")]
    public async Task Make_AnotherFormatThatTheLibraryKnows_NeverReachesADecoder(string text) =>
        await AssertFailsAsync("name.jpg", [.. text.Select(static letter => (byte)letter)], PictureFailure.NotAPicture);

    [Fact]
    public async Task Make_PictureWithAnArchiveBehindIt_IsThePicture()
    {
        _bed.Add("both.png", [.. Pictures.Png(64, 48), .. "PK\u0003\u0004 and more"u8, .. Pictures.Jpeg(8, 8)]);

        await MakeAsync();

        Assert.Equal((PictureFormat.Png, 40, 30), (_bed.HeaderOf("both.png").Format, _bed.HeaderOf("both.png").Width, _bed.HeaderOf("both.png").Height));
    }

    private static PictureSettings Box { get; } = new() { Width = 40, Height = 30 };

    private Task<(RunReport Report, IReadOnlyList<ItemResult> Results)> MakeAsync(PictureSettings? picture = null) =>
        _bed.MakeAsync(_bed.Options(picture ?? Box), ExecutionModel.Processes);

    private async Task AssertFailsAsync(string name, byte[] file, string kind)
    {
        _bed.Add(name, file);

        (RunReport report, IReadOnlyList<ItemResult> results) = await MakeAsync();

        Assert.Equal((0, 1, ExitCode.SomeFailed), (report.Succeeded, report.Failed, report.ExitCode));
        Assert.Equal(kind, Assert.Single(results).ErrorKind);
        Assert.Empty(_bed.Made);
    }
}
