using System.Text.Json;
using Overlap.Cli.Tests.Commands;

namespace Overlap.Cli.Tests.Queues;

/// <summary>The tasks of an app, in a process with the app's own dependencies; the app carries no broker, so that comes from the command line.</summary>
public sealed class WorkerCommandTests : IDisposable
{
    private readonly QueueFolder _queue = new();

    public void Dispose() => _queue.Dispose();

    [Theory]
    [InlineData("threads")]
    [InlineData("async")]
    [InlineData("processes")]
    public async Task Worker_AnyPool_RunsCalls(string pool)
    {
        using CliProcess worker = await _queue.WorkAsync("--pool", pool);

        Assert.Equal((0, "5\n", ""), await _queue.RunAsync("call", "tasks.add", "--args", "[2, 3]", "--wait"));
    }

    [Fact]
    public async Task Worker_Project_RunsWhatWasBuilt()
    {
        string project = Path.Combine(Path.GetDirectoryName(QueueFolder.App)!, "../../../../samples/VideoQueue");
        using CliProcess worker = CliProcess.Start("worker", "--project", project, "--broker", _queue.Url);

        Assert.Equal((0, "5\n", ""), await _queue.RunAsync("call", "tasks.add", "--args", "[2, 3]", "--wait"));
    }

    [Fact]
    public async Task Worker_OtherQueues_LeavesTheRest()
    {
        using CliProcess worker = CliProcess.Start("worker", "--app", QueueFolder.App, "--broker", _queue.Url, "--queues", "mail,video");
        await _queue.RunAsync("call", "tasks.add", "--args", "[1, 1]");

        Assert.Equal((0, "5\n", ""), await _queue.RunAsync("call", "tasks.add", "--args", "[2, 3]", "--wait", "--queue", "video"));
        Assert.Equal((0, "celery: 1 message deleted\n", ""), await _queue.RunAsync("purge", "--yes"));
    }

    [Fact]
    public async Task Worker_TaskFails_OneLineInItsLog()
    {
        using CliProcess worker = await _queue.WorkAsync();
        (int exitCode, string output, string error) = await _queue.RunAsync("call", "tasks.fail", "--id", "one", "--wait");

        Assert.Equal((1, "", "overlap: one failed: InvalidOperationException: failed on purpose\n"), (exitCode, output, error));
        string? line = await worker.ReadErrorLineAsync();
        Assert.StartsWith("overlap: error: Task tasks.fail one failed after ", line, StringComparison.Ordinal);
        Assert.EndsWith(": InvalidOperationException: failed on purpose", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_Json_LogsObjects()
    {
        using CliProcess worker = CliProcess.Start("worker", "--app", QueueFolder.App, "--broker", _queue.Url, "--json", "--quiet");
        await _queue.RunAsync("call", "tasks.fail", "--wait");

        using JsonDocument line = JsonDocument.Parse((await worker.ReadErrorLineAsync())!);
        Assert.Equal("error", line.RootElement.GetProperty("level").GetString());
        Assert.Equal(14003, line.RootElement.GetProperty("event").GetInt32());
    }

    [Theory]
    [InlineData(CliProcess.Interrupt, 130)]
    [InlineData(CliProcess.Terminate, 143)]
    public async Task Signal_Once_EndsWithItsCode(int signal, int expected)
    {
        using CliProcess worker = await _queue.WorkAsync();
        worker.Signal(signal);

        Assert.Equal((expected, "", "overlap: stopping: what runs may take 30 s; again to end at once\n"), await worker.EndAsync());
    }

    [Fact]
    public async Task Signal_WhileATaskRuns_LetsItEnd()
    {
        using CliProcess worker = await _queue.WorkAsync();
        await _queue.RunAsync("call", "tasks.sleep", "--args", "[1]", "--id", "long");

        // Calls begin in their order: when the second has ended in the other slot, the first runs.
        await _queue.RunAsync("call", "tasks.echo", "--args", "[1]", "--wait");
        worker.Signal(CliProcess.Terminate);
        await worker.EndAsync();

        Assert.Equal((0, "null\n", ""), await _queue.RunAsync("result", "long"));
    }

    [Fact]
    public async Task Signal_Twice_EndsAtOnce()
    {
        using CliProcess worker = await _queue.WorkAsync();
        await _queue.RunAsync("call", "tasks.sleep", "--args", "[3600]");

        await _queue.RunAsync("call", "tasks.echo", "--args", "[1]", "--wait");
        worker.Signal(CliProcess.Interrupt);
        Assert.StartsWith("overlap: stopping", await worker.ReadErrorLineAsync(), StringComparison.Ordinal);
        worker.Signal(CliProcess.Interrupt);

        Assert.Equal(130, (await worker.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Worker_StopTimeoutPasses_CallGoesBack()
    {
        using (CliProcess first = await _queue.WorkAsync("--stop-timeout", "10ms"))
        {
            await _queue.RunAsync("call", "tasks.sleep", "--args", "[3600]");
            await _queue.RunAsync("call", "tasks.echo", "--args", "[1]", "--wait");
            first.Signal(CliProcess.Terminate);
            await first.EndAsync();
        }

        Assert.Equal((0, "celery: 1 message deleted\n", ""), await _queue.RunAsync("purge", "--yes"));
    }

    [Theory]
    [InlineData("overlap: worker needs --app FILE or --project DIR\n", "worker")]
    [InlineData("overlap: worker takes --app or --project, not both\n", "worker", "--app", "x.dll", "--project", ".")]
    [InlineData("overlap: --pool: 'fibers' is not threads, async or processes\n", "worker", "--app", "x.dll", "--pool", "fibers")]
    [InlineData("overlap: --queues: 'a,,b' is not queue names separated by commas, such as celery,mail\n", "worker", "--app", "x.dll", "--queues", "a,,b")]
    [InlineData("overlap: --broker: 'redsi://' is not one of sqlite://, redis://, rediss://, unix://, redis+socket://, sentinel://\n", "worker", "--app", "x.dll", "--broker", "redsi://:secret@host")]
    [InlineData("overlap: --backend: 'amqp://' is not one of sqlite://, redis://, rediss://, unix://, redis+socket://, sentinel://\n", "worker", "--app", "x.dll", "--backend", "amqp://host")]
    public async Task Worker_WrongWords_OneLineAndUsageCode(string expected, params string[] arguments) =>
        Assert.Equal((2, "", expected), await InProcess.RunAsync(arguments));

    [Fact]
    public async Task Worker_NoSuchApp_SaysSo() =>
        Assert.Equal((5, "", "overlap: cannot read nowhere.dll: no such file\n"), await InProcess.RunAsync("worker", "--app", "nowhere.dll"));

    [Fact]
    public async Task Worker_AppWithoutTheLibrary_SaysSo()
    {
        string alone = _queue.PathOf("Alone.dll");
        File.Copy(QueueFolder.App, alone);

        (int exitCode, _, string error) = await InProcess.RunAsync("worker", "--app", alone);

        Assert.Equal(2, exitCode);
        Assert.StartsWith("overlap: Alone.dll has no Overlap.Distributed.dll beside it", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Worker_AppWithoutTasks_SaysSo()
    {
        string app = Path.Combine(Path.GetDirectoryName(QueueFolder.App)!, "Overlap.dll");

        (int exitCode, _, string error) = await CliProcess.RunAsync("worker", "--app", app, "--broker", _queue.Url);

        Assert.Equal((2, "overlap: Overlap has no methods with [TaskName], or was built without the generator that finds them\n"), (exitCode, error));
    }

    [Fact]
    public async Task Worker_BrokerFileIsNone_OneLineAndEnvironmentCode()
    {
        await File.WriteAllTextAsync(_queue.File, new string('x', 4096), TestContext.Current.CancellationToken);

        (int exitCode, _, string error) = await CliProcess.RunAsync("worker", "--app", QueueFolder.App, "--broker", _queue.Url);

        Assert.Equal((5, $"overlap: The queue file {_queue.File} is no SQLite file\n"), (exitCode, error));
    }
}
