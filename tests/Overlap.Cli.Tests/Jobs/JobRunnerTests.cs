using Overlap.Cli.Arguments;
using Overlap.Cli.Jobs;
using Overlap.Timelines;

namespace Overlap.Cli.Tests.Jobs;

public sealed class JobRunnerTests
{
    public static TheoryData<string> Models { get; } = ["inline", "threads", "async"];

    [Theory]
    [MemberData(nameof(Models))]
    public async Task RunAsync_SomeFail_CountsBoth(string model)
    {
        RunReport report = await RunAsync(10, model, static (item, _) => new(item % 5 == 0 ? PlannedJob.Fail(item) : PlannedJob.Succeed(item)));

        Assert.Equal((10, 8, 2, false, ExitCode.SomeFailed), (report.Items, report.Succeeded, report.Failed, report.Partial, report.ExitCode));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task RunAsync_WhileRecording_FailedItemsAreFailedSpans(string model)
    {
        using TimelineRecorder recorder = new();

        RunReport report = await RunAsync(
            6, model, static (item, _) => new(item <= 2 ? PlannedJob.Fail(item) : PlannedJob.Succeed(item)), settings => settings with { Recorder = recorder });

        Assert.Equal((2, 6, 2), (report.Failed, report.Timeline!.Summarize().Items, report.Timeline.Summarize().Failed));
    }

    [Fact]
    public async Task RunAsync_KeepOrder_HandsOnInTheOrderOfTheInput()
    {
        TaskCompletionSource firstMayEnd = new(TaskCreationOptions.RunContinuationsAsynchronously);
        List<string> order = [];

        await RunAsync(
            4,
            "async",
            async (item, _) =>
            {
                if (item == 1)
                {
                    await firstMayEnd.Task;
                }
                else if (item == 4)
                {
                    firstMayEnd.SetResult();
                }

                return PlannedJob.Succeed(item);
            },
            static settings => settings with { KeepOrder = true },
            new Listener((in end) => order.Add(end.Result.Item)));

        Assert.Equal(["1", "2", "3", "4"], order);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RunAsync_LongInput_PullsNoMoreThanTheWindowAhead(bool keepOrder)
    {
        const int Window = 64;
        PlannedJob job = new(100_000, static (item, _) => new(PlannedJob.Succeed(item)));
        int ended = 0;
        int furthest = 0;
        Listener listener = new((in _) => furthest = Math.Max(furthest, job.Pulled - ++ended));

        await RunAsync(job, "async", settings => settings with { KeepOrder = keepOrder }, listener);

        Assert.Equal(100_000, ended);
        Assert.InRange(furthest, 0, Window + 1);
    }

    [Fact]
    public async Task RunAsync_DoneBefore_LeavesThemOut()
    {
        List<string> done = [];

        RunReport report = await RunAsync(
            5,
            "inline",
            static (item, _) => new(PlannedJob.Succeed(item)),
            static settings => settings with { Done = new DoneItems("2", "4") },
            new Listener((in end) => done.Add($"{end.Sequence}")));

        Assert.Equal(["1", "3", "5"], done);
        Assert.Equal((3, 2, false), (report.Items, report.DoneBefore, report.Partial));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task RunAsync_HaltNow_StopsAndSaysSo(string model)
    {
        RunReport report = await RunAsync(
            1_000, model, static (item, _) => new(PlannedJob.Fail(item)), static settings => settings with { Halt = HaltPolicy.TryParse("now,fail=3")! });

        Assert.Equal((ExitCode.Halted, true), (report.ExitCode, report.Partial));
        Assert.InRange(report.Failed, 3, 200);
    }

    [Fact]
    public async Task RunAsync_StopWhileItemRuns_ItemIsNotDoneAndToldToNobody()
    {
        using RunControl control = new(TimeProvider.System);
        List<string> told = [];
        PlannedJob job = new(3, async (item, token) =>
        {
            if (item == 2)
            {
                control.Stop(StopReason.Interrupted);
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }

            return PlannedJob.Succeed(item);
        });

        RunReport report = await RunAsync(job, "inline", static settings => settings, new Listener((in end) => told.Add(end.Result.Item)), control);

        Assert.Equal(["1"], told);
        Assert.Equal((ExitCode.Interrupted, true, 1), (report.ExitCode, report.Partial, report.Items));
    }

    [Fact]
    public async Task RunAsync_DrainWhileItemRuns_ItemMayEnd()
    {
        using RunControl control = new(TimeProvider.System);
        PlannedJob job = new(3, (item, _) =>
        {
            control.Drain(StopReason.Interrupted);
            return new(PlannedJob.Succeed(item));
        });

        RunReport report = await RunAsync(job, "inline", static settings => settings, null, control);

        Assert.Equal((1, true), (report.Succeeded, report.Partial));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task RunAsync_ItemThrows_EndsTheRun(string model) =>
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => RunAsync(100, model, static (_, _) => throw new InvalidTimeZoneException()));

    [Theory]
    [MemberData(nameof(Models))]
    public async Task RunAsync_FailsTwiceWithRetries_SucceedsAtTheThirdAttempt(string model)
    {
        int attempts = 0;

        RunReport report = await RunAsync(
            1,
            model,
            (item, _) => new(Interlocked.Increment(ref attempts) < 3 ? PlannedJob.Fail(item) : PlannedJob.Succeed(item)),
            static settings => settings with { Attempts = new AttemptPolicy { Retries = 2 } });

        Assert.Equal((3, 1, 1, 0), (attempts, report.Succeeded, report.Retried, report.Failed));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public async Task RunAsync_AttemptTakesTooLong_FailsWithTheOptionsName(string model)
    {
        ItemResult? result = null;

        await RunAsync(
            1,
            model,
            static async (item, token) =>
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return PlannedJob.Succeed(item);
            },
            static settings => settings with { Attempts = new AttemptPolicy { Timeout = TimeSpan.FromMilliseconds(1) } },
            new Listener((in end) => result = end.Result));

        Assert.Equal((ItemStatus.Failed, "timeout", "took longer than 0.001 s (--timeout)"), (result!.Status, result.ErrorKind, result.Message));
    }

    private static Task<RunReport> RunAsync(
        int count,
        string model,
        Func<int, CancellationToken, ValueTask<ItemResult>> work,
        Func<RunSettings, RunSettings>? change = null,
        Listener? listener = null) => RunAsync(new PlannedJob(count, work), model, change ?? (static settings => settings), listener);

    private static async Task<RunReport> RunAsync(
        PlannedJob job, string model, Func<RunSettings, RunSettings> change, Listener? listener, RunControl? control = null)
    {
        using RunControl own = new(TimeProvider.System);
        RunSettings settings = change(new RunSettings { Model = ModelName.TryParse(model)!.Model });
        using JobRunner<int> runner = new(job, settings, control ?? own, listener is null ? [] : [listener]);
        return await runner.RunAsync();
    }

    private delegate void OnEnd(in ItemEnd end);

    private sealed class Listener(OnEnd onEnd) : IItemListener
    {
        public void OnEnded(in ItemEnd end) => onEnd(end);
    }

    private sealed class DoneItems(params string[] keys) : IDoneItems
    {
        public bool Contains(string job, string key) => keys.Contains(key);
    }
}
