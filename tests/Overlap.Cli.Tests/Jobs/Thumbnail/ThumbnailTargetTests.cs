using System.Diagnostics;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Thumbnail;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs.Thumbnail;

/// <summary>Where what is made of pictures goes, and what is never written over.</summary>
public sealed class ThumbnailTargetTests : IDisposable
{
    private const UnixFileMode Shared = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead;

    private readonly PictureBed _bed = new();

    public void Dispose() => _bed.Dispose();

    [Fact]
    public async Task Make_SecondRun_SkipsWhatIsUpToDate()
    {
        string path = _bed.Add("a.jpg", Pictures.Jpeg(120, 90));
        await _bed.MakeAsync(_bed.Options());

        Assert.Equal(ItemStatus.Skipped, (await _bed.MakeOneAsync(_bed.Options())).Status);
        Assert.Equal(ItemStatus.Succeeded, (await _bed.MakeOneAsync(_bed.Options(new PictureSettings { Width = 20, Height = 15 }))).Status);
        Assert.Equal(ItemStatus.Skipped, (await _bed.MakeOneAsync(_bed.Options(new PictureSettings { Width = 20, Height = 15 }))).Status);
        Assert.Equal(ItemStatus.Succeeded, (await _bed.MakeOneAsync(_bed.Options(new PictureSettings { Width = 20, Height = 15, Overwrite = true }))).Status);
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddHours(1));
        Assert.Equal(ItemStatus.Succeeded, (await _bed.MakeOneAsync(_bed.Options(new PictureSettings { Width = 20, Height = 15 }))).Status);
    }

    [Fact]
    public async Task Make_FolderOfTheNewOnesIsInsideTheInputs_IsNotReadAgain()
    {
        _bed.Add("a.jpg", Pictures.Jpeg(120, 90));
        ThumbnailOptions options = _bed.Options() with { Folder = Path.Combine(_bed.Source, "small") };

        await _bed.MakeAsync(options);
        (_, IReadOnlyList<ItemResult> results) = await _bed.MakeAsync(options);

        Assert.EndsWith("a.jpg", Assert.Single(results).Item);
        Assert.Equal(["a.jpg"], Directory.GetFiles(Path.Combine(_bed.Source, "small")).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Make_IntoTheFolderOfThePictures_RefusesToReplaceThem()
    {
        byte[] picture = Pictures.Jpeg(120, 90);
        string path = _bed.Add("a.jpg", picture);

        ItemResult result = await _bed.MakeOneAsync(_bed.Options() with { Inputs = [path], Folder = _bed.Source });

        Assert.Equal(("refused-target", "not written: a.jpg is the picture itself: give another folder, or --in-place"), (result.ErrorKind, result.Message));
        Assert.Equal(picture, await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Make_OutputIsAnotherInput_RefusesToReplaceIt()
    {
        string png = _bed.Add("a.png", Pictures.Png(120, 90));
        byte[] picture = Pictures.Jpeg(60, 60);
        string jpeg = _bed.Add("a.jpg", picture);

        (_, IReadOnlyList<ItemResult> results) = await _bed.MakeAsync(
            _bed.Options() with { Inputs = [png, jpeg], Folder = _bed.Source, Format = PictureFormat.Jpeg });

        Assert.Equal(picture, await File.ReadAllBytesAsync(jpeg, TestContext.Current.CancellationToken));
        Assert.Equal([null, "refused-target"], results.Select(static result => result.ErrorKind));
        Assert.Single(Directory.GetFiles(_bed.Source, "a~*.jpg"));
    }

    [Fact]
    public async Task Make_TwoInputsWithOneName_BothAreMadeAndKeepTheirNamesInTheNextRun()
    {
        _bed.Add("a.jpg", Pictures.Jpeg(120, 90));
        _bed.Add("a.png", Pictures.Png(90, 120));
        _bed.Add("A.webp", Pictures.Webp(90, 120));
        ThumbnailOptions options = _bed.Options() with { Format = PictureFormat.Webp };

        await _bed.MakeAsync(options);
        string[] made = _bed.Made;
        (_, IReadOnlyList<ItemResult> again) = await _bed.MakeAsync(options);

        Assert.Equal(3, made.Length);
        Assert.Equal("A.webp", made[0]);
        Assert.All(made[1..], static name => Assert.Matches("^a~[0-9a-f]{8}.webp$", name));
        Assert.Equal(made, _bed.Made);
        Assert.All(again, static result => Assert.Equal(ItemStatus.Skipped, result.Status));
    }

    [Theory]
    [InlineData("folder")]
    [InlineData("link")]
    [InlineData("pipe")]
    public async Task Make_SomethingElseHasTheName_IsRefused(string what)
    {
        _bed.Add("a.jpg", Pictures.Jpeg(120, 90));
        Directory.CreateDirectory(_bed.Target);
        string canary = _bed.Add("canary", [1, 2, 3]);
        string name = Path.Combine(_bed.Target, "a.jpg");
        switch (what)
        {
            case "folder":
                Directory.CreateDirectory(name);
                break;
            case "link":
                File.CreateSymbolicLink(name, canary);
                break;
            default:
                await Process.Start("mkfifo", name).WaitForExitAsync(TestContext.Current.CancellationToken);
                break;
        }

        using RunControl control = new(TimeProvider.System);
        RunReport report = await JobPlan.Of(place => new ThumbnailJob(_bed.Options(), place)).RunAsync(
            RunPlace.AsAsked, keep: true, new RunSettings { Model = ExecutionModel.Inline }, control, []);

        Assert.Equal((0, 1), (report.Succeeded, report.Failed));
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(canary, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Make_FolderWithinTheNewOnesIsALink_NothingIsWrittenThroughIt()
    {
        _bed.Add("sub/a.jpg", Pictures.Jpeg(120, 90));
        string elsewhere = Path.Combine(_bed.Source, "..", "elsewhere");
        Directory.CreateDirectory(elsewhere);
        Directory.CreateDirectory(_bed.Target);
        Directory.CreateSymbolicLink(Path.Combine(_bed.Target, "sub"), elsewhere);

        Assert.Equal("refused-target", (await _bed.MakeOneAsync(_bed.Options())).ErrorKind);
        Assert.Empty(Directory.GetFileSystemEntries(elsewhere));
    }

    [Fact]
    public async Task Make_NameFillsTheFileSystem_IsShortened()
    {
        string name = new string('n', 251) + ".jpg";
        _bed.Add(name, Pictures.Jpeg(120, 90));

        await _bed.MakeAsync(_bed.Options());

        Assert.Matches("^n{100,190}~[0-9a-f]{8}.jpg$", Assert.Single(_bed.Made));
    }

    [Fact]
    public async Task Make_LinksAndHiddenNamesInAFolder_ArePassedOver()
    {
        _bed.Add("a.jpg", Pictures.Jpeg(120, 90));
        _bed.Add(".hidden/b.jpg", Pictures.Jpeg(120, 90));
        _bed.Add("._c.jpg", [1]);
        Directory.CreateSymbolicLink(Path.Combine(_bed.Source, "loop"), _bed.Source);

        await _bed.MakeAsync(_bed.Options());

        Assert.Equal(["a.jpg"], _bed.Made);
    }

    [Fact]
    [System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
    public async Task InPlace_ReplacesThePictureAndKeepsItsPermissions()
    {
        string path = _bed.Add("a.jpg", Pictures.Jpeg(120, 90));
        File.SetUnixFileMode(path, Shared);
        ThumbnailOptions options = _bed.Options() with { Folder = null, Picture = new PictureSettings { Width = 40, Height = 30, InPlace = true } };

        Assert.Equal(ItemStatus.Succeeded, (await _bed.MakeOneAsync(options)).Status);
        Assert.Equal(ItemStatus.Skipped, (await _bed.MakeOneAsync(options)).Status);

        Assert.Equal(40, PictureHeader.TryRead(await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken))!.Value.Width);
        Assert.Equal(Shared, File.GetUnixFileMode(path));
        Assert.Equal(["a.jpg"], Directory.GetFileSystemEntries(_bed.Source).Select(Path.GetFileName));
    }

    [Fact]
    public async Task InPlace_DamagedGifAndLink_StayAsTheyAre()
    {
        byte[] cut = Pictures.Jpeg(120, 90)[..^200];
        string damaged = _bed.Add("a.jpg", cut);
        string gif = _bed.Add("b.gif", Pictures.Gif(120, 90));
        string link = Path.Combine(_bed.Source, "c.jpg");
        File.CreateSymbolicLink(link, _bed.Add("sub/real.jpg", Pictures.Jpeg(120, 90)));
        ThumbnailOptions options = new() { Inputs = [damaged, gif, link, damaged], Picture = new PictureSettings { Width = 40, Height = 30, InPlace = true } };

        (_, IReadOnlyList<ItemResult> results) = await _bed.MakeAsync(options);

        Assert.Equal(["truncated", "refused-target", "refused-target", "bad-entry"], results.Select(static result => result.ErrorKind));
        Assert.Equal(cut, await File.ReadAllBytesAsync(damaged, TestContext.Current.CancellationToken));
        Assert.NotNull(new FileInfo(link).LinkTarget);
    }
}
