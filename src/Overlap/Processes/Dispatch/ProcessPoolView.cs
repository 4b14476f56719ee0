using Overlap.Executors;

namespace Overlap.Processes.Dispatch;

/// <summary>A process pool whose calls are treated in a way of their own.</summary>
internal sealed class ProcessPoolView(IExecutor executor, WorkerPool pool, ProcessCallOptions calls) : IExecutor, IMapper
{
    public ExecutionModel Model => executor.Model;

    public int MaxWorkers => executor.MaxWorkers;

    public Task<TResult> SubmitAsync<TArgument, TResult>(
        Callable<TArgument, TResult> callable, TArgument argument, CancellationToken cancellationToken = default) =>
        pool.SubmitAsync(callable, argument, calls, cancellationToken);

    public ExecutorStatistics GetStatistics() => executor.GetStatistics();

    // The pool is its owner's.
    public ValueTask DisposeAsync() => default;

    IAsyncEnumerable<TResult>? IMapper.TryMap<T, TResult>(
        ItemSource<T> source, Callable<T, TResult> callable, MapOptions options, CancellationToken cancellationToken) =>
        new BatchedMap<T, TResult>(pool, source, callable, options, calls, cancellationToken);
}
