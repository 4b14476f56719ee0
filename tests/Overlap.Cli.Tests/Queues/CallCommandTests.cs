using System.Text.Json;
using Overlap.Cli.Tests.Commands;

namespace Overlap.Cli.Tests.Queues;

public sealed class CallCommandTests : IDisposable
{
    private readonly QueueFolder _queue = new();

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task Call_NoWait_PrintsTheId()
    {
        (int exitCode, string output, string error) = await _queue.RunAsync("call", "tasks.add", "--args", "[2, 3]");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.True(Guid.TryParse(output, out _));
    }

    [Fact]
    public async Task Call_NobodyWorks_TimeoutHasACodeOfItsOwn() =>
        Assert.Equal(
            (124, "", "overlap: one has not ended within 50.0 ms; overlap result one tells later\n"),
            await _queue.RunAsync("call", "tasks.add", "--id", "one", "--wait", "--timeout", "50ms"));

    [Fact]
    public async Task Call_TaskFails_JsonHasTheError()
    {
        using CliProcess worker = await _queue.WorkAsync();
        (int exitCode, string output, _) = await _queue.RunAsync("call", "tasks.fail", "--kwargs", """{"message": "no\ngood"}""", "--wait", "--json");

        Assert.Equal(1, exitCode);
        JsonElement error = JsonDocument.Parse(output).RootElement.GetProperty("error");
        Assert.Equal(("InvalidOperationException", "no\ngood"), (error.GetProperty("type").GetString(), error.GetProperty("message").GetString()));
    }

    [Theory]
    [InlineData("tasks.add", "[1]", "TypeError: tasks.add() missing 1 required positional argument: 'b'")]
    [InlineData("tasks.none", "[]", "NotRegistered: tasks.none")]
    public async Task Call_CannotBeRun_OneLineSaysWhy(string task, string arguments, string expected)
    {
        using CliProcess worker = await _queue.WorkAsync();

        Assert.Equal((1, "", $"overlap: one failed: {expected}\n"), await _queue.RunAsync("call", task, "--args", arguments, "--id", "one", "--wait"));
    }

    [Theory]
    [InlineData("overlap: --args: '2' is not a JSON array, such as '[2, 3]'\n", "--args", "2")]
    [InlineData("overlap: --args: '[2' is not a JSON array, such as '[2, 3]'\n", "--args", "[2")]
    [InlineData("overlap: --kwargs: '[]' is not a JSON object, such as '{\"path\": \"home_video.mp4\"}'\n", "--kwargs", "[]")]
    [InlineData("overlap: --priority: '10' is not a whole number from 0 to 9\n", "--priority", "10")]
    [InlineData("overlap: --timeout and --json are for --wait\n", "--timeout", "1s")]
    [InlineData("overlap: --args, --kwargs: JSON has no number for NaN or an infinity. It is at args[0]\n", "--args", "[NaN]")]
    public async Task Call_WrongWords_OneLineAndUsageCode(string expected, params string[] arguments) =>
        Assert.Equal((2, "", expected), await _queue.RunAsync(["call", "tasks.add", .. arguments]));

    [Fact]
    public async Task Call_NoServer_OneLineAndEnvironmentCode()
    {
        (int exitCode, string output, string error) = await InProcess.RunAsync("call", "tasks.add", "--id", "one", "--broker", "redis://:secret@localhost:1/0");

        Assert.Equal((5, "", "overlap: The call one was not sent: redis://localhost:1/0 cannot be reached: Connection refused\n"), (exitCode, output, error));
    }

    [Fact]
    public async Task Call_FolderOfTheFileIsMissing_OneLineAndEnvironmentCode()
    {
        (int exitCode, _, string error) = await InProcess.RunAsync("call", "tasks.add", "--broker", "sqlite:////nowhere/at/all.db");

        Assert.Equal(5, exitCode);
        Assert.Contains("The queue file /nowhere/at/all.db cannot be opened", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Result_OfACallThatWaits_SaysThatNothingIsKnown()
    {
        await _queue.RunAsync("call", "tasks.add", "--id", "one");

        Assert.Equal(
            (1, "", "overlap: nothing is known of one: it waits, its result has expired, or there is no such call\n"),
            await _queue.RunAsync("result", "one"));
    }

    [Fact]
    public async Task Result_OfACallThatEnded_PrintsIt()
    {
        using CliProcess worker = await _queue.WorkAsync();
        await _queue.RunAsync("call", "tasks.echo", "--args", """[{"a": ["é", 1.5, null]}]""", "--id", "one", "--wait");

        Assert.Equal((0, "{\"a\":[\"é\",1.5,null]}\n", ""), await _queue.RunAsync("result", "one"));
    }

    [Theory]
    [InlineData("result", "one")]
    [InlineData("purge", "--yes")]
    [InlineData("dead-letters", "list")]
    [InlineData("doctor")]
    public async Task Verb_NoQueueFile_SaysSoAndMakesNone(params string[] arguments)
    {
        (int exitCode, string output, string error) = await _queue.RunAsync(arguments);

        Assert.Equal((5, "", $"overlap: there is no queue file {_queue.File} here; name another with --broker\n"), (exitCode, output, error));
        Assert.False(File.Exists(_queue.File));
    }
}
