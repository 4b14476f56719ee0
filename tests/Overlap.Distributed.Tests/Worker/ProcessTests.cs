using Microsoft.Extensions.Logging;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;

namespace Overlap.Distributed.Tests.Worker;

public sealed class ProcessTests
{
    [Fact]
    public async Task RunAsync_InProcesses_ResultComesBack()
    {
        await using WorkerBench bench = await StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.pid"));

        Assert.NotEqual((WireValue)Environment.ProcessId, document.Result);
        Assert.Equal(TaskState.Success, document.State);
    }

    [Fact]
    public async Task RunAsync_ProcessThrows_FailureKeepsTypeAndMessage()
    {
        await using WorkerBench bench = await StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.fail", "on purpose"));

        Assert.Equal("InvalidOperationException", document.Error!.Type);
        Assert.Equal("on purpose", document.Error.Message);
        Assert.Contains(nameof(MakeRegistry), document.Traceback!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_ProcessAsksForRetry_RunsAgain()
    {
        await using WorkerBench bench = await StartAsync();

        Assert.Equal((WireValue)2, (await bench.RunAsync(new Signature("tasks.flaky"))).Result);
    }

    [Fact]
    public async Task RunAsync_ProcessDies_CostsOnlyItsCall()
    {
        await using WorkerBench bench = await StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.die"));

        Assert.Equal("WorkerLostError", document.Error!.Type);
        Assert.Equal(TaskState.Success, (await bench.RunAsync(new Signature("tasks.pid"))).State);
    }

    [Fact]
    public async Task RunAsync_ProcessDiesEachTime_BecomesADeadLetter()
    {
        await using WorkerBench bench = await StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.die_again"));
        await bench.StopAsync();

        Assert.Equal("WorkerLostError", document.Error!.Type);
        Assert.Equal(2, bench.Host!.GetStatistics().Returned);
        Assert.Equal(MessageDefect.Poison, Assert.Single(await bench.Broker.DeadLetters.ListAsync(10)).Cause.Defect);
    }

    [Fact]
    public async Task RunAsync_HardLimitInProcess_IsKilled()
    {
        await using WorkerBench bench = await StartAsync();
        Signature signature = new("tasks.hang") { Options = new CallOptions { HardLimit = TimeSpan.FromMilliseconds(200) } };

        ResultDocument document = await bench.RunAsync(signature);

        Assert.Equal("TimeLimitExceeded", document.Error!.Type);
        Assert.Equal(TaskState.Success, (await bench.RunAsync(new Signature("tasks.pid"))).State);
    }

    [Fact]
    public async Task ReportProgressAsync_InProcess_IsStored()
    {
        await using WorkerBench bench = await StartAsync();
        DirectoryInfo folder = Directory.CreateTempSubdirectory("overlap-progress-");

        // It stays half-way until it has been seen there: nobody promises that one who looks late is told of what was before.
        string seen = Path.Combine(folder.FullName, "seen");
        string id = (await bench.Client.SendAsync(new Signature("tasks.progress", seen))).Id;

        ResultDocument progress = await bench.StateOfAsync(id, TaskState.Custom);
        await File.WriteAllTextAsync(seen, "");

        Assert.Equal((WireValue)50, progress.Result);
        Assert.Equal(TaskState.Success, (await bench.EndOfAsync(id)).State);
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task RunAsync_ProcessRejects_BecomesADeadLetter()
    {
        await using WorkerBench bench = await StartAsync();

        Assert.Equal(["not mine", false], (await bench.RunAsync(new Signature("tasks.refuse"))).Error!.Arguments);
        await bench.StopAsync();
        Assert.Equal(MessageDefect.Rejected, Assert.Single(await bench.Broker.DeadLetters.ListAsync(10)).Cause.Defect);
    }

    [Fact]
    public async Task RunAsync_ProcessIgnores_NothingIsStored()
    {
        await using WorkerBench bench = await StartAsync();
        string id = (await bench.Client.SendAsync(new Signature("tasks.quiet"))).Id;
        await bench.RunAsync(new Signature("tasks.pid"));
        await bench.StopAsync();

        Assert.Null(await bench.Backend.ReadAsync(id));
        Assert.Equal(1, bench.Host!.GetStatistics().Ignored);
    }

    [Fact]
    public async Task RunAsync_LimitsAllowMoreThanUsual_ProcessReadsItToo()
    {
        await using WorkerBench bench = await StartAsync(new WorkerOptions { Limits = new ProtocolLimits { Depth = 200 } });
        WireValue deep = Enumerable.Range(0, 100).Aggregate((WireValue)7, static (inner, _) => System.Collections.Immutable.ImmutableArray.Create(inner));

        Assert.Equal((WireValue)"Array", (await bench.RunAsync(new Signature("tasks.kind", deep))).Result);
    }

    [Fact]
    public async Task RunAsync_ProcessLogs_IsInTheWorkersLog()
    {
        LogBook book = new(LogLevel.Information);
        await using WorkerBench bench = await StartAsync(new WorkerOptions { LoggerFactory = book });

        await bench.RunAsync(new Signature("tasks.log"));

        LogBook.Entry[] entries = [.. book.Entries.Where(static entry => entry.Category == "tasks.log")];
        Assert.Equal(["kept", "with its cause"], entries.Select(static entry => entry.Text));
        Assert.Equal([(LogLevel.Information, 0), (LogLevel.Error, 7)], entries.Select(static entry => (entry.Level, entry.Number)));
        Assert.Equal("cause", entries[1].Exception!.Message);
        Assert.Contains(nameof(LogAll), entries[1].Exception!.ToString(), StringComparison.Ordinal);
    }

    private static void LogAll(ILogger logger)
    {
        logger.Log(LogLevel.Debug, "the worker's log does not keep that");
        logger.Log(LogLevel.Information, "kept");
        try
        {
            throw new InvalidOperationException("cause");
        }
        catch (InvalidOperationException cause)
        {
            logger.Log(LogLevel.Error, new EventId(7), cause, "with its cause");
        }
    }

    private static async Task<WorkerBench> StartAsync(WorkerOptions? options = null)
    {
        WorkerBench bench = new((options ?? new WorkerOptions()) with { Concurrency = 1, ProcessTasks = MakeRegistry });
        foreach (TaskDefinition definition in MakeRegistry().Definitions)
        {
            bench.Registry.Add(definition);
        }

        await bench.StartAsync();
        return bench;
    }

    private static TaskRegistry MakeRegistry() => new TaskRegistry()
        .Add("tasks.log", (TaskContext context) => LogAll(context.Logger))
        .Add("tasks.pid", () => Environment.ProcessId)
        .Add("tasks.fail", int (string message) => throw new InvalidOperationException(message))
        .Add("tasks.flaky", (TaskContext context) => context.Retries < 1 ? throw context.Retry(TimeSpan.Zero) : context.Attempt)
        .Add("tasks.refuse", int (TaskContext context) => throw context.Reject("not mine"))
        .Add("tasks.quiet", int (TaskContext context) => throw context.Ignore())
        .Add("tasks.kind", (WireValue value) => value.Kind.ToString())
        .Add("tasks.die", () => Environment.Exit(3))
        .Add("tasks.die_again", () => Environment.Exit(3), new TaskOptions { ReturnsWhenWorkerLost = true })
        .Add("tasks.hang", () => Thread.Sleep(Timeout.Infinite))
        .Add("tasks.progress", async (string seen, TaskContext context) =>
        {
            await context.ReportProgressAsync(50);
            while (!File.Exists(seen))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1));
            }
        });
}
