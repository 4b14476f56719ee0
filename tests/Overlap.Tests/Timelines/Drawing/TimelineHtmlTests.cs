using System.Diagnostics;
using System.Text;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;
using static Overlap.Tests.Timelines.Drawing.SampleTimelines;

namespace Overlap.Tests.Timelines.Drawing;

public sealed class TimelineHtmlTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("overlap-page");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Write_ClassicRecordings_NamesNoAddress()
    {
        string page = Page(Pages());

        Assert.DoesNotContain("http:", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("https:", page, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", page, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("default-src 'none'; style-src 'sha256-", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_ClassicRecordings_HasTheNumbersAsATable()
    {
        Assert.Contains("<td>pages</td><td>threads</td><td>5</td><td>160</td><td>0</td><td>2.86 s</td><td>5.0×</td><td>5.0</td>", Page(Pages()), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_HostileLabels_CannotEndTheScript()
    {
        string page = Page([HostileLabels.Timeline(), .. HostileLabels.Titles()]);

        // The data's and the script's own.
        Assert.Equal(2, page.Split("</script>").Length - 1);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<!--", page, StringComparison.Ordinal);
        Assert.DoesNotContain('\u2028', page);
    }

    [Fact]
    public void Script_Always_StaysBelowTwentyKilobytes()
    {
        string page = Page([]);

        Assert.InRange(Encoding.UTF8.GetByteCount(page[page.LastIndexOf("<script>", StringComparison.Ordinal)..]), 1, 20_000);
    }

    [Fact]
    public void Write_MoreCallsThanABrowserHolds_PutsNeighboursTogether()
    {
        using MemoryStream stream = new();
        TimelineHtml.Write(stream, [Many(500_000)]);

        Assert.InRange(stream.Length, 1, 20_000_000);
    }

    [Fact]
    public async Task Open_ClassicRecordings_DrawsThemAll()
    {
        (string dom, string log) = await OpenAsync(Page(Pages()));

        Assert.Contains("data-drawn=\"3\"", dom, StringComparison.Ordinal);
        Assert.DoesNotContain("CONSOLE", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_HostileLabels_RunsNoneOfThem()
    {
        Timeline[] timelines = [HostileLabels.Timeline(), .. HostileLabels.Titles()];
        (string dom, string log) = await OpenAsync(Page(timelines));

        Assert.Contains($"data-drawn=\"{timelines.Length}\"", dom, StringComparison.Ordinal);
        Assert.DoesNotContain("<img", dom, StringComparison.Ordinal);
        Assert.DoesNotContain("CONSOLE", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_AHundredThousandCalls_DrawsThem()
    {
        (string dom, string log) = await OpenAsync(Page([Many(100_000)]));

        Assert.Contains("data-drawn=\"1\"", dom, StringComparison.Ordinal);
        Assert.DoesNotContain("CONSOLE", log, StringComparison.Ordinal);
    }

    private static string Page(IReadOnlyList<Timeline> timelines)
    {
        using MemoryStream stream = new();
        TimelineHtml.Write(stream, timelines);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private async Task<(string Dom, string Log)> OpenAsync(string page)
    {
        string? browser = ((string[])["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]).FirstOrDefault(File.Exists);
        Assert.SkipWhen(browser is null, "chromium is not installed");
        string file = Path.Combine(_folder.FullName, "page.html");
        await File.WriteAllTextAsync(file, page, TestContext.Current.CancellationToken);
        ProcessStartInfo start = new(browser!, [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", $"--user-data-dir={Path.Combine(_folder.FullName, "profile")}", "--enable-logging=stderr", "--v=0", "--dump-dom", $"file://{file}"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        try
        {
            Task<string> dom = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> log = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (await dom, await log);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
