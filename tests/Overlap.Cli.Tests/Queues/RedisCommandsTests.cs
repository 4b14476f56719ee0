using System.Text.Json;
using Overlap.Cli.Tests.Commands;
using Overlap.Distributed.Tests.Redis;

namespace Overlap.Cli.Tests.Queues;

/// <summary>The verbs of the queue over a live server.</summary>
public sealed class RedisCommandsTests : IAsyncLifetime
{
    private RedisProcess? _redis;

    private string Url => _redis!.Url();

    public async ValueTask InitializeAsync() => _redis = await RedisProcess.StartAsync();

    public ValueTask DisposeAsync() => _redis!.DisposeAsync();

    [Fact]
    public async Task Call_WorkerOverAServer_PrintsTheResultAndSoDoesResult()
    {
        using CliProcess worker = await WorkAsync();

        Assert.Equal((0, "5\n", ""), await RunAsync("call", "tasks.add", "--args", "[2, 3]", "--id", "one", "--wait"));
        Assert.Equal((0, "5\n", ""), await RunAsync("result", "one"));
    }

    [Fact]
    public async Task DeadLetters_OfAnUnknownTask_AreListedAndDropped()
    {
        using (CliProcess worker = await WorkAsync())
        {
            Assert.Equal((1, "", "overlap: one failed: NotRegistered: tasks.none\n"), await RunAsync("call", "tasks.none", "--id", "one", "--wait"));
            worker.Signal(CliProcess.Terminate);
            await worker.EndAsync();
        }

        (int exitCode, string output, string error) = await RunAsync("dead-letters", "list");
        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains("  celery  UnknownTask: ", output, StringComparison.Ordinal);
        Assert.Equal((0, "1 message dropped\n", ""), await RunAsync("dead-letters", "drop", "--all"));
    }

    [Fact]
    public async Task Purge_OfAServer_DeletesWhatWaits()
    {
        await RunAsync("call", "tasks.add");

        Assert.Equal((0, "celery: 1 message deleted\n", ""), await RunAsync("purge", "--yes"));
    }

    [Fact]
    public async Task Doctor_ServerWithoutAFile_SaysWhatIsLost()
    {
        using JsonDocument report = JsonDocument.Parse((await RunAsync("doctor", "--json")).Output);

        JsonElement finding = Assert.Single(report.RootElement.GetProperty("findings").EnumerateArray(), static one => one.GetProperty("setting").GetString() == "appendonly");
        Assert.Equal("no", finding.GetProperty("value").GetString());
        Assert.NotEqual(JsonValueKind.Null, finding.GetProperty("advice").ValueKind);
    }

    [Theory]
    [InlineData("call", "tasks.add")]
    [InlineData("result", "one")]
    [InlineData("purge", "--yes")]
    [InlineData("dead-letters", "list")]
    [InlineData("doctor")]
    public async Task Verb_WrongPassword_OneLineWithoutItAndEnvironmentCode(params string[] arguments)
    {
        await using RedisProcess guarded = await RedisProcess.StartAsync("--requirepass", "right");
        string url = guarded.Url().Replace("redis://", "redis://:wrong@", StringComparison.Ordinal);

        (int exitCode, string output, string error) = await InProcess.RunAsync([.. arguments, "--broker", url]);

        Assert.Equal((5, ""), (exitCode, output));
        AssertTellsOfThePassword(error);
    }

    [Fact]
    public async Task Worker_WrongPassword_OneLineWithoutItAndEnvironmentCode()
    {
        await using RedisProcess guarded = await RedisProcess.StartAsync("--requirepass", "right");
        string url = guarded.Url().Replace("redis://", "redis://:wrong@", StringComparison.Ordinal);

        (int exitCode, string output, string error) = await CliProcess.RunAsync("worker", "--app", QueueFolder.App, "--broker", url);

        Assert.Equal((5, ""), (exitCode, output));
        AssertTellsOfThePassword(error);
    }

    [Fact]
    public async Task Worker_NoServerYet_SaysSoAndConsumesWhenThereIsOne()
    {
        await _redis!.KillAsync();
        using CliProcess worker = CliProcess.Start("worker", "--app", QueueFolder.App, "--broker", Url, "--concurrency", "2");

        Assert.Equal($"overlap: {Url} does not answer yet: trying on", await worker.ReadErrorLineAsync());
        await _redis.StartAgainAsync();
        Assert.Contains(" consumes celery at ", await worker.ReadErrorLineAsync(), StringComparison.Ordinal);
        Assert.Equal((0, "5\n", ""), await RunAsync("call", "tasks.add", "--args", "[2, 3]", "--wait"));
    }

    private static void AssertTellsOfThePassword(string error)
    {
        Assert.StartsWith("overlap: ", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd('\n').Split('\n'));
        Assert.Contains("password", error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("wrong@", error, StringComparison.Ordinal);
    }

    private Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments) => InProcess.RunAsync([.. arguments, "--broker", Url]);

    private Task<CliProcess> WorkAsync() => QueueFolder.WorkOnAsync(Url);
}
