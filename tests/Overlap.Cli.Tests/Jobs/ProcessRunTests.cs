using Overlap.Advice.Probing;
using Overlap.Cli.Jobs;
using Overlap.Cli.Jobs.Fib;
using Overlap.Cli.Jobs.Pages;
using Overlap.Executors;

namespace Overlap.Cli.Tests.Jobs;

/// <summary>Runs whose items are done in worker processes.</summary>
public sealed class ProcessRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RunAsync_Pages_EveryPageArrives()
    {
        (RunReport report, List<ItemEnd> ends) = await RunAsync(
            new PagesJob(new PagesOptions { Count = 12, Delay = TimeSpan.Zero }, TimeProvider.System), static settings => settings with { Workers = 2 });

        Assert.Equal((12, 0, false, 2), (report.Succeeded, report.Failed, report.Partial, report.Workers));
        Assert.Equal([10_966L, 276L], ends.Select(static end => end.Result.Fields.Single(static field => field.Name == "bytes").ToObject()).Distinct().OrderDescending());
        Assert.All(ends, static end => Assert.Equal((end.Key, true), (end.Result.Item, end.Duration > TimeSpan.Zero)));
    }

    [Fact]
    public async Task RunAsync_Fib_KeepsTheOrderAndTheValues()
    {
        (RunReport report, List<ItemEnd> ends) = await RunAsync(
            new FibJob(new FibOptions { Argument = 20, Times = 30 }), static settings => settings with { Workers = 2, KeepOrder = true });

        Assert.Equal(30, report.Succeeded);
        Assert.Equal(Enumerable.Range(1, 30).Select(static n => (long)n), ends.Select(static end => end.Sequence));
        Assert.All(ends, static end => Assert.Equal(6_765L, end.Result.Fields.Single().ToObject()));
    }

    [Fact]
    public async Task RunAsync_Slice_WorkersAreThereBeforeItsClockStarts()
    {
        using Overlap.Timelines.TimelineRecorder recorder = new();
        int lanes = -1;
        FirstAsk clock = new(() => lanes = recorder.ToTimeline("fib", "processes", 2).Lanes.Length);
        ProbeStop stop = new(new ProbeOrder(ExecutionModel.Processes, 2, TimeSpan.FromMinutes(1)) { MostItems = 5 }, clock);

        (RunReport report, _) = await RunAsync(
            new FibJob(new FibOptions { Argument = 10, Times = 30 }),
            settings => settings with { Workers = 2, Recorder = recorder, Slice = new ItemSlice(0, stop) });

        Assert.Equal((2, 5L), (lanes, report.Succeeded));
    }

    [Fact]
    public async Task RunAsync_ItemFails_IsRetriedThereAndCounted()
    {
        (RunReport report, List<ItemEnd> ends) = await RunAsync(
            new CrashingJob(_folder.PathOf(""), "fail"), static settings => settings with { Attempts = new AttemptPolicy { Retries = 2 } });

        Assert.Equal((3, 0, 1), (report.Succeeded, report.Failed, report.Retried));
        Assert.Equal(2, ends.Single(static end => end.Result.Item == "item 2").Result.Attempts);
    }

    [Fact]
    public async Task RunAsync_WhileRecording_FailedItemsAreFailedSpansInLanesOfProcesses()
    {
        using Overlap.Timelines.TimelineRecorder recorder = new();

        (RunReport report, List<ItemEnd> ends) = await RunAsync(
            new CrashingJob(_folder.PathOf(""), "fail"), settings => settings with { Recorder = recorder });

        Assert.Equal((2, 1), (report.Succeeded, report.Failed));
        Assert.Equal("as planned", ends.Single(static end => end.Result.Status == ItemStatus.Failed).Result.Message);
        Assert.Equal((3, 1), (report.Timeline!.Summarize().Items, report.Timeline.Summarize().Failed));
    }

    [Fact]
    public async Task RunAsync_RunFailsInAWorker_EndsWithItsCodeAndMessage()
    {
        RunException failure = await Assert.ThrowsAsync<RunException>(() => RunAsync(new CrashingJob(_folder.PathOf(""), "run"), static settings => settings));

        Assert.Equal((ExitCode.Environment, "the disk is full"), (failure.ExitCode, failure.Message));
    }

    [Fact]
    public async Task RunAsync_WorkerCrashes_OnlyItsItemFailsAndSaysHow()
    {
        (RunReport report, List<ItemEnd> ends) = await RunAsync(new CrashingJob(_folder.PathOf(""), "crash"), static settings => settings);

        Assert.Equal((2, 1, false), (report.Succeeded, report.Failed, report.Partial));
        ItemResult failed = ends.Single(static end => end.Result.Status == ItemStatus.Failed).Result;
        Assert.Equal(("item 2", "worker-died", 1), (failed.Item, failed.ErrorKind, failed.Attempts));
        Assert.Contains("code 7", failed.Message);
    }

    [Fact]
    public async Task RunAsync_ItemHearsOfNoToken_ItsWorkerIsEndedAtTheDeadlineAndTheOthersAreDone()
    {
        (RunReport report, List<ItemEnd> ends) = await RunAsync(new CrashingJob(_folder.PathOf(""), "stuck"), static settings => settings);

        Assert.Equal((2, 1, false), (report.Succeeded, report.Failed, report.Partial));
        ItemResult failed = ends.Single(static end => end.Result.Status == ItemStatus.Failed).Result;
        Assert.Equal(("item 2", "timeout", "took longer than 4 s; its worker process was ended"), (failed.Item, failed.ErrorKind, failed.Message));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_WorkerCrashesWithRetries_DoesTheItemAgain(bool keepOrder)
    {
        (RunReport report, List<ItemEnd> ends) = await RunAsync(
            new CrashingJob(_folder.PathOf(""), "crash"),
            settings => settings with { KeepOrder = keepOrder, Attempts = new AttemptPolicy { Retries = 1 } });

        Assert.Equal((3, 0, 1), (report.Succeeded, report.Failed, report.Retried));
        Assert.Equal(2, ends.Single(static end => end.Result.Item == "item 2").Result.Attempts);
    }

    [Fact]
    public async Task RunAsync_WorkerCannotBeMadeReady_EndsTheRun()
    {
        RunException failure = await Assert.ThrowsAsync<RunException>(
            () => RunAsync(new CrashingJob(_folder.PathOf(""), "state", count: 500), static settings => settings));

        Assert.Equal((ExitCode.Environment, "no state"), (failure.ExitCode, failure.Message));
    }

    [Fact]
    public async Task RunAsync_StopWhileAnItemRuns_ItIsNotDone()
    {
        using RunControl control = new(TimeProvider.System);
        CrashingJob job = new(_folder.PathOf(""), "hang");
        using FileSystemWatcher watcher = new(_folder.PathOf(""));
        watcher.Created += (_, _) => control.Stop(StopReason.Interrupted);
        watcher.EnableRaisingEvents = true;

        (RunReport report, List<ItemEnd> ends) = await RunAsync(job, static settings => settings with { Workers = 1 }, control);

        Assert.Equal((ExitCode.Interrupted, true), (report.ExitCode, report.Partial));
        Assert.Equal(["item 1"], ends.Select(static end => end.Result.Item));
    }

    private static async Task<(RunReport Report, List<ItemEnd> Ends)> RunAsync<T>(
        Job<T> job, Func<RunSettings, RunSettings> change, RunControl? control = null)
    {
        using RunControl own = new(TimeProvider.System);
        Collector collector = new();
        RunSettings settings = change(new RunSettings { Model = ExecutionModel.Processes });
        RunReport report = await JobPlan.Of(_ => job).RunAsync(RunPlace.AsAsked, keep: true, settings, control ?? own, [collector]);
        return (report, collector.Ends);
    }

    private sealed class Collector : IItemListener
    {
        public List<ItemEnd> Ends { get; } = [];

        public void OnEnded(in ItemEnd end) => Ends.Add(end);
    }

    /// <summary>A few items; something happens to the second one, the first time that it is done.</summary>
    private sealed class CrashingJob(string folder, string what, int count = 3) : Job<int>
    {
        public override string Name => "crashing";

        public override int DefaultWorkers(ExecutionModel model) => 2;

        public override TimeSpan? CallDeadline(AttemptPolicy attempts) => what == "stuck" ? TimeSpan.FromSeconds(4) : null;

        public override Func<ItemWorker<int>> WorkerProcess(AttemptPolicy attempts, int workers)
        {
            (string where, string how) = (folder, what);
            return () => how == "state"
                ? throw new InvalidOperationException("no state")
                : new ItemWorker<int>(new CrashingJob(where, how), attempts);
        }

        public override IAsyncEnumerable<int> ReadItemsAsync(CancellationToken cancellationToken) => Enumerable.Range(1, count).ToAsyncEnumerable();

        public override string KeyOf(int item) => $"{item}";

        public override string LabelOf(int item) => $"item {item}";

        public override ItemResult Execute(int item, CancellationToken cancellationToken)
        {
            string mark = Path.Combine(folder, "happened");
            if (item == 2 && !File.Exists(mark))
            {
                File.WriteAllText(mark, "");
                switch (what)
                {
                    case "fail":
                        return new ItemResult { Item = LabelOf(item), Status = ItemStatus.Failed, Message = "as planned", ErrorKind = "planned" };
                    case "run":
                        throw new RunException(ExitCode.Environment, "the disk is full");
                    case "hang":
                        cancellationToken.WaitHandle.WaitOne();
                        cancellationToken.ThrowIfCancellationRequested();
                        break;
                    case "stuck":
                        CancellationToken.None.WaitHandle.WaitOne();
                        break;
                    default:
                        Environment.Exit(7);
                        break;
                }
            }

            return new ItemResult { Item = LabelOf(item), Status = ItemStatus.Succeeded };
        }

        public override ValueTask<ItemResult> ExecuteAsync(int item, CancellationToken cancellationToken) => new(Execute(item, cancellationToken));
    }

    /// <summary>A clock that says when it is asked for the first time.</summary>
    private sealed class FirstAsk(Action ask) : TimeProvider
    {
        private int _asked;

        public override long GetTimestamp()
        {
            if (Interlocked.Exchange(ref _asked, 1) == 0)
            {
                ask();
            }

            return base.GetTimestamp();
        }
    }
}
