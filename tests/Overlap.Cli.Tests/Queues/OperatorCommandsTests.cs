using System.Text.Json;
using Overlap.Cli.Tests.Commands;

namespace Overlap.Cli.Tests.Queues;

/// <summary>The verbs that look after a queue.</summary>
public sealed class OperatorCommandsTests : IDisposable
{
    private readonly QueueFolder _queue = new();

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task Purge_NoYesAndNoTerminal_DeletesNothing()
    {
        await _queue.RunAsync("call", "tasks.add");

        Assert.Equal((2, "", "overlap: nothing was deleted: 1 message waits, and --yes was not given\n"), await _queue.RunAsync("purge"));
        Assert.Equal((0, "celery: 1 message deleted\n", ""), await _queue.RunAsync("purge", "--yes"));
    }

    [Fact]
    public async Task Purge_Json_TellsEachQueue()
    {
        await _queue.RunAsync("call", "tasks.add", "--queue", "mail");

        Assert.Equal(
            (0, "{\"version\":1,\"deleted\":{\"mail\":1,\"other\":0}}\n", ""), await _queue.RunAsync("purge", "--yes", "--json", "--queue", "mail,other"));
    }

    [Fact]
    public async Task DeadLetters_List_OneLineEach()
    {
        string first = await _queue.DieAsync("a");
        string second = await _queue.DieAsync("b");
        (int exitCode, string output, string error) = await _queue.RunAsync("dead-letters", "list");

        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal((0, "", 2), (exitCode, error, lines.Length));
        Assert.StartsWith(first + "  ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("  celery  NotATask: of a", lines[0], StringComparison.Ordinal);
        Assert.StartsWith(second + "  ", lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeadLetters_MoreThanListed_TellsHowMany()
    {
        await _queue.DieAsync("a");
        await _queue.DieAsync("b");

        Assert.Equal("overlap: 1 more are there; --most shows more\n", (await _queue.RunAsync("dead-letters", "list", "--most", "1")).Error);
    }

    [Fact]
    public async Task DeadLetters_ShowJson_HasTheMessageAsItCame()
    {
        string id = await _queue.DieAsync("hello");
        (_, string output, _) = await _queue.RunAsync("dead-letters", "show", id, "--json");

        using JsonDocument letter = JsonDocument.Parse(output);
        Assert.Contains("aGVsbG8=", letter.RootElement.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeadLetters_Requeue_IsInItsQueueAgain()
    {
        string id = await _queue.DieAsync("a");

        Assert.Equal((0, "1 message put back\n", ""), await _queue.RunAsync("dead-letters", "requeue", id));
        Assert.Equal((0, "celery: 1 message deleted\n", ""), await _queue.RunAsync("purge", "--yes"));
    }

    [Fact]
    public async Task DeadLetters_DropAll_LeavesNone()
    {
        await _queue.DieAsync("a");
        await _queue.DieAsync("b");

        Assert.Equal((0, "2 messages dropped\n", ""), await _queue.RunAsync("dead-letters", "drop", "--all"));
        Assert.Equal((0, "", ""), await _queue.RunAsync("dead-letters", "list"));
    }

    [Fact]
    public async Task DeadLetters_UnknownId_SaysSo()
    {
        await _queue.DieAsync("a");

        Assert.Equal((1, "0 messages dropped\n", "overlap: there is no dead letter 99\n"), await _queue.RunAsync("dead-letters", "drop", "99"));
    }

    [Theory]
    [InlineData("overlap: dead-letters: 'burn' is not list, show, requeue or drop\n", "burn")]
    [InlineData("overlap: dead-letters: show needs an ID, as list prints it\n", "show")]
    [InlineData("overlap: dead-letters: drop needs an ID, or --all\n", "drop")]
    [InlineData("overlap: dead-letters: list takes no ID and no --all\n", "list", "--all")]
    public async Task DeadLetters_WrongWords_OneLineAndUsageCode(string expected, params string[] arguments) =>
        Assert.Equal((2, "", expected), await _queue.RunAsync(["dead-letters", .. arguments]));

    [Fact]
    public async Task Doctor_File_TellsThePromise()
    {
        await _queue.RunAsync("call", "tasks.add");
        (int exitCode, string output, string error) = await _queue.RunAsync("doctor");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains($"broker   {_queue.Url}\n", output, StringComparison.Ordinal);
        Assert.Contains("promise  Worker killed: nothing is lost", output, StringComparison.Ordinal);
        Assert.Contains("queues   celery 1 waiting; 0 dead letters\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_Json_HasFindings()
    {
        await _queue.RunAsync("call", "tasks.add");
        using JsonDocument report = JsonDocument.Parse((await _queue.RunAsync("doctor", "--json")).Output);

        Assert.Contains(report.RootElement.GetProperty("findings").EnumerateArray(), static finding => finding.GetProperty("setting").GetString() == "synchronous");
        Assert.Equal(1, report.RootElement.GetProperty("queues").GetProperty("celery").GetInt64());
    }

    [Fact]
    public async Task Doctor_WorkerIsWell_SaysSo()
    {
        using CliProcess worker = await _queue.WorkAsync("--name", "video@here");
        (int exitCode, string output, string error) = await _queue.RunAsync("doctor", "--worker", "video@here", "--timeout", "60s");

        Assert.Equal((0, ""), (exitCode, error));
        Assert.Contains("worker   video@here: well, 0 calls run, 0 messages are held\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Doctor_NoSuchWorker_FailsInOneLine()
    {
        await _queue.RunAsync("call", "tasks.add");
        (int exitCode, _, string error) = await _queue.RunAsync("doctor", "--worker", "video@there", "--timeout", "50ms");

        Assert.Equal((1, "overlap: no worker video@there answered within 50.0 ms\n"), (exitCode, error));
    }

    [Fact]
    public async Task Doctor_WorkerJson_HasItsHealth()
    {
        using CliProcess worker = await _queue.WorkAsync("--name", "video@here");
        using JsonDocument report = JsonDocument.Parse((await _queue.RunAsync("doctor", "--worker", "video@here", "--timeout", "60s", "--json")).Output);

        JsonElement told = Assert.Single(report.RootElement.GetProperty("workers").EnumerateArray());
        Assert.Equal(("video@here", true), (told.GetProperty("name").GetString(), told.GetProperty("healthy").GetBoolean()));
    }
}
