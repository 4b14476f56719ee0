using Overlap.Contracts;
using Overlap.Executors;

namespace Overlap.Tests.Executors;

public sealed class InlineExecutorContract : ExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) =>
        new InlineExecutor(new InlineExecutorOptions { WorkerState = setup.WorkerState, Recorder = setup.Recorder });
}

public sealed class ThreadPoolExecutorContract : OverlappingExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => new ThreadPoolExecutor(new ThreadPoolExecutorOptions
    {
        MaxWorkers = setup.MaxWorkers,
        WorkerState = setup.WorkerState,
        Recorder = setup.Recorder,
    });
}

public sealed class AsyncExecutorContract : OverlappingExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => new AsyncExecutor(new AsyncExecutorOptions
    {
        MaxWorkers = setup.MaxWorkers,
        WorkerState = setup.WorkerState,
        Recorder = setup.Recorder,
    });
}

/// <summary>An executor of somebody else's, which knows nothing but <c>SubmitAsync</c>, gets the same verbs.</summary>
public sealed class ForeignExecutorContract : OverlappingExecutorContract
{
    protected override IExecutor Create(ExecutorSetup setup) => new ForeignExecutor(new ThreadPoolExecutor(new ThreadPoolExecutorOptions
    {
        MaxWorkers = setup.MaxWorkers,
        WorkerState = setup.WorkerState,
        Recorder = setup.Recorder,
    }));

    private sealed class ForeignExecutor(ThreadPoolExecutor inner) : IExecutor
    {
        public ExecutionModel Model => inner.Model;

        public int MaxWorkers => inner.MaxWorkers;

        public Task<TResult> SubmitAsync<TArgument, TResult>(
            Callable<TArgument, TResult> callable, TArgument argument, CancellationToken cancellationToken = default) =>
            inner.SubmitAsync(callable, argument, cancellationToken);

        public ExecutorStatistics GetStatistics() => inner.GetStatistics();

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
