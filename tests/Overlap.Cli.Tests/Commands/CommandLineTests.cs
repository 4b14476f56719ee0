using System.Text.Json;

namespace Overlap.Cli.Tests.Commands;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("there is no 'nosuch'; there are ", "nosuch")]
    [InlineData("there is no option --nosuch here", "--nosuch")]
    [InlineData("there is no 'nosuch'; there are ", "compare", "nosuch")]
    [InlineData("pages has no option --nosuch", "pages", "--nosuch")]
    [InlineData("thumbnail has no option --chart; behind -- it is a name", "thumbnail", "photos", "--chart", "x", "--out", "small")]
    [InlineData("thumbnail has no option --chart; behind -- it is a name", "advise", "thumbnail", "photos", "--chart", "x", "--out", "small")]
    [InlineData("fetch has no option -x; behind -- it is a name", "fetch", "-x", "http://127.0.0.1/")]
    [InlineData("pages does not take 'extra'", "pages", "extra")]
    [InlineData("--model: 'cluster' is not a model: inline, threads, async or processes", "pages", "--model", "cluster")]
    [InlineData("--model: 'cluster' is not a model", "fib", "--model", "cluster")]
    [InlineData("--model: 'auto' is not a model", "fib", "--model", "auto")]
    [InlineData("--models: 'inline,nosuch' is not a list of models", "compare", "--models", "inline,nosuch")]
    [InlineData("--workers: '0' is not a whole number from 1 to 100,000", "pages", "--workers", "0")]
    [InlineData("--workers: '1000000' is not a whole number", "pages", "--workers", "1000000")]
    [InlineData("--workers: '0' is not a whole number", "compare", "pages", "-j", "0")]
    [InlineData("--workers: 'many' is not a whole number from 1 to 100,000, or auto", "pages", "--workers", "many")]
    [InlineData("--per-host: 'Auto' is not a whole number from 1 to 100,000, or auto", "check", "http://localhost/", "--per-host", "Auto")]
    [InlineData("--delay: 'soon' is not a duration such as 85ms", "pages", "--delay", "soon")]
    [InlineData("--timeout: '0' is not a duration", "pages", "--timeout", "0")]
    [InlineData("--halt: 'x' is not now or soon", "pages", "--halt", "x")]
    [InlineData("--color: 'blue' is not auto, always or never", "pages", "--color", "blue")]
    [InlineData("--runs: '0' is not a whole number", "compare", "--runs", "0")]
    [InlineData("--fail: '200%' is not a share", "site", "--fail", "200%")]
    [InlineData("--json, --jsonl and --csv: give one of them", "pages", "--json", "--csv")]
    [InlineData("--resume needs the journal", "pages", "--resume")]
    [InlineData("'picture.png' ends in none of", "pages", "--timeline", "picture.png")]
    [InlineData("'picture.png' ends in none of", "compare", "--timeline", "picture.png")]
    public async Task Run_BadWord_OneLineThatNamesItAndUsageCode(string message, params string[] arguments)
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync(arguments);

        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith($"overlap: {message}", error, StringComparison.Ordinal);
        Assert.Equal(1, error.Count(static letter => letter == '\n'));
    }

    [Theory]
    [InlineData("cannot read /nonexistent/file: no such folder", "timeline", "/nonexistent/file")]
    [InlineData("cannot write the journal /nonexistent/log: no such folder", "pages", "--joblog", "/nonexistent/log")]
    public async Task Run_FileCannotBeUsed_OneLineThatNamesItAndEnvironmentCode(string message, params string[] arguments)
    {
        (int exitCode, _, string error) = await InProcess.RunAsync(arguments);

        Assert.Equal((5, $"overlap: {message}\n"), (exitCode, error));
    }

    [Theory]
    [InlineData]
    [InlineData("--help")]
    [InlineData("help")]
    public async Task Run_NothingOrHelp_ListsEveryVerb(params string[] arguments)
    {
        (int exitCode, string output, _) = await InProcess.RunAsync(arguments);

        Assert.Equal(0, exitCode);
        foreach (string verb in (string[])["compare", "pages", "fib", "timeline", "site"])
        {
            Assert.Contains($"  overlap {verb} ", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("compare")]
    [InlineData("pages")]
    [InlineData("fib")]
    [InlineData("timeline")]
    [InlineData("site")]
    public async Task Run_HelpOfVerb_HasExamplesAndNamesNothingUnbuilt(string verb)
    {
        (int exitCode, string output, _) = await InProcess.RunAsync(verb, "--help");

        Assert.Equal(0, exitCode);
        Assert.Contains("\nExamples:\n  overlap ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("cluster", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Version_NamesVersionAndCommit()
    {
        (int exitCode, string output, _) = await InProcess.RunAsync("--version");

        Assert.Equal(0, exitCode);
        Assert.Matches(@"^overlap \d+\.\d+\.\d+\S*( \(commit [0-9a-f]{7,12}\))?\n$", output);
    }

    [Fact]
    public async Task Run_Json_PrintsExactlyTheDocumentedNames()
    {
        (int exitCode, string output, _) = await InProcess.RunAsync("fib", "--n", "10", "--times", "3", "--json");

        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal(0, exitCode);
        Assert.Equal(
            ["version", "job", "model", "workers", "items", "succeeded", "failed", "retried", "wallSeconds", "cpuSeconds", "overlapFactor", "waitShare", "itemSeconds", "partial"],
            NamesOf(report));
        Assert.Equal(["p50", "p95", "max"], NamesOf(report.GetProperty("itemSeconds")));
    }

    [Fact]
    public async Task Run_JsonLines_OneObjectPerItemWithItsValue()
    {
        (_, string output, _) = await InProcess.RunAsync("fib", "--n", "10", "--times", "3", "--jsonl", "--keep-order");

        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["fib(10) #1", "fib(10) #2", "fib(10) #3"], lines.Select(static line => JsonDocument.Parse(line).RootElement.GetProperty("item").GetString()));
        Assert.All(lines, static line => Assert.Equal(55, JsonDocument.Parse(line).RootElement.GetProperty("value").GetInt32()));
    }

    [Fact]
    public async Task Run_Csv_HeaderAndOneLinePerItem()
    {
        (_, string output, _) = await InProcess.RunAsync("pages", "--count", "2", "--delay", "0", "--csv", "-k");

        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("item,status,seconds,attempts,error,message,httpStatus,bytes", lines[0]);
        Assert.Matches(@"^/0,succeeded,[0-9.]+,1,,,200,10966$", lines[1]);
        Assert.Matches(@"^/1,succeeded,[0-9.]+,1,,,200,276$", lines[2]);
    }

    [Fact]
    public async Task Run_DryRun_ListsItemsAndDoesNothing()
    {
        (int exitCode, string output, _) = await InProcess.RunAsync("fib", "--n", "92", "--times", "3", "--dry-run");

        Assert.Equal((0, "fib(92) #1\nfib(92) #2\nfib(92) #3\n"), (exitCode, output));
    }

    [Fact]
    public async Task Run_Quiet_PrintsNothing()
    {
        Assert.Equal((0, "", ""), await InProcess.RunAsync("fib", "--n", "5", "--times", "3", "--quiet"));
    }

    [Fact]
    public async Task Run_SomeItemsFail_OneLineEachAndExitCode()
    {
        await using TestSiteOf site = await TestSiteOf.StartAsync(static options => options with { FailShare = 0.5 });

        (int exitCode, _, string error) = await InProcess.RunAsync("pages", "--count", "4", "--model", "inline", "--site", site.Address);

        Assert.Equal(1, exitCode);
        Assert.StartsWith("/1: the site answered 503\n/3: the site answered 503\n2 ok, 2 failed, 0 retried", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SitePersistentlyFailsButRetriesHelp_AllSucceed()
    {
        await using TestSiteOf site = await TestSiteOf.StartAsync(static options => options with { FailShare = 0.5 });

        (int exitCode, string output, _) = await InProcess.RunAsync("pages", "--count", "4", "--model", "inline", "--retries", "3", "--json", "--site", site.Address);

        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal((0, 4, 3), (exitCode, report.GetProperty("succeeded").GetInt32(), report.GetProperty("retried").GetInt32()));
    }

    [Fact]
    public async Task Run_HaltReached_ExitCodeTells()
    {
        await using TestSiteOf site = await TestSiteOf.StartAsync(static options => options with { FailShare = 1 });

        (int exitCode, _, string error) = await InProcess.RunAsync("pages", "--count", "100", "--model", "inline", "--halt", "now,fail=2", "--site", site.Address);

        Assert.Equal(4, exitCode);
        Assert.Contains("overlap: halted by --halt after 2 items", error, StringComparison.Ordinal);
    }

    private static IEnumerable<string> NamesOf(JsonElement element) => element.EnumerateObject().Select(static property => property.Name);
}
