using Overlap.Distributed.Backends;
using Overlap.Distributed.Protocol;
using Overlap.Distributed.Tasks;
using Overlap.Distributed.Worker;

namespace Overlap.Distributed.Tests.Worker;

public sealed class RetryTests
{
    [Fact]
    public async Task RunAsync_TaskAsksForRetry_RunsAgainUnderItsId()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.flaky", (int n, TaskContext context) => context.Retries < n ? throw context.Retry(TimeSpan.Zero) : context.Attempt);
        await bench.StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.flaky", 2));

        Assert.Equal((WireValue)3, document.Result);
    }

    [Fact]
    public async Task RunAsync_RetryWithDelay_StateIsRetryUntilItsTime()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.flaky", (TaskContext context) => context.Retries == 0
            ? throw context.Retry(TimeSpan.FromSeconds(5), new TimeoutException("no answer"))
            : context.Attempt);
        await bench.StartAsync();
        string id = (await bench.Client.SendAsync(new Signature("tasks.flaky"))).Id;

        ResultDocument retry = await bench.StateOfAsync(id, TaskState.Retry);
        DateTimeOffset before = bench.Clock.GetUtcNow();
        Task<ResultDocument> end = bench.EndOfAsync(id);
        await bench.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => end.IsCompleted);

        Assert.Equal("TimeoutException", retry.Error!.Type);
        Assert.Equal((WireValue)2, (await end).Result);
        Assert.True(bench.Clock.GetUtcNow() - before >= TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task RunAsync_RetriesRunOut_FailsWithTheCause()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add(
            "tasks.broken",
            int (TaskContext context) => throw context.Retry(TimeSpan.Zero, new TimeoutException("no answer")),
            new TaskOptions { MaxRetries = 2 });
        await bench.StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.broken"));
        await bench.StopAsync();

        Assert.Equal("TimeoutException", document.Error!.Type);
        Assert.Equal(2, bench.Host!.GetStatistics().Retried);
    }

    [Fact]
    public async Task RunAsync_RetriesRunOutWithoutCause_FailsWithMaxRetriesExceeded()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add("tasks.broken", int (TaskContext context) => throw context.Retry(TimeSpan.Zero, maxRetries: 1));
        await bench.StartAsync();

        ResultDocument document = await bench.RunAsync(new Signature("tasks.broken"));

        Assert.Equal("MaxRetriesExceededError", document.Error!.Type);
    }

    [Fact]
    public async Task RunAsync_RetriedException_RunsAgainByItself()
    {
        await using WorkerBench bench = new();
        int runs = 0;
        bench.Registry.Add(
            "tasks.flaky",
            () => Interlocked.Increment(ref runs) < 3 ? throw new HttpRequestException("503") : runs,
            new TaskOptions { RetriedExceptions = [typeof(IOException), typeof(HttpRequestException)], RetryDelay = TimeSpan.Zero });
        await bench.StartAsync();

        Assert.Equal((WireValue)3, (await bench.RunAsync(new Signature("tasks.flaky"))).Result);
    }

    [Fact]
    public async Task RunAsync_RetryOfEarlyAcknowledged_RunsAgain()
    {
        await using WorkerBench bench = new();
        bench.Registry.Add(
            "tasks.flaky",
            (TaskContext context) => context.Retries < 1 ? throw context.Retry(TimeSpan.Zero) : context.Attempt,
            new TaskOptions { AcknowledgesEarly = true });
        await bench.StartAsync();

        Assert.Equal((WireValue)2, (await bench.RunAsync(new Signature("tasks.flaky"))).Result);
    }

    [Fact]
    public async Task RunAsync_Retry_IsStoredBeforeTheNextTryIsSent()
    {
        await using WorkerBench bench = new();
        SlowBackend slow = new(bench.Backend);
        bench.BackendOfHost = slow;
        bench.Registry.Add("tasks.flaky", (TaskContext context) => context.Retries < 1 ? throw context.Retry(TimeSpan.Zero) : context.Attempt);
        await bench.StartAsync();
        string id = (await bench.Client.SendAsync(new Signature("tasks.flaky"))).Id;

        await slow.Storing.Task.WaitAsync(WorkerBench.Patience);
        long waiting = await bench.Broker.CountAsync("celery");
        slow.MayStore.SetResult();

        Assert.Equal(0, waiting);
        Assert.Equal(TaskState.Success, (await bench.EndOfAsync(id)).State);
        Assert.Equal([TaskState.Retry, TaskState.Success], slow.Stored);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 4)]
    [InlineData(3, 16)]
    [InlineData(20, 60)]
    [InlineData(1_000_000, 60)]
    public void Of_BackoffWithoutJitter_DoublesUpToTheLongest(int retries, int seconds)
    {
        TaskOptions options = new()
        {
            RetryBackoff = TimeSpan.FromSeconds(2),
            RetryBackoffMax = TimeSpan.FromMinutes(1),
            RetryJitter = false,
        };

        Assert.Equal(TimeSpan.FromSeconds(seconds), new RetryDelays(seed: 1).Of(options, retries));
    }

    [Fact]
    public void Of_BackoffWithJitter_IsDrawnBelowItsLengthAndRepeatsWithItsSeed()
    {
        TaskOptions options = new() { RetryBackoff = TimeSpan.FromSeconds(2), RetryBackoffMax = TimeSpan.FromMinutes(1) };
        RetryDelays one = new(seed: 7);
        RetryDelays other = new(seed: 7);

        TimeSpan[] drawn = [.. Enumerable.Range(0, 100).Select(_ => one.Of(options, 3))];

        Assert.Equal(drawn, Enumerable.Range(0, 100).Select(_ => other.Of(options, 3)));
        Assert.All(drawn, static delay => Assert.InRange(delay, TimeSpan.Zero, TimeSpan.FromSeconds(16)));
        Assert.True(drawn.Distinct().Count() > 90);
    }

    private sealed class SlowBackend(IResultBackend inner) : IResultBackend
    {
        public TaskCompletionSource Storing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource MayStore { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<TaskState> Stored { get; } = [];

        public string Address => inner.Address;

        public async ValueTask<IReadOnlyList<bool>> StoreAsync(ReadOnlyMemory<ResultDocument> documents, CancellationToken cancellationToken = default)
        {
            Storing.TrySetResult();
            await MayStore.Task.WaitAsync(cancellationToken);
            Stored.AddRange(documents.ToArray().Select(static document => document.State));
            return await inner.StoreAsync(documents, cancellationToken);
        }

        public ValueTask<ResultDocument?> ReadAsync(string taskId, CancellationToken cancellationToken = default) => inner.ReadAsync(taskId, cancellationToken);

        public ValueTask<ResultDocument> WaitAsync(string taskId, Action<ResultDocument>? progress, CancellationToken cancellationToken) =>
            inner.WaitAsync(taskId, progress, cancellationToken);

        public ValueTask<bool> ForgetAsync(string taskId, CancellationToken cancellationToken = default) => inner.ForgetAsync(taskId, cancellationToken);

        public ValueTask DisposeAsync() => default;
    }
}
