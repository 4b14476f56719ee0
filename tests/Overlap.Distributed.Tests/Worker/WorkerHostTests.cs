using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Overlap.Distributed.Brokers;
using Overlap.Distributed.Client;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;
using Overlap.Executors;
using Overlap.Processes;
using Overlap.Testing;

namespace Overlap.Distributed.Tests.Worker;

public sealed class WorkerHostTests
{
    [Fact]
    public async Task SendAsync_WorkerRuns_ResultComesBack()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.add", (int a, int b) => a + b);
        await bench.StartAsync();

        TaskHandle<int> handle = await bench.Client.SendAsync<int>(new Signature("tasks.add", 2, 3));

        Assert.Equal(5, await handle.GetAsync().AsTask().WaitAsync(WorkerBench.Patience));
        Assert.Equal(SendOutcome.Confirmed, handle.Outcome);
    }

    [Fact]
    public async Task RunAsync_CallSucceeds_MessageIsAcknowledged()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.add", (int a, int b) => a + b);
        await bench.StartAsync();
        await bench.RunAsync(new Signature("tasks.add", 2, 3));

        await bench.StopAsync();

        Assert.Equal(0, await bench.Broker.CountAsync("celery"));
        Assert.Equal(1, bench.Host!.GetStatistics().Succeeded);
        Assert.Equal(0, bench.Host.GetStatistics().Held);
    }

    [Fact]
    public async Task RunAsync_ThreadsExecutor_RunsSynchronousFunctions()
    {
        await using ThreadPoolExecutor threads = new(2);
        await using WorkerBench bench = new(new WorkerOptions { Executor = threads });
        bench.Registry.Add("tasks.thread", () => Thread.CurrentThread.IsThreadPoolThread);
        await bench.StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.thread"));

        Assert.Equal((WireValue)false, document.Result);
    }

    [Fact]
    public async Task Constructor_ProcessPoolAsExecutor_IsRefused()
    {
        await using InMemoryBroker broker = new();
        await using ProcessPoolExecutor pool = new(1);

        Assert.Throws<ArgumentException>(() => new WorkerHost(broker, new TaskRegistry(), null, new WorkerOptions { Executor = pool }));
    }

    [Fact]
    public async Task RunAsync_CallEnds_DurationIsMeasuredWithItsOutcome()
    {
        List<string?> outcomes = [];
        using MeterListener listener = new();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "overlap.task.duration")
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            if (tags.ToArray().Any(static tag => tag is { Key: "celery.task_name", Value: "tasks.measured" }))
            {
                outcomes.Add((string?)tags.ToArray().Single(static tag => tag.Key == "overlap.task.outcome").Value);
            }
        });
        listener.Start();
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.measured", () => 1);
        await bench.StartAsync();
        await bench.RunAsync(new Signature("tasks.measured"));

        await bench.StopAsync();

        Assert.Equal(["succeeded"], outcomes);
    }

    [Fact]
    public void Shown_TextWithLinesOfItsOwn_IsOnOneLineAndCut()
    {
        Assert.Equal("a\\x0ab\\x1b[31m", TaskRunner.Shown("a\nb\u001b[31m"));
        Assert.Equal(1_024, TaskRunner.Shown(new string('x', 5_000)).Length);
    }

    [Theory]
    [InlineData("too many", "tasks.add() takes 2 positional arguments but 3 were given")]
    [InlineData("too few", "tasks.add() missing 1 required positional argument: 'b'")]
    [InlineData("unknown", "tasks.add() got an unexpected keyword argument 'c'")]
    [InlineData("twice", "tasks.add() got multiple values for argument 'a'")]
    [InlineData("type", "tasks.add() argument 'b': str 'x' is no int")]
    public async Task RunAsync_ArgumentsDoNotFit_FailsAsPythonDoes(string defect, string text)
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.add", (int a, int b) => a + b);
        await bench.StartAsync();
        Signature signature = defect switch
        {
            "too many" => new Signature("tasks.add", 1, 2, 3),
            "too few" => new Signature("tasks.add", 1),
            "unknown" => new Signature("tasks.add", 1, 2) { Kwargs = new WireMap([new("c", 1)]) },
            "twice" => new Signature("tasks.add", 1, 2) { Kwargs = new WireMap([new("a", 1)]) },
            _ => new Signature("tasks.add", 1, "x"),
        };

        ResultDocument document = await bench.RunAsync(signature);

        Assert.Equal(TaskState.Failure, document.State);
        Assert.Equal("TypeError", document.Error!.Type);
        Assert.Equal("builtins", document.Error.Module);
        Assert.Equal(text, document.Error.Message);
    }

    [Fact]
    public async Task RunAsync_CallThrows_FailureNamesTypeMessageAndPlace()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.fail", Fail);
        await bench.StartAsync();

        TaskHandle<int> handle = await bench.Client.SendAsync<int>(new Signature("tasks.fail"));
        RemoteTaskException exception = await Assert.ThrowsAsync<RemoteTaskException>(async () => await handle.GetAsync());

        Assert.Equal("InvalidOperationException", exception.Error.Type);
        Assert.Equal("failed on purpose", exception.Error.Message);
        Assert.Contains(nameof(Fail), exception.RemoteTraceback!, StringComparison.Ordinal);
        Assert.Equal(handle.Id, exception.TaskId);

        static int Fail(string message = "failed on purpose") => throw new InvalidOperationException(message);
    }

    [Fact]
    public async Task RunAsync_UnknownTask_CallerHearsAndMessageIsKept()
    {
        await using WorkerBench bench = new();
        await bench.StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.nobody_knows"));
        await bench.StopAsync();

        Assert.Equal("NotRegistered", document.Error!.Type);
        DeadLetterRecord letter = Assert.Single(await bench.Broker.DeadLetters.ListAsync(10));
        Assert.Equal(MessageDefect.UnknownTask, letter.Cause.Defect);
    }

    [Fact]
    public async Task RunAsync_UndecodableMessage_IsKeptAndOthersRun()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.add", (int a, int b) => a + b);
        bench.Broker.PublishRaw("celery", "no json"u8.ToArray());
        await bench.StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.add", 2, 3));
        await bench.StopAsync();

        Assert.Equal(TaskState.Success, document.State);
        Assert.Equal(1, await bench.Broker.DeadLetters.CountAsync());
    }

    [Fact]
    public async Task RunAsync_EtaBeyondTheLimit_IsADeadLetter()
    {
        await using WorkerBench bench = new(new WorkerOptions { Limits = new ProtocolLimits { Eta = TimeSpan.FromDays(7) } });
        bench.Registry.Add("tasks.add", (int a, int b) => a + b);
        await bench.StartAsync();
        await bench.Client.SendAsync(new Signature("tasks.add", 2, 3) { Options = new CallOptions { Countdown = TimeSpan.FromDays(8) } });
        await bench.RunAsync(new Signature("tasks.add", 2, 3));
        await bench.StopAsync();

        Assert.Equal(MessageDefect.InvalidDate, Assert.Single(await bench.Broker.DeadLetters.ListAsync(10)).Cause.Defect);
    }

    [Fact]
    public async Task RunAsync_ExpiredBeforeItCame_IsRevoked()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.never", () => Assert.Fail("It ran."));
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.never") { Options = new CallOptions { ExpiresAfter = TimeSpan.FromSeconds(5) } });
        bench.Clock.Advance(TimeSpan.FromSeconds(6));
        await bench.StartAsync();

        ResultDocument document = await bench.EndOfAsync(handle);

        Assert.Equal(TaskState.Revoked, document.State);
        Assert.Equal("expired", document.Error!.Message);
    }

    [Fact]
    public async Task RunAsync_CountdownWithinHorizon_WaitsHereForItsTime()
    {
        await using WorkerBench bench = new();
        TestSignal ran = new("ran");
        bench.Registry.Add("tasks.later", ran.Signal);
        bench.Registry.Add("tasks.now", () => 1);
        await bench.StartAsync();
        TaskHandle later = await bench.Client.SendAsync(new Signature("tasks.later") { Options = new CallOptions { Countdown = TimeSpan.FromSeconds(5) } });
        await bench.RunAsync(new Signature("tasks.now"));
        Assert.Equal(0, ran.Count);
        Assert.Equal(1, bench.Host!.GetStatistics().Waiting);

        bench.Clock.Advance(TimeSpan.FromSeconds(5));
        await bench.EndOfAsync(later);

        Assert.Equal(1, ran.Count);
        Assert.Equal(0, bench.Host.GetStatistics().Deferred);
    }

    [Fact]
    public async Task RunAsync_CountdownBeyondHorizon_IsPutAsideAtTheBroker()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.later", () => 1);
        bench.Registry.Add("tasks.now", () => 1);
        await bench.StartAsync();
        TaskHandle later = await bench.Client.SendAsync(new Signature("tasks.later") { Options = new CallOptions { Countdown = TimeSpan.FromHours(1) } });
        await bench.RunAsync(new Signature("tasks.now"));
        Assert.Equal(1, bench.Host!.GetStatistics().Deferred);
        Assert.Equal(0, bench.Host.GetStatistics().Waiting);

        bench.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal(TaskState.Success, (await bench.EndOfAsync(later)).State);
    }

    [Fact]
    public async Task RunAsync_SoftLimitPasses_TokenIsCancelledAndCallFails()
    {
        await using WorkerBench bench = new();
        TestSignal started = new("started");
        bench.Registry.Add(
            "tasks.long",
            async (CancellationToken token) =>
            {
                started.Signal();
                await Task.Delay(Timeout.Infinite, token);
            },
            new TaskOptions { SoftLimit = TimeSpan.FromSeconds(3) });
        await bench.StartAsync();
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.long"));
        await started.WaitAsync();

        bench.Clock.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal("SoftTimeLimitExceeded", (await bench.EndOfAsync(handle)).Error!.Type);
    }

    [Fact]
    public async Task RunAsync_HardLimitPasses_CallFailsThoughItDoesNotEnd()
    {
        await using WorkerBench bench = new();
        TestSignal started = new("started");
        TaskCompletionSource never = new();
        bench.Registry.Add("tasks.deaf", () =>
        {
            started.Signal();
            return never.Task;
        });
        await bench.StartAsync();
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.deaf") { Options = new CallOptions { HardLimit = TimeSpan.FromSeconds(3) } });
        await started.WaitAsync();

        bench.Clock.Advance(TimeSpan.FromSeconds(3));

        RemoteError error = (await bench.EndOfAsync(handle)).Error!;
        Assert.Equal("TimeLimitExceeded", error.Type);
        Assert.Equal((WireValue)3.0, error.Arguments[0]);
        never.SetResult();
    }

    [Fact]
    public async Task RunAsync_RateLimit_StartsAreSpread()
    {
        await using WorkerBench bench = new();
        TestSignal ran = new("ran");
        bench.Registry.Add("tasks.slow", ran.Signal, new TaskOptions { RateLimit = RateLimit.Parse("1/s") });
        await bench.StartAsync();
        IReadOnlyList<TaskHandle> handles = await bench.Client.SendManyAsync(Enumerable.Repeat(new Signature("tasks.slow"), 3));

        await bench.EndOfAsync(handles[0]);
        Assert.Equal(1, ran.Count);

        // The others must have been looked at before the clock moves: a wait that begins while it moves is measured from the time before.
        await bench.AdvanceUntilAsync(TimeSpan.Zero, () => bench.Host!.GetStatistics().Waiting == 2);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.EndOfAsync(handles[1]);
        Assert.Equal(2, ran.Count);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        await bench.EndOfAsync(handles[2]);

        Assert.Equal(3, ran.Count);
    }

    [Fact]
    public async Task RunAsync_AcknowledgesEarly_MessageIsGoneWhileItRuns()
    {
        await using WorkerBench bench = new();
        TestSignal started = new("started");
        TaskCompletionSource end = new();
        bench.Registry.Add(
            "tasks.early",
            async () =>
            {
                started.Signal();
                await end.Task;
            },
            new TaskOptions { AcknowledgesEarly = true });
        await bench.StartAsync();
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.early"));
        await started.WaitAsync();

        bench.Clock.Advance(TimeSpan.FromHours(1));
        end.SetResult();

        Assert.Equal(TaskState.Success, (await bench.EndOfAsync(handle)).State);
    }

    [Fact]
    public async Task RunAsync_IgnoresResult_NothingIsStored()
    {
        await using WorkerBench bench = new();
        TestSignal ran = new("ran");
        bench.Registry.Add("tasks.quiet", ran.Signal, new TaskOptions { IgnoresResult = true });
        await bench.StartAsync();
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.quiet"));
        await ran.WaitAsync();

        await bench.StopAsync();

        Assert.Null(await handle.ReadAsync());
    }

    [Fact]
    public async Task RunAsync_TracksStart_StartedIsStored()
    {
        await using WorkerBench bench = new();
        TaskCompletionSource end = new();
        bench.Registry.Add("tasks.tracked", () => end.Task, new TaskOptions { TracksStart = true });
        await bench.StartAsync();
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.tracked"));

        ResultDocument started = await bench.StateOfAsync(handle.Id, TaskState.Started);
        end.SetResult();

        Assert.Equal((WireValue)"worker@bench", started.Result.AsMap()["hostname"]);
        Assert.Equal(TaskState.Success, (await bench.EndOfAsync(handle)).State);
    }

    [Fact]
    public async Task ReportProgressAsync_WhileItRuns_WaiterSeesIt()
    {
        await using WorkerBench bench = new();
        TaskCompletionSource end = new();
        bench.Registry.Add("tasks.progress", async (TaskContext context) =>
        {
            await context.ReportProgressAsync(new { Done = 3, Total = 10 });
            await end.Task;
        });
        await bench.StartAsync();
        TaskHandle handle = await bench.Client.SendAsync(new Signature("tasks.progress"));

        ResultDocument progress = await bench.StateOfAsync(handle.Id, TaskState.Custom);
        end.SetResult();

        Assert.Equal("PROGRESS", progress.StateName);
        Assert.Equal((WireValue)3, progress.Result.AsMap()["done"]);
    }

    [Fact]
    public async Task RunAsync_ResultHasNoForm_FailureSaysSo()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.loop", () => new Loop());
        await bench.StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.loop"));

        Assert.Equal("WireConversionException", document.Error!.Type);
    }

    [Fact]
    public async Task SendAsync_FromWithinATask_NamesParentAndRoot()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.family", (TaskContext context) => ImmutableArray.Create<WireValue>(context.Message.RootId, context.Message.ParentId));
        bench.Registry.Add("tasks.parent", async () => (await bench.Client.SendAsync(new Signature("tasks.family"))).Id);
        await bench.StartAsync();
        TaskHandle<string> parent = await bench.Client.SendAsync<string>(new Signature("tasks.parent"));

        ResultDocument child = await bench.EndOfAsync(await parent.GetAsync().AsTask().WaitAsync(WorkerBench.Patience));

        Assert.Equal(ImmutableArray.Create<WireValue>(parent.Id, parent.Id), child.Result.AsArray());
        Assert.Equal(parent.Id, child.ParentId);
    }

    private sealed class Loop
    {
        public Loop Self => this;
    }
}
