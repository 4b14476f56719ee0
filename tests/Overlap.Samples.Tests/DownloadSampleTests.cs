namespace Overlap.Samples.Tests;

public sealed class DownloadSampleTests(SampleSite site) : IClassFixture<SampleSite>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("overlap-sample-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Run_SomeFail_PrintsOneLineForEach()
    {
        // The silent page takes the sample's whole time-out of five seconds.
        SampleProgram.Run run = await SampleProgram.RunAsync(
            "downloads-threads",
            _folder,
            $"{site.Address}/page/1",
            $"{site.Address}/page/2",
            $"{site.Address}/missing",
            $"{site.Address}/silent",
            $"{site.NobodyAddress}/page/3",
            "not-an-address");

        Assert.Equal(
            ExpectedOutput.Sorted(ExpectedOutput.Of("downloads-threads")),
            ExpectedOutput.Sorted(SampleProgram.Normalize(run.Output, site) + run.Error));
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task Run_Pages_SavesThemWhole()
    {
        SampleProgram.Run run = await SampleProgram.RunAsync("downloads-threads", _folder, $"{site.Address}/page/1", $"{site.Address}/page/2");

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(276, new FileInfo(Path.Combine(_folder, "1")).Length);
        Assert.Equal(10_966, new FileInfo(Path.Combine(_folder, "2")).Length);
    }

    [Fact]
    public async Task Run_EncodedParentFolderInAddress_StaysInsideFolder()
    {
        string inside = Path.Combine(_folder, "inside");

        await SampleProgram.RunAsync("downloads-threads", inside, $"{site.Address}/page/%2e%2e%2foutside");

        Assert.Equal(["outside"], Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Select(Path.GetFileName));
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }
}
