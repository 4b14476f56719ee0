using Overlap.Cli.Jobs;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Thumbnail;

/// <summary>Three small files of each format, damaged at every byte: each is one error or one picture, and no worker process dies of it.</summary>
public sealed class DamagedPictureTests : IDisposable
{
    private const int Together = 200;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("Jpeg")]
    [InlineData("Png")]
    [InlineData("Webp")]
    [InlineData("Gif")]
    public async Task Shrink_CutAtEveryByte_IsAnErrorOrTheWholePicture(string format)
    {
        (long errors, long pictures) = await DamageAsync(format, "cut");

        // The last bytes of a file may say nothing that the picture needs: twelve at the end of a PNG, the later frames of a GIF.
        Assert.InRange(pictures, 0, format == "Gif" ? 250 : 36);
        Assert.True(errors > 2 * pictures, $"{errors} errors, {pictures} pictures");
    }

    [Theory]
    [InlineData("Jpeg")]
    [InlineData("Png")]
    [InlineData("Webp")]
    [InlineData("Gif")]
    public async Task Shrink_EachByteFlipped_IsAnErrorOrAPicture(string format)
    {
        (long errors, long pictures) = await DamageAsync(format, "flip");
        (long moreErrors, long morePictures) = await DamageAsync(format, "bit");

        Assert.InRange(errors + moreErrors + pictures + morePictures, 1_000, 20_000);
        Assert.InRange(errors, 50, 10_000);
    }

    [Theory]
    [InlineData("Jpeg")]
    [InlineData("Png")]
    [InlineData("Webp")]
    [InlineData("Gif")]
    public async Task Shrink_EachLengthIsZeroOneOrTheMost_IsAnErrorOrAPicture(string format)
    {
        (long errors, _) = await DamageAsync(format, "lengths");

        Assert.InRange(errors, 5, 1_000);
    }

    private async Task<(long Errors, long Pictures)> DamageAsync(string format, string how)
    {
        List<DamageRange> ranges = [];
        foreach ((string name, byte[] file) in FilesOf(format))
        {
            string path = _folder.PathOf(name);
            await File.WriteAllBytesAsync(path, file, TestContext.Current.CancellationToken);
            int count = DamagedPicture.CountOf(file, how);
            ranges.AddRange(Enumerable.Range(0, (count + Together - 1) / Together)
                .Select(part => new DamageRange(path, how, part * Together, Math.Min(Together, count - (part * Together)))));
        }

        using RunControl control = new(TimeProvider.System);
        Collector collector = new();
        await JobPlan.Of(_ => new DamageJob(ranges)).RunAsync(
            RunPlace.AsAsked, keep: true, new RunSettings { Model = ExecutionModel.Processes }, control, [collector]);
        Assert.Equal(ranges.Count, collector.Results.Count);
        Assert.All(collector.Results, static result => Assert.True(result.Status == ItemStatus.Succeeded, $"{result.Item}: {result.Message}"));
        return (SumOf(collector, "errors"), SumOf(collector, "pictures"));
    }

    private static (string Name, byte[] File)[] FilesOf(string format) => format switch
    {
        "Jpeg" =>
        [
            ("plain.jpg", Pictures.WithOrientation(Pictures.Jpeg(40, 30), 6)),
            ("progressive.jpg", Pictures.Jpeg(33, 21, ("interlace", "true"))),
            ("gray.jpg", Pictures.Encode(Pictures.Png(24, 24, colorType: 0), "jpegsave_buffer")),
        ],
        "Png" =>
        [
            ("color.png", Pictures.Png(20, 17, extra: Pictures.Chunk("tEXt", [.. "Comment\0words"u8]))),
            ("deep.png", Pictures.Png(9, 11, colorType: 6, bitDepth: 16)),
            ("palette.png", Pictures.Png(24, 24, colorType: 3, extra: Pictures.Chunk("PLTE", [.. Enumerable.Range(0, 768).Select(static at => (byte)at)]))),
        ],
        "Webp" =>
        [
            ("lossy.webp", Pictures.Webp(40, 30)),
            ("lossless.webp", Pictures.Webp(21, 17, arguments: ("lossless", "true"))),
            ("alpha.webp", Pictures.Webp(24, 20, colorType: 6)),
        ],
        _ =>
        [
            ("still.gif", Pictures.Gif(20, 16)),
            ("animated.gif", Pictures.Gif(9, 8, frames: 3)),
            ("line.gif", Pictures.Gif(130, 1)),
        ],
    };

    private static long SumOf(Collector collector, string field) =>
        collector.Results.Sum(result => result.Fields.Single(each => each.Name == field).Number!.Value);

    private sealed class Collector : IItemListener
    {
        public List<ItemResult> Results { get; } = [];

        public void OnEnded(in ItemEnd end) => Results.Add(end.Result);
    }
}
