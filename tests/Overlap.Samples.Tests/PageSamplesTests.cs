namespace Overlap.Samples.Tests;

public sealed class PageSamplesTests(SampleSite site) : IClassFixture<SampleSite>
{
    [Theory]
    [InlineData("pages-inline")]
    [InlineData("pages-threads")]
    [InlineData("pages-async")]
    [InlineData("pages-processes")]
    public async Task Run_Site_PrintsExpectedOutput(string sample)
    {
        SampleProgram.Run run = await SampleProgram.RunAsync(sample, site.Address);

        Assert.Equal(ExpectedOutput.Of(sample), SampleProgram.Normalize(run.Output, site) + run.Error);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task AsyncScraper_Pages_PrintsTextsInOrder()
    {
        SampleProgram.Run run = await SampleProgram.RunAsync(
            "async-scraper", $"{site.Address}/page/1", $"{site.Address}/page/2", $"{site.Address}/page/3");

        Assert.Equal(ExpectedOutput.Of("async-scraper"), SampleProgram.Normalize(run.Output, site) + run.Error);
        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task SiteStatus_SomeDown_PrintsEachAndExitsWithOne()
    {
        SampleProgram.Run run = await SampleProgram.RunAsync(
            "site-status", $"{site.Address}/page/1", $"{site.Address}/missing", $"{site.NobodyAddress}/", "not-an-address");

        Assert.Equal(
            ExpectedOutput.Sorted(ExpectedOutput.Of("site-status")), ExpectedOutput.Sorted(SampleProgram.Normalize(run.Output, site) + run.Error));
        Assert.Equal(1, run.ExitCode);
    }

    [Fact]
    public async Task SiteStatus_AllUp_ExitsWithZero()
    {
        SampleProgram.Run run = await SampleProgram.RunAsync("site-status", $"{site.Address}/page/1");

        Assert.Equal(0, run.ExitCode);
    }
}
