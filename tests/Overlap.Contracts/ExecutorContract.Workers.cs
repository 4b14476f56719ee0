using Overlap.Executors;
using Overlap.Timelines;

namespace Overlap.Contracts;

public abstract partial class ExecutorContract
{
    [Fact]
    public async Task WorkerState_ManyCalls_IsMadeOncePerWorkerAndDisposedWithIt()
    {
        ContractStage stage = OpenStage();
        IExecutor executor = Create(new ExecutorSetup { MaxWorkers = 3, WorkerState = () => new Probe(stage) });
        List<ProbeUse> uses = await executor.MapAsync(Enumerable.Range(0, 300), static async _ =>
        {
            Probe probe = Worker.State<Probe>();
            int users = probe.Enter();
            await Task.Yield();
            bool isSame = ReferenceEquals(probe, Worker.State<Probe>());
            probe.Leave();
            return new ProbeUse(probe.Id, users, isSame);
        }).ToListAsync();
        Assert.All(uses, static use => Assert.Equal((1, true), (use.Users, use.IsSame)));
        IReadOnlyList<string> made = stage.Notes("made");
        Assert.Subset(new HashSet<string>(made), new HashSet<string>(uses.Select(static use => use.Id)));
        Assert.InRange(executor.GetStatistics().Workers, made.Count, executor.MaxWorkers);
        Assert.NotEmpty(made);
        Assert.Empty(stage.Notes("disposed"));
        await executor.DisposeAsync();
        Assert.Equal(made.Order(StringComparer.Ordinal), stage.Notes("disposed").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task WorkerState_MakingFails_FailsThatCallOnly()
    {
        ContractStage stage = OpenStage();
        await using IExecutor executor = Create(new ExecutorSetup
        {
            MaxWorkers = 1,
            WorkerState = () =>
            {
                stage.Add("attempts");
                return stage.Count("attempts") == 1 ? throw new InvalidOperationException("no state") : new Probe(stage);
            },
        });
        WorkerStateException thrown = await Assert.ThrowsAsync<WorkerStateException>(() => executor.SubmitAsync(static () => 1));
        Assert.Equal("no state", Assert.IsType<InvalidOperationException>(thrown.InnerException).Message);
        Assert.Equal(2, await executor.SubmitAsync(static () => 2));
        Assert.Equal(2, stage.Count("attempts"));
    }

    [Fact]
    public async Task State_OutsideACall_Throws()
    {
        ContractStage stage = OpenStage();
        await using IExecutor executor = Create(new ExecutorSetup { WorkerState = () => new Probe(stage) });
        await executor.SubmitAsync(static () => 1);
        Assert.Throws<InvalidOperationException>(Worker.State<Probe>);
    }

    [Fact]
    public async Task State_AnotherType_ThrowsWithBothNames()
    {
        ContractStage stage = OpenStage();
        await using IExecutor executor = Create(new ExecutorSetup { WorkerState = () => new Probe(stage) });
        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(
            () => executor.SubmitAsync(static () => Worker.State<string>()));
        Assert.Contains("Probe", thrown.Message, StringComparison.Ordinal);
        Assert.Contains("String", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Recorder_CallsOfEveryEnd_AreTakenDownOnce()
    {
        using TimelineRecorder recorder = new();
        await using IExecutor executor = Create(new ExecutorSetup { MaxWorkers = 2, Recorder = recorder });
        await executor.AsCompletedAsync(Enumerable.Range(0, 60), static x => (x % 3) switch
        {
            0 => x,
            1 => throw new InvalidOperationException(),
            _ => throw new OperationCanceledException(),
        }).ToListAsync();
        await executor.DisposeAsync();

        Timeline timeline = recorder.ToTimeline("contract", "model", 2);
        Span[] spans = [.. timeline.Lanes.SelectMany(static lane => lane.Spans)];
        Assert.Equal(Enumerable.Range(0, 60).Select(static x => (long)x), spans.Select(static span => span.Item).Order());
        Assert.Equal(
            (20, 20, 20),
            (Count(SpanStatus.Succeeded), Count(SpanStatus.Failed), Count(SpanStatus.Canceled)));
        Assert.All(spans, static span => Assert.True(span.Queued <= span.Started && span.Started <= span.Finished));
        Assert.All(timeline.Lanes, static lane => Assert.All(
            lane.Spans.Zip(lane.Spans.Skip(1)), static pair => Assert.True(pair.First.Finished <= pair.Second.Started)));

        int Count(SpanStatus status) => spans.Count(span => span.Status == status);
    }

    [Fact]
    public async Task Recorder_CallThatComputes_IsSeenWorking()
    {
        using TimelineRecorder recorder = new();
        await using IExecutor executor = Create(new ExecutorSetup { MaxWorkers = 1, Recorder = recorder });
        TimeSpan cpu = await executor.SubmitAsync(static () =>
        {
            // At least 30 ms of this process's processor time, however long the machine takes to give them.
            TimeSpan start = Environment.CpuUsage.TotalTime;
            long sum = 0;
            while (Environment.CpuUsage.TotalTime - start < TimeSpan.FromMilliseconds(30))
            {
                sum++;
            }

            return Environment.CpuUsage.TotalTime - start;
        });
        await executor.DisposeAsync();
        Span span = Assert.Single(recorder.ToTimeline("contract", "model", 1).Lanes.SelectMany(static lane => lane.Spans));
        Assert.True(span.Working > TimeSpan.Zero, $"{span.Working} of {cpu} was seen");
        Assert.True(span.Working <= span.Duration);
    }

    [Fact]
    public async Task Recorder_CallThatWaits_IsSeenWaiting()
    {
        using TimelineRecorder recorder = new();
        await using IExecutor executor = Create(new ExecutorSetup { MaxWorkers = 1, Recorder = recorder });
        await executor.SubmitAsync(static () => Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System));
        await executor.DisposeAsync();
        Span span = Assert.Single(recorder.ToTimeline("contract", "model", 1).Lanes.SelectMany(static lane => lane.Spans));
        Assert.True(span.Working < span.Duration / 2, $"{span.Working} of {span.Duration} was taken for work");
    }

    /// <summary>What a call saw of its worker's state.</summary>
    private sealed record ProbeUse(string Id, int Users, bool IsSame);

    private sealed class Probe : IDisposable
    {
        private readonly ContractStage _stage;
        private int _users;

        public Probe(ContractStage stage)
        {
            _stage = stage;
            _stage.Add("made", Id);
        }

        public string Id { get; } = Guid.NewGuid().ToString("N");

        public int Enter() => Interlocked.Increment(ref _users);

        public void Leave() => Interlocked.Decrement(ref _users);

        public void Dispose() => _stage.Add("disposed", Id);
    }
}
