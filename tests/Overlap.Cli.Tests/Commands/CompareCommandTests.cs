using System.Text.Json;
using System.Text.RegularExpressions;

namespace Overlap.Cli.Tests.Commands;

public sealed class CompareCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_Json_PrintsExactlyTheDocumentedNames()
    {
        JsonElement report = await JsonAsync("compare", "pages", "--count", "4", "--delay", "1ms", "--json");

        Assert.Equal(["version", "comparisons"], NamesOf(report));
        JsonElement comparison = report.GetProperty("comparisons")[0];
        Assert.Equal(["job", "items", "runs", "verdict"], NamesOf(comparison));
        Assert.Equal(
            ["model", "workers", "wallSeconds", "medianWallSeconds", "speedup", "cpuSeconds", "overlapFactor", "waitShare", "failed", "itemSeconds"],
            NamesOf(comparison.GetProperty("runs")[0]));
        Assert.Equal(["bound", "model", "workers", "confidence", "evidence"], NamesOf(comparison.GetProperty("verdict")));
    }

    [Fact]
    public async Task Run_Pages_RunsEveryModelWithTheClassicWorkers()
    {
        JsonElement report = await JsonAsync("compare", "pages", "--count", "7", "--delay", "1ms", "--json");

        Assert.Equal([("inline", 1), ("threads", 5), ("async", 7), ("processes", Environment.ProcessorCount)], RunsOf(report));
    }

    [Fact]
    public async Task Run_Fib_ThreadsAndProcessesOnePerCore()
    {
        JsonElement report = await JsonAsync("compare", "fib", "--n", "5", "--times", "3", "--json");

        Assert.Equal([("inline", 1), ("threads", Environment.ProcessorCount), ("async", 3), ("processes", Environment.ProcessorCount)], RunsOf(report));
    }

    [Theory]
    [InlineData("compare", "pages", "--models", "async,sync", "--workers", "3", "--json", "--count", "4", "--delay", "0")]
    [InlineData("compare", "--models", "async,sync", "-j", "3", "pages", "--count", "4", "--delay", "0", "--json")]
    public async Task Run_ModelsAndWorkers_OverrideAllButInline(params string[] arguments) =>
        Assert.Equal([("async", 3), ("inline", 1)], RunsOf(await JsonAsync(arguments)));

    [Fact]
    public async Task Run_WithoutInline_SpeedupIsNull()
    {
        JsonElement report = await JsonAsync("compare", "pages", "--models", "async", "--count", "4", "--delay", "0", "--json");

        Assert.Equal(JsonValueKind.Null, report.GetProperty("comparisons")[0].GetProperty("runs")[0].GetProperty("speedup").ValueKind);
    }

    [Fact]
    public async Task Run_Pages_BoundIsThatOfTheWaitingOneByOne()
    {
        JsonElement comparison = (await JsonAsync("compare", "pages", "--count", "12", "--delay", "30ms", "--json")).GetProperty("comparisons")[0];

        // How much of its time an item waits for its page, and how much for a processor that others have, is the machine's: given shares decide in AdvisorTests.
        JsonElement inline = comparison.GetProperty("runs")[0];
        double work = 1 - inline.GetProperty("waitShare").GetDouble();
        Assert.Equal("inline", inline.GetProperty("model").GetString());

        // The share is printed to four digits, and judged before.
        Assert.Contains(comparison.GetProperty("verdict").GetProperty("bound").GetString(), (string[])[BoundOf(work - 0.0001), BoundOf(work + 0.0001)]);
    }

    [Fact]
    public async Task Run_Text_TableDrawingAndVerdict()
    {
        (int exitCode, string output, _) = await InProcess.RunAsync("compare", "pages", "--count", "12", "--delay", "30ms", "-q");

        Assert.Equal(0, exitCode);
        string[] lines = output.Split('\n');
        Assert.StartsWith("pages: 12 items, ", lines[0], StringComparison.Ordinal);
        Assert.Matches("^model +workers +time +speed-up +CPU time +overlap +waiting +p50 +p95 +max +failed$", lines[2]);
        Assert.Single(lines, static line => Regex.IsMatch(
            line, @"^Verdict: (inline|(async|threads|processes), \d+ at a time): it (waits \(I/O-bound\)|computes \(CPU-bound\)|waits and computes \(mixed\)); confidence (low|medium|high)$"));
        Assert.DoesNotContain('\e', output);
    }

    [Fact]
    public async Task Run_Timeline_HoldsEveryModelAndCanBeDrawn()
    {
        string path = _folder.PathOf("pages.json");
        await InProcess.RunAsync("compare", "pages", "--count", "4", "--delay", "1ms", "-q", "--timeline", path);

        (int exitCode, string output, _) = await InProcess.RunAsync("timeline", path);

        Assert.Equal(0, exitCode);
        foreach (string model in (string[])["inline: ", "threads: ", "async: ", "processes: "])
        {
            Assert.Contains($"\n{model}", output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("--out", "x.svg", "<svg")]
    [InlineData("--out", "x.html", "<!doctype html>")]
    [InlineData("--out", "x.trace.json", "{\"")]
    public async Task Timeline_Out_FormFollowsTheName(string option, string name, string start)
    {
        string path = _folder.PathOf("pages.json");
        await InProcess.RunAsync("pages", "--count", "2", "--delay", "0", "-q", "--timeline", path);

        (int exitCode, string output, _) = await InProcess.RunAsync("timeline", path, option, _folder.PathOf(name));

        Assert.Equal((0, ""), (exitCode, output));
        Assert.StartsWith(start, (await File.ReadAllTextAsync(_folder.PathOf(name), TestContext.Current.CancellationToken)).TrimStart(), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Timeline_NotATimeline_OneLineAndUsageCode()
    {
        string path = _folder.PathOf("other.json");
        await File.WriteAllTextAsync(path, "{}", TestContext.Current.CancellationToken);

        (int exitCode, _, string error) = await InProcess.RunAsync("timeline", path);

        Assert.Equal(2, exitCode);
        Assert.StartsWith($"overlap: {path} is no timeline: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SeveralRuns_FastestAndMedianAreGiven()
    {
        JsonElement report = await JsonAsync("compare", "pages", "--models", "threads", "--count", "4", "--delay", "1ms", "--runs", "3", "--json");

        JsonElement run = report.GetProperty("comparisons")[0].GetProperty("runs")[0];
        Assert.True(run.GetProperty("wallSeconds").GetDouble() <= run.GetProperty("medianWallSeconds").GetDouble());
    }

    private static string BoundOf(double work) => work switch
    {
        > 0.9 => "cpu",
        < 0.2 => "io",
        _ => "mixed",
    };

    private static async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        (int exitCode, string output, _) = await InProcess.RunAsync(arguments);
        Assert.Equal(0, exitCode);
        return JsonDocument.Parse(output).RootElement;
    }

    private static IEnumerable<(string? Model, int Workers)> RunsOf(JsonElement report) => report.GetProperty("comparisons")[0].GetProperty("runs")
        .EnumerateArray().Select(static run => (run.GetProperty("model").GetString(), run.GetProperty("workers").GetInt32()));

    private static IEnumerable<string> NamesOf(JsonElement element) => element.EnumerateObject().Select(static property => property.Name);
}
