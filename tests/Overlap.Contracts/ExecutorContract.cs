using Overlap.Executors;

namespace Overlap.Contracts;

/// <summary>What every executor promises, wherever its calls run. A new executor inherits this and must pass all of it.</summary>
/// <remarks>
/// Nothing here shares memory with a call: what a call saw comes back as its result, its exception or a note on the <see cref="ContractStage"/>.
/// What only calls in the same process can promise is in <see cref="InProcessExecutorContract"/>.
/// </remarks>
public abstract partial class ExecutorContract : IDisposable
{
    protected static readonly TimeSpan Guard = ContractStage.Guard;

    private readonly List<ContractStage> _stages = [];

    public void Dispose()
    {
        foreach (ContractStage stage in _stages)
        {
            Directory.Delete(stage.Folder, recursive: true);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Makes the executor under test.</summary>
    protected abstract IExecutor Create(ExecutorSetup setup);

    /// <summary>Opens a stage for the test; it is struck when the test has ended. Kept in a local variable, for calls capture that and never the test.</summary>
    protected ContractStage OpenStage()
    {
        ContractStage stage = new(Directory.CreateTempSubdirectory("overlap-stage-").FullName);
        _stages.Add(stage);
        return stage;
    }

    protected IExecutor Create(int maxWorkers = 2) => Create(new ExecutorSetup { MaxWorkers = maxWorkers });

    [Fact]
    public async Task SubmitAsync_Function_GivesItsResult()
    {
        await using IExecutor executor = Create();
        Assert.Equal(42, await executor.SubmitAsync(static x => x + 1, 41));
    }

    [Fact]
    public async Task SubmitAsync_AsynchronousFunction_GivesItsResult()
    {
        await using IExecutor executor = Create();
        int result = await executor.SubmitAsync(
            static async x =>
            {
                await Task.Yield();
                return x + 1;
            },
            41);
        Assert.Equal(42, result);
    }

    [Fact]
    public async Task SubmitAsync_AsynchronousFunctionThatLeavesItsContext_GivesItsResult()
    {
        await using IExecutor executor = Create();
        int result = await executor.SubmitAsync(
            static async x =>
            {
                await Task.Yield();
                await Task.Run(static () => { }).ConfigureAwait(false);
                return x + 1;
            },
            41);
        Assert.Equal(42, result);
    }

    [Fact]
    public async Task SubmitAsync_FunctionThrows_TaskFailsWithThatException()
    {
        await using IExecutor executor = Create();
        Task<int> task = executor.SubmitAsync<int, int>(static x => throw new InvalidOperationException($"no {x}"), 1);
        Assert.Equal("no 1", (await Assert.ThrowsAsync<InvalidOperationException>(() => task)).Message);
    }

    [Fact]
    public async Task SubmitAsync_AsynchronousFunctionThrowsLate_TaskFailsWithThatException()
    {
        await using IExecutor executor = Create();
        Task task = executor.SubmitAsync(static async () =>
        {
            await Task.Yield();
            throw new InvalidOperationException("no");
        });
        Assert.Equal("no", (await Assert.ThrowsAsync<InvalidOperationException>(() => task)).Message);
    }

    [Fact]
    public async Task SubmitAsync_FunctionThrowsCancellation_TaskIsCanceled()
    {
        await using IExecutor executor = Create();
        Task task = executor.SubmitAsync(static () => throw new OperationCanceledException());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.True(task.IsCanceled);
    }

    [Fact]
    public async Task SubmitAsync_TokenCanceledBefore_NeverRuns()
    {
        await using IExecutor executor = Create();
        ContractStage stage = OpenStage();
        Task task = executor.SubmitAsync(static stage => stage.Add("ran"), stage, new CancellationToken(canceled: true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        await executor.DisposeAsync();
        Assert.Equal(0, stage.Count("ran"));
    }

    [Fact]
    public async Task SubmitAsync_CanceledWhileRunning_TokenReachesTheFunction()
    {
        await using IExecutor executor = Create();
        ContractStage stage = OpenStage();
        using CancellationTokenSource cancel = new();
        Task canceling = CancelAsync(stage, "running", cancel);
        Task task = executor.SubmitAsync(
            static (stage, token) =>
            {
                stage.Signal("running");
                if (token.WaitHandle.WaitOne(ContractStage.Guard))
                {
                    stage.Add("told");
                }

                token.ThrowIfCancellationRequested();
            },
            stage,
            cancel.Token);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        await canceling;
        Assert.True(task.IsCanceled);
        Assert.Equal(1, stage.Count("told"));
    }

    [Fact]
    public async Task SubmitAsync_ManyCalls_StartInTheOrderOfSubmission()
    {
        await using IExecutor executor = Create(maxWorkers: 1);
        ContractStage stage = OpenStage();
        Task[] tasks = [.. Enumerable.Range(0, 100).Select(i => executor.SubmitAsync(x => stage.Add("started", $"{x}"), i))];
        await Task.WhenAll(tasks);
        Assert.Equal(Enumerable.Range(0, 100).Select(static i => $"{i}"), stage.Notes("started"));
    }

    [Fact]
    public async Task SubmitAsync_MoreCallsThanWorkers_NeverMoreRunThanAllowed()
    {
        await using IExecutor executor = Create(maxWorkers: 3);
        ContractStage stage = OpenStage();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => executor.SubmitAsync(
            static async stage =>
            {
                stage.Add("running", "+");
                await Task.Yield();
                stage.Add("running", "-");
            },
            stage)));
        int running = 0;
        int most = stage.Notes("running").Max(note => running += note == "+" ? 1 : -1);
        Assert.Equal(0, running);
        Assert.InRange(most, 1, executor.MaxWorkers);
    }

    [Fact]
    public async Task SubmitAsync_Disposed_Throws()
    {
        IExecutor executor = Create();
        await executor.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => executor.SubmitAsync(static () => 1));
    }

    [Fact]
    public async Task SubmitAsync_Null_ThrowsByName()
    {
        await using IExecutor executor = Create();
        await Assert.ThrowsAsync<ArgumentNullException>(() => executor.SubmitAsync((Func<int>)null!));
    }

    [Fact]
    public async Task DisposeAsync_CallsWait_DrainsThem()
    {
        IExecutor executor = Create(maxWorkers: 2);
        ContractStage stage = OpenStage();
        Task[] tasks = [.. Enumerable.Range(0, 50).Select(_ => executor.SubmitAsync(
            static async stage =>
            {
                await Task.Yield();
                stage.Add("done");
            },
            stage))];
        await executor.DisposeAsync().AsTask().WaitAsync(Guard);
        Assert.Equal(50, stage.Count("done"));
        Assert.All(tasks, static task => Assert.True(task.IsCompletedSuccessfully));
    }

    [Fact]
    public async Task DisposeAsync_Twice_IsLegal()
    {
        IExecutor executor = Create();
        await executor.SubmitAsync(static () => 1);
        await executor.DisposeAsync();
        await executor.DisposeAsync();
    }

    [Fact]
    public async Task DisposeAsync_BeforeStart_IsLegal()
    {
        IExecutor executor = Create();
        await executor.DisposeAsync().AsTask().WaitAsync(Guard);
        Assert.Equal(0, executor.GetStatistics().Submitted);
    }

    [Fact]
    public async Task GetStatistics_AllEnded_CountsEachCallOnce()
    {
        await using IExecutor executor = Create();
        await executor.SubmitAsync(static () => 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => executor.SubmitAsync(static () => throw new InvalidOperationException()));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => executor.SubmitAsync(static () => 1, new CancellationToken(canceled: true)));
        ExecutorStatistics statistics = executor.GetStatistics();
        Assert.Equal((3, 0, 0, 1, 1, 1), (
            statistics.Submitted, statistics.Queued, statistics.Running, statistics.Succeeded, statistics.Failed, statistics.Canceled));
        Assert.InRange(statistics.Workers, 1, statistics.MaxWorkers);
    }

    /// <summary>Cancels from outside when a call says that it is time. Begun before the call: the inline executor gives nothing back until it has ended.</summary>
    private static async Task CancelAsync(ContractStage stage, string signal, CancellationTokenSource cancel)
    {
        await stage.WaitAsync(signal);
        await cancel.CancelAsync();
        stage.Signal("canceled");
    }
}
