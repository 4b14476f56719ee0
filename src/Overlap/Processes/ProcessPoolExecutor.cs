using System.Diagnostics;
using Overlap.Adaptation;
using Overlap.Executors;
using Overlap.Processes.Dispatch;

namespace Overlap.Processes;

/// <summary>Runs calls in worker processes: a call that crashes, hangs or is killed costs itself and no other.</summary>
/// <remarks>
/// Functions travel by their place in the program's own assemblies, arguments and captured variables as data: what a call writes to them stays in
/// its worker. The first worker starts with the executor, others when calls wait for them, up to <see cref="MaxWorkers"/>; each runs one call at a time.
/// A program needs no guard around its main method. Worker processes never outlive the program.
/// </remarks>
[DebuggerDisplay("ProcessPoolExecutor, at most {MaxWorkers} processes")]
public sealed class ProcessPoolExecutor : IExecutor, IMapper
{
    private readonly ProcessPoolExecutorOptions _options;
    private readonly WorkerPool _pool;

    /// <summary>Makes an executor with the default settings and a number of worker processes.</summary>
    /// <param name="maxWorkers">The most worker processes.</param>
    public ProcessPoolExecutor(int maxWorkers)
        : this(new ProcessPoolExecutorOptions { MaxWorkers = maxWorkers })
    {
    }

    /// <summary>Makes an executor with the default settings whose number of worker processes adapts itself.</summary>
    /// <param name="adaptive">How: <see cref="Executors.Workers.Auto"/>.</param>
    public ProcessPoolExecutor(AdaptiveOptions adaptive)
        : this(new ProcessPoolExecutorOptions { Adaptive = adaptive ?? throw new ArgumentNullException(nameof(adaptive)) })
    {
    }

    /// <summary>Makes an executor.</summary>
    /// <param name="options">The settings; the default ones if there are none.</param>
    /// <exception cref="NotPortableException">The initialiser or the function that makes the state cannot travel to a worker.</exception>
    /// <exception cref="ProcessNestingException">There are four pools around this program already: it is a worker of a worker of a worker of a worker.</exception>
    /// <exception cref="WorkerHostException">This program cannot start worker processes.</exception>
    public ProcessPoolExecutor(ProcessPoolExecutorOptions? options = null)
    {
        NestingDepth.Check();
        _options = options ?? new ProcessPoolExecutorOptions();
        if (_options.Adaptive is { } adaptive)
        {
            _options = _options with { MaxWorkers = PoolAdaptation.BoundsOf(adaptive).Most };
        }

        _pool = new WorkerPool(this, _options);
        _pool.StartAhead();
    }

    /// <inheritdoc/>
    public ExecutionModel Model => ExecutionModel.Processes;

    /// <inheritdoc/>
    public int MaxWorkers => _options.MaxWorkers;

    /// <inheritdoc/>
    /// <exception cref="NotPortableException">The function, a captured variable, the argument or the result cannot travel. Nothing was sent.</exception>
    /// <exception cref="BrokenProcessPoolException">Worker processes cannot be started.</exception>
    public Task<TResult> SubmitAsync<TArgument, TResult>(
        Callable<TArgument, TResult> callable, TArgument argument, CancellationToken cancellationToken = default) =>
        _pool.SubmitAsync(callable, argument, _options.Calls, cancellationToken);

    /// <summary>Runs a call in a worker and blocks the current thread until it has ended: the quickest way there and back for one call.</summary>
    /// <typeparam name="TArgument">The type of the argument.</typeparam>
    /// <typeparam name="TResult">The type of the result.</typeparam>
    /// <param name="function">The function.</param>
    /// <param name="argument">Its argument.</param>
    /// <param name="cancellationToken">Ends the call if it has not started; else it is the token that the function gets.</param>
    /// <remarks>
    /// Order: as with <see cref="SubmitAsync"/>.
    /// Race: as with <see cref="SubmitAsync"/>.
    /// Memory: as with <see cref="SubmitAsync"/>.
    /// Cost: two wake-ups, none where worker and caller run on processors of their own; the thread looks for the answer for 30 µs before it sleeps.
    /// </remarks>
    public TResult Invoke<TArgument, TResult>(Func<TArgument, TResult> function, TArgument argument, CancellationToken cancellationToken = default) =>
        _pool.Invoke(Callable.Of(function), argument, _options.Calls, cancellationToken);

    /// <inheritdoc cref="Invoke{TArgument, TResult}(Func{TArgument, TResult}, TArgument, CancellationToken)"/>
    public TResult Invoke<TArgument, TResult>(
        Func<TArgument, CancellationToken, TResult> function, TArgument argument, CancellationToken cancellationToken = default) =>
        _pool.Invoke(Callable.Of(function), argument, _options.Calls, cancellationToken);

    /// <inheritdoc cref="Invoke{TArgument, TResult}(Func{TArgument, TResult}, TArgument, CancellationToken)"/>
    public TResult Invoke<TResult>(Func<TResult> function, CancellationToken cancellationToken = default) =>
        _pool.Invoke(Callable.Of(function), default, _options.Calls, cancellationToken);

    /// <summary>Calls a function in a worker and gives what it gives, value by value, while it goes on.</summary>
    /// <typeparam name="TArgument">The type of the argument.</typeparam>
    /// <typeparam name="TResult">The type of the values.</typeparam>
    /// <param name="function">The function; its token is cancelled when the consumer leaves. Each enumeration is a call of its own.</param>
    /// <param name="argument">Its argument.</param>
    /// <param name="cancellationToken">Ends the call and the enumeration.</param>
    /// <returns>The values in their order. An exception of the function comes after the values before it.</returns>
    /// <remarks>
    /// Order: the worker goes on while the consumer is busy, at most <see cref="ProcessCallOptions.StreamBuffer"/> values ahead; then it waits.
    /// Race: however the enumeration ends - exhausted, failed, cancelled, abandoned - the call has ended before it. A function that ignores its token
    /// ends when it next gives a value.
    /// Memory: the values that lie ready.
    /// Cost: a frame for each value. A worker does nothing else while its stream lasts.
    /// </remarks>
    /// <exception cref="NotPortableException">The function, the argument or the values cannot travel. Nothing was sent.</exception>
    /// <exception cref="WorkerDiedException">The worker died; all values that had left it were given.</exception>
    public IAsyncEnumerable<TResult> StreamAsync<TArgument, TResult>(
        Func<TArgument, CancellationToken, IAsyncEnumerable<TResult>> function, TArgument argument, CancellationToken cancellationToken = default) =>
        _pool.Stream<TArgument, TResult>(function, argument, _options.Calls, cancellationToken);

    /// <inheritdoc cref="StreamAsync{TArgument, TResult}(Func{TArgument, CancellationToken, IAsyncEnumerable{TResult}}, TArgument, CancellationToken)"/>
    public IAsyncEnumerable<TResult> StreamAsync<TArgument, TResult>(
        Func<TArgument, IAsyncEnumerable<TResult>> function, TArgument argument, CancellationToken cancellationToken = default) =>
        _pool.Stream<TArgument, TResult>(function, argument, _options.Calls, cancellationToken);

    /// <inheritdoc cref="StreamAsync{TArgument, TResult}(Func{TArgument, CancellationToken, IAsyncEnumerable{TResult}}, TArgument, CancellationToken)"/>
    public IAsyncEnumerable<TResult> StreamAsync<TResult>(
        Func<CancellationToken, IAsyncEnumerable<TResult>> function, CancellationToken cancellationToken = default) =>
        _pool.Stream<ValueTuple, TResult>(function, default, _options.Calls, cancellationToken);

    /// <inheritdoc cref="StreamAsync{TArgument, TResult}(Func{TArgument, CancellationToken, IAsyncEnumerable{TResult}}, TArgument, CancellationToken)"/>
    public IAsyncEnumerable<TResult> StreamAsync<TResult>(
        Func<IAsyncEnumerable<TResult>> function, CancellationToken cancellationToken = default) =>
        _pool.Stream<ValueTuple, TResult>(function, default, _options.Calls, cancellationToken);

    /// <summary>Gives a view of this executor whose calls are treated in another way. Disposing the view does nothing.</summary>
    /// <param name="calls">Deadlines, whether calls may be run again, batches, how far streams run ahead.</param>
    public ProcessPoolView With(ProcessCallOptions calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        return new ProcessPoolView(this, _pool, calls);
    }

    /// <summary>Gives memory that this program and all workers see, for data that calls read or write in place.</summary>
    /// <param name="length">Unit: bytes, at least 1. The pool has 16 GiB for its buffers, each of which takes a power of two.</param>
    /// <returns>The buffer; disposing it gives the memory to the next who asks, already warm.</returns>
    /// <exception cref="ObjectDisposedException">The executor was disposed.</exception>
    /// <exception cref="NotSupportedException">The pool hears its workers through streams: see <see cref="WorkerTransport"/>.</exception>
    /// <exception cref="InsufficientMemoryException">The pool's buffers take all that there is for them.</exception>
    public SharedBuffer RentBuffer(int length) => _pool.Crossings.Buffers.Rent(length);

    /// <summary>
    /// The most workers that take calls now: for who adapts their number to the load. Unit: processes, from 1 to <see cref="MaxWorkers"/>.
    /// Default: <see cref="MaxWorkers"/>.
    /// </summary>
    /// <remarks>When it becomes less, idle workers end first, then others after the call they run; what waits behind it goes to those that stay.</remarks>
    /// <exception cref="InvalidOperationException">Set while the number adapts itself.</exception>
    public int WorkerLimit
    {
        get => _pool.WorkerLimit;
        set => _pool.WorkerLimit = value;
    }

    /// <summary>Starts workers ahead of the calls that will need them.</summary>
    /// <param name="workers">How many are to be there, from 1 to <see cref="MaxWorkers"/>; no more than <see cref="WorkerLimit"/> are started.</param>
    /// <param name="cancellationToken">Gives up the wait; workers that start already do so.</param>
    /// <returns>Ends when so many workers are ready, their initialiser run. They end after <see cref="ProcessPoolExecutorOptions.IdleTimeout"/> as all do.</returns>
    /// <exception cref="BrokenProcessPoolException">Worker processes cannot be started.</exception>
    /// <exception cref="ObjectDisposedException">The executor was disposed before or during the wait.</exception>
    public Task WarmUpAsync(int workers, CancellationToken cancellationToken = default) => _pool.WarmUpAsync(workers, cancellationToken);

    /// <summary>Tells how long all worker processes have computed, those that are gone included.</summary>
    public TimeSpan GetWorkerCpuTime() => _pool.GetWorkerCpuTime();

    /// <summary>Tells what became of the worker processes so far, and why.</summary>
    public ProcessPoolStatistics GetProcessStatistics() => _pool.GetProcessStatistics();

    /// <inheritdoc/>
    public ExecutorStatistics GetStatistics() => _pool.GetStatistics();

    /// <summary>Takes no more calls, waits for those it took, and ends the worker processes, which dispose their states.</summary>
    /// <remarks>
    /// Twice is legal. A call must not wait for the disposal of the executor that runs it. A worker that has not ended after five seconds is killed.
    /// What <see cref="ProcessPoolExecutorOptions.Output"/> threw is thrown here.
    /// </remarks>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _pool.DisposeAsync().ConfigureAwait(false);
        }
        finally
        {
            ExecutorMetrics.Unregister(this);
        }
    }

    Task<TResult> IMapper.SubmitOfMapAsync<T, TResult>(Callable<T, TResult> callable, T argument, CancellationToken cancellationToken) =>
        _pool.SubmitAsync(callable, argument, _options.Calls, cancellationToken, isOfMap: true);

    IAsyncEnumerable<TResult>? IMapper.TryMap<T, TResult>(
        ItemSource<T> source, Callable<T, TResult> callable, MapOptions options, CancellationToken cancellationToken) =>
        new BatchedMap<T, TResult>(_pool, source, callable, options, _options.Calls, cancellationToken);
}
