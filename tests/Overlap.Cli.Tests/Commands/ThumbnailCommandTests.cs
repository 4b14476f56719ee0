using System.Text.Json;
using Overlap.Cli.Jobs;
using Overlap.Cli.Tests.Jobs.Thumbnail;

namespace Overlap.Cli.Tests.Commands;

/// <summary><c>overlap thumbnail</c> as a user has it.</summary>
public sealed class ThumbnailCommandTests : IDisposable
{
    private const string Tracer = "/usr/bin/strace";

    private readonly PictureBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task Thumbnail_GoodAndBadPictures_OneLineForEachBadOneAndExitCodeOne()
    {
        _bed.Add("a.jpg", Pictures.Jpeg(120, 90));
        string cut = _bed.Add("cut.jpg", Pictures.Jpeg(120, 90)[..^300]);
        string text = _bed.Add("text.png", [.. "no picture"u8]);

        (int exitCode, string output, string error) = await CliProcess.RunAsync(
            "thumbnail", _bed.Source, "--out", _bed.Target, "--size", "40x30", "--jsonl", "-q", "-k");

        Assert.Equal(ExitCode.SomeFailed, exitCode);
        Assert.Equal($"{cut}: the JPEG is cut off\n{text}: is no JPEG, PNG, WebP or GIF\n", error);
        Assert.Equal(["a.jpg"], _bed.Made);
        JsonElement first = JsonDocument.Parse(output.Split('\n')[0]).RootElement;
        Assert.Equal(
            ("a.jpg", 40, 30, 120, 90),
            (first.GetProperty("file").GetString(), first.GetProperty("width").GetInt32(), first.GetProperty("height").GetInt32(), first.GetProperty("sourceWidth").GetInt32(), first.GetProperty("sourceHeight").GetInt32()));
        Assert.Equal(3, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("no picture: give files or folders, or a list with -i FILE (- is standard input)", "--out", "x")]
    [InlineData("no folder for the new files: give --out DIR (or --in-place, which replaces the pictures)", "a.jpg")]
    [InlineData("--out and --in-place: give one of them", "a.jpg", "--out", "x", "--in-place")]
    [InlineData("--in-place keeps the format of each picture: leave --format out, or give --out DIR", "a.jpg", "--in-place", "--format", "png")]
    [InlineData("--size: '0x9' is not a size such as 800x600 or 256, with sides from 1 to 16,383", "a.jpg", "--out", "x", "--size", "0x9")]
    [InlineData("--size: '1x2x3' is not a size such as 800x600 or 256, with sides from 1 to 16,383", "a.jpg", "--out", "x", "--size", "1x2x3")]
    [InlineData("--fit: 'cover' is not inside, fill or crop", "a.jpg", "--out", "x", "--fit", "cover")]
    [InlineData("--format: 'gif' is not jpeg, png or webp", "a.jpg", "--out", "x", "--format", "gif")]
    [InlineData("--quality: '0' is not a whole number from 1 to 100", "a.jpg", "--out", "x", "--quality", "0")]
    [InlineData("--max-memory: '1MiB' is not a size of at least 16MiB", "a.jpg", "--out", "x", "--max-memory", "1MiB")]
    public async Task Thumbnail_BadOptions_OneLineAndExitCodeTwo(string message, params string[] options)
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync(["thumbnail", .. options]);

        Assert.Equal((ExitCode.Usage, "", $"overlap: {message}\n"), (exitCode, output, error));
    }

    [Fact]
    public async Task Thumbnail_ListWithNamesAsTheyCome_EachIsOneItem()
    {
        string odd = _bed.Add("-o $(x)\n'#.jpg", Pictures.Jpeg(120, 90));
        string list = _bed.Add("list", [.. System.Text.Encoding.UTF8.GetBytes($"{odd}\0{_bed.Source}/none.png\0")]);

        (int exitCode, _, string error) = await InProcess.RunAsync("thumbnail", "-i", list, "-0", "--out", _bed.Target, "--model", "inline", "-q");

        Assert.Equal((ExitCode.SomeFailed, $"{_bed.Source}/none.png: no such file\n"), (exitCode, error));
        Assert.Equal(["-o $(x)\n'#.jpg"], _bed.Made);
    }

    [Fact]
    public async Task Thumbnail_DryRun_NamesWhatWouldBeMadeAndMakesNothing()
    {
        string path = _bed.Add("sub/a.png", Pictures.Png(20, 20));

        (int exitCode, string output, _) = await InProcess.RunAsync("thumbnail", _bed.Source, "--out", _bed.Target, "--format", "jpeg", "--dry-run");

        Assert.Equal((ExitCode.Success, $"{path} -> {_bed.Target}/sub/a.jpg\n"), (exitCode, output));
        Assert.False(Directory.Exists(_bed.Target));
    }

    [Fact]
    public async Task Compare_Thumbnail_MakesThemUnderEveryModelAndKeepsTheLast()
    {
        _bed.Add("a.jpg", Pictures.Jpeg(120, 90));
        _bed.Add("b/c.png", Pictures.Png(60, 90));

        (int exitCode, string output, _) = await CliProcess.RunAsync("compare", "thumbnail", _bed.Source, "--out", _bed.Target, "--json", "-q");

        Assert.Equal(ExitCode.Success, exitCode);
        Assert.Equal(
            ["inline", "threads", "async", "processes"],
            JsonDocument.Parse(output).RootElement.GetProperty("comparisons")[0].GetProperty("runs").EnumerateArray().Select(static run => run.GetProperty("model").GetString()));
        Assert.Equal(["a.jpg", "b/c.png"], _bed.Made);
        Assert.Equal(["in", "out"], Directory.GetFileSystemEntries(Path.GetDirectoryName(_bed.Target)!).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Compare_ThumbnailInPlace_IsRefused()
    {
        string path = _bed.Add("a.jpg", Pictures.Jpeg(120, 90));

        (int exitCode, _, string error) = await InProcess.RunAsync("compare", "thumbnail", path, "--in-place", "-q");

        Assert.Equal(ExitCode.Usage, exitCode);
        Assert.StartsWith("overlap: a comparison makes every picture several times", error);
    }

    [Theory]
    [InlineData("processes")]
    [InlineData("threads")]
    public async Task Thumbnail_LibraryIsNotThere_OneLineThatNamesThePackageAndExitCodeFive(string model)
    {
        Assert.SkipUnless(File.Exists(Tracer), "strace is not installed.");
        _bed.Add("a.jpg", Pictures.Jpeg(120, 90));

        // Every attempt to open a file of that name fails as if there were none.
        string folders = string.Join(' ', new[] { "/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib", "/lib64", "/usr/lib64" }.Select(static folder => $"-P {folder}/libvips.so.42"));
        using CliProcess program = CliProcess.StartInShell(
            $"exec {Tracer} -f -e quiet=all -o /dev/null {folders} -e trace=openat -e inject=openat:error=ENOENT \"$0\" thumbnail '{_bed.Source}' --out '{_bed.Target}' --model {model} -q");

        (int exitCode, _, string error) = await program.EndAsync();

        Assert.Equal(
            (ExitCode.Environment, "overlap: thumbnail needs libvips, and libvips.so.42 is not on this machine; Debian and Ubuntu have it in a package: apt-get install libvips42\n"),
            (exitCode, error));
    }
}
