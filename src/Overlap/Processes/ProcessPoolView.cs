using Overlap.Executors;
using Overlap.Processes.Dispatch;

namespace Overlap.Processes;

/// <summary>A process pool whose calls are treated in a way of their own: see <see cref="ProcessPoolExecutor.With"/>.</summary>
public sealed class ProcessPoolView : IExecutor, IMapper
{
    private readonly ProcessPoolExecutor _executor;
    private readonly WorkerPool _pool;
    private readonly ProcessCallOptions _calls;

    internal ProcessPoolView(ProcessPoolExecutor executor, WorkerPool pool, ProcessCallOptions calls) =>
        (_executor, _pool, _calls) = (executor, pool, calls);

    /// <inheritdoc/>
    public ExecutionModel Model => _executor.Model;

    /// <inheritdoc/>
    public int MaxWorkers => _executor.MaxWorkers;

    /// <inheritdoc/>
    public Task<TResult> SubmitAsync<TArgument, TResult>(
        Callable<TArgument, TResult> callable, TArgument argument, CancellationToken cancellationToken = default) =>
        _pool.SubmitAsync(callable, argument, _calls, cancellationToken);

    /// <inheritdoc cref="ProcessPoolExecutor.StreamAsync{TArgument, TResult}(Func{TArgument, CancellationToken, IAsyncEnumerable{TResult}}, TArgument, CancellationToken)"/>
    public IAsyncEnumerable<TResult> StreamAsync<TArgument, TResult>(
        Func<TArgument, CancellationToken, IAsyncEnumerable<TResult>> function, TArgument argument, CancellationToken cancellationToken = default) =>
        _pool.Stream<TArgument, TResult>(function, argument, _calls, cancellationToken);

    /// <inheritdoc cref="ProcessPoolExecutor.StreamAsync{TArgument, TResult}(Func{TArgument, CancellationToken, IAsyncEnumerable{TResult}}, TArgument, CancellationToken)"/>
    public IAsyncEnumerable<TResult> StreamAsync<TArgument, TResult>(
        Func<TArgument, IAsyncEnumerable<TResult>> function, TArgument argument, CancellationToken cancellationToken = default) =>
        _pool.Stream<TArgument, TResult>(function, argument, _calls, cancellationToken);

    /// <inheritdoc cref="ProcessPoolExecutor.StreamAsync{TArgument, TResult}(Func{TArgument, CancellationToken, IAsyncEnumerable{TResult}}, TArgument, CancellationToken)"/>
    public IAsyncEnumerable<TResult> StreamAsync<TResult>(
        Func<CancellationToken, IAsyncEnumerable<TResult>> function, CancellationToken cancellationToken = default) =>
        _pool.Stream<ValueTuple, TResult>(function, default, _calls, cancellationToken);

    /// <inheritdoc cref="ProcessPoolExecutor.StreamAsync{TArgument, TResult}(Func{TArgument, CancellationToken, IAsyncEnumerable{TResult}}, TArgument, CancellationToken)"/>
    public IAsyncEnumerable<TResult> StreamAsync<TResult>(
        Func<IAsyncEnumerable<TResult>> function, CancellationToken cancellationToken = default) =>
        _pool.Stream<ValueTuple, TResult>(function, default, _calls, cancellationToken);

    /// <inheritdoc/>
    public ExecutorStatistics GetStatistics() => _executor.GetStatistics();

    /// <summary>Does nothing: the worker processes are the executor's.</summary>
    public ValueTask DisposeAsync() => default;

    Task<TResult> IMapper.SubmitOfMapAsync<T, TResult>(Callable<T, TResult> callable, T argument, CancellationToken cancellationToken) =>
        _pool.SubmitAsync(callable, argument, _calls, cancellationToken, isOfMap: true);

    IAsyncEnumerable<TResult>? IMapper.TryMap<T, TResult>(
        ItemSource<T> source, Callable<T, TResult> callable, MapOptions options, CancellationToken cancellationToken) =>
        new BatchedMap<T, TResult>(_pool, source, callable, options, _calls, cancellationToken);
}
