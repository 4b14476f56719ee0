using System.Text.Json;
using Overlap.Timelines;
using Overlap.Timelines.Drawing;

namespace Overlap.Cli.Tests.Commands;

/// <summary><c>--workers auto</c>.</summary>
public sealed class AutomaticWorkersTests
{
    [Theory]
    [InlineData("async")]
    [InlineData("threads")]
    public async Task Pages_Auto_DoesAllAndSaysWhyThisNumber(string model)
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync(
            "pages", "--count", "300", "--delay", "1ms", "--model", model, "--workers", "auto", "--json");

        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal((0, 300), (exitCode, report.GetProperty("succeeded").GetInt32()));
        int workers = report.GetProperty("workers").GetInt32();
        Assert.InRange(workers, 1, 1_024);
        Assert.NotEqual("", report.GetProperty("workersReason").GetString());
        Assert.Contains($"{model}, {workers:N0} worker", error, StringComparison.Ordinal);
        Assert.Contains("(auto: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fib_AutoInProcesses_DoesAll()
    {
        (int exitCode, string output, _) = await InProcess.RunAsync(
            "fib", "--n", "10", "--times", "200", "--model", "processes", "--workers", "auto", "--json");

        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal((0, 200), (exitCode, report.GetProperty("succeeded").GetInt32()));
        Assert.InRange(report.GetProperty("workers").GetInt32(), 1, 2 * Environment.ProcessorCount);
    }

    [Fact]
    public async Task Fib_AutoInline_IsOneAsEver()
    {
        (int exitCode, string output, _) = await InProcess.RunAsync("fib", "--n", "10", "--times", "20", "--model", "inline", "--workers", "auto", "--json");

        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal((0, 1), (exitCode, report.GetProperty("workers").GetInt32()));
        Assert.False(report.TryGetProperty("workersReason", out _));
    }

    [Fact]
    public async Task Run_Auto_DoesAllAndSaysWhyThisNumber()
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync(["run", "-j", "auto", "--json", "--", "true", ":::", .. Enumerable.Range(0, 60).Select(static n => $"{n}")]);

        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal((0, 60), (exitCode, report.GetProperty("succeeded").GetInt32()));
        int workers = report.GetProperty("workers").GetInt32();
        Assert.Contains($"{workers}", report.GetProperty("workersReason").GetString(), StringComparison.Ordinal);
        Assert.Contains($"async, {workers} worker", error, StringComparison.Ordinal);
        Assert.Contains("(auto: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_AutoWithRetries_EveryItemEnds()
    {
        (int exitCode, string output, _) = await InProcess.RunAsync(["run", "-j", "auto", "--retries", "1", "--json", "-q", "--", "false", ":::", "a", "b", "c"]);

        JsonElement report = JsonDocument.Parse(output).RootElement;
        Assert.Equal((1, 3, 3), (exitCode, report.GetProperty("failed").GetInt32(), report.GetProperty("retried").GetInt32()));
    }

    [Fact]
    public async Task Run_AutoWithTimeline_HasTheNumberAndWhy()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("run.json");
        (int exitCode, _, _) = await InProcess.RunAsync(["run", "-j", "auto", "-q", "--timeline", path, "--", "true", ":::", "a", "b"]);

        Assert.Equal(0, exitCode);
        Assert.Equal((2, "starts with 2"), (Assert.Single(TimelineFile.Read(path)).Limits[0].Limit, TimelineFile.Read(path)[0].Limits[0].Reason));
    }

    [Fact]
    public async Task Run_FixedNumber_IsTheOneOfTheSummary()
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync(["run", "-j", "3", "--json", "--", "true", ":::", "a", "b"]);

        Assert.Equal((0, 3), (exitCode, JsonDocument.Parse(output).RootElement.GetProperty("workers").GetInt32()));
        Assert.Contains("async, 3 workers", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_Auto_RunsEveryModel()
    {
        (int exitCode, string output, _) = await InProcess.RunAsync(
            "compare", "fib", "--n", "10", "--times", "60", "--models", "inline,threads,async", "--workers", "auto", "--json", "-q");

        Assert.Equal(0, exitCode);
        using JsonDocument document = JsonDocument.Parse(output);
        Assert.Contains("\"threads\"", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_AutoWithTimeline_HasTheDecisions()
    {
        using TemporaryFolder folder = new();
        string path = folder.PathOf("run.json");
        (int exitCode, _, _) = await InProcess.RunAsync("pages", "--count", "200", "--delay", "1ms", "--workers", "auto", "--timeline", path, "-q");

        Assert.Equal(0, exitCode);
        Timeline timeline = Assert.Single(TimelineFile.Read(path));
        Assert.Equal("starts with 2", timeline.Limits[0].Reason);
        Assert.True(timeline.Limits.Length > 1);
    }
}
