using System.Diagnostics;
using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Executors;

/// <summary>Runs calls on threads of its own: a call that blocks never starves the runtime's pool.</summary>
/// <remarks>
/// Threads start when calls wait for them, up to <see cref="MaxWorkers"/>, and stay until the executor is disposed.
/// An asynchronous function keeps its thread to its end; its continuations come back to it.
/// </remarks>
[DebuggerDisplay("ThreadPoolExecutor, {_workers.Count} of {MaxWorkers} threads, {_queue.Count} queued")]
public sealed class ThreadPoolExecutor : IExecutor, ICallOwner
{
    private const int SpinsBeforeParking = 20;

    private readonly ThreadPoolExecutorOptions _options;
    private readonly object _gate = new();
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate; threads wait on it for calls.
    private readonly WorkerSet _workers;
    private IntrusiveQueue<Call> _queue;
    private int _idle;
    private int _searching;

    // Written under _gate, read by threads that spin: the length of the queue.
    private int _queued;
    private int _alive;
    private Task? _disposal;

    /// <summary>Makes an executor with the default settings and a number of threads.</summary>
    /// <param name="maxWorkers">The most threads.</param>
    public ThreadPoolExecutor(int maxWorkers)
        : this(new ThreadPoolExecutorOptions { MaxWorkers = maxWorkers })
    {
    }

    /// <summary>Makes an executor.</summary>
    /// <param name="options">The settings; the default ones if there are none.</param>
    public ThreadPoolExecutor(ThreadPoolExecutorOptions? options = null)
    {
        _options = options ?? new ThreadPoolExecutorOptions();
        _workers = new WorkerSet(this, _options.WorkerState, _options.Recorder);
        ExecutorMetrics.Register(this);
    }

    /// <inheritdoc/>
    public ExecutionModel Model => ExecutionModel.Threads;

    /// <inheritdoc/>
    public int MaxWorkers => _options.MaxWorkers;

    /// <inheritdoc/>
    public Task<TResult> SubmitAsync<TArgument, TResult>(
        Callable<TArgument, TResult> callable, TArgument argument, CancellationToken cancellationToken = default) =>
        SubmittedCall<TArgument, TResult>.Submit(this, callable, argument, cancellationToken);

    /// <inheritdoc/>
    public ExecutorStatistics GetStatistics()
    {
        Monitor.Enter(_gate);
        try
        {
            return _workers.Sum(_queue.Count, _options.QueueCapacity);
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    /// <summary>Takes no more calls, waits for those it took, ends its threads and disposes the workers' states.</summary>
    /// <remarks>Twice is legal. A call must not wait for the disposal of the executor that runs it.</remarks>
    public ValueTask DisposeAsync()
    {
        Monitor.Enter(_gate);
        bool first = _disposal is null;
        _disposal ??= JoinAsync();
        bool none = _alive == 0;
        Monitor.PulseAll(_gate);
        Monitor.Exit(_gate);
        if (first && none)
        {
            _joined.TrySetResult();
        }

        return new ValueTask(_disposal);
    }

    int ICallOwner.Admit(ReadOnlySpan<Call> calls, out Exception? refusal)
    {
        long now = _options.Recorder?.GetTimestamp() ?? 0;
        Monitor.Enter(_gate);
        try
        {
            for (int i = 0; i < calls.Length; i++)
            {
                refusal = RefusalLocked();
                if (refusal is not null)
                {
                    return i;
                }

                _workers.Accept(calls[i], now);
                _queue.Enqueue(calls[i]);
                Volatile.Write(ref _queued, _queue.Count);

                // A thread that searches looks again under the gate before it parks: only calls beyond those need a wake-up.
                if (_queue.Count > _searching && _idle > _searching)
                {
                    Monitor.Pulse(_gate);
                }

                // Idle threads that were woken but have not run yet still count as idle: another one starts when calls outnumber them.
                if (_queue.Count > _idle && _alive < MaxWorkers)
                {
                    StartThreadLocked();
                }
            }

            refusal = null;
            return calls.Length;
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    bool ICallOwner.TryWithdraw(Call call)
    {
        Monitor.Enter(_gate);
        bool removed = _queue.TryRemove(call);
        Volatile.Write(ref _queued, _queue.Count);
        _workers.Withdrawn += removed ? 1 : 0;
        Monitor.Exit(_gate);
        return removed;
    }

    private async Task JoinAsync()
    {
        await _joined.Task.ConfigureAwait(false);
        ExecutorMetrics.Unregister(this);
        await _workers.DisposeStatesAsync().ConfigureAwait(false);
    }

    private Exception? RefusalLocked() => _disposal is not null
        ? new ObjectDisposedException(nameof(ThreadPoolExecutor))
        : _workers.RefusalWhenFull(_queue.Count, _options.QueueCapacity);

    private void StartThreadLocked()
    {
        WorkerContext worker = _workers.Open($"{_options.ThreadName} {_workers.Count + 1}", LaneKind.Thread);
        worker.Lane?.MeasuresGroups = true;
        Thread thread = new(() => RunCalls(worker))
        {
            IsBackground = true,
            Name = $"{_options.ThreadName} {worker.Index + 1}",
        };
        thread.UnsafeStart();
        _alive++;
    }

    private void RunCalls(WorkerContext worker)
    {
        while (TakeNext(worker) is { } call)
        {
            call.Run(worker);
        }

        worker.Lane?.Settle();
        Monitor.Enter(_gate);
        bool last = --_alive == 0;
        Monitor.Exit(_gate);
        if (last)
        {
            _joined.TrySetResult();
        }
    }

    /// <summary>Waits for a call; <see langword="null"/> when the executor is disposed and the queue is empty.</summary>
    private Call? TakeNext(WorkerContext worker)
    {
        Monitor.Enter(_gate);
        try
        {
            bool searched = false;
            while (true)
            {
                if (_queue.TryDequeue(out Call? call) || _disposal is not null)
                {
                    Volatile.Write(ref _queued, _queue.Count);
                    return call;
                }

                _idle++;
                if (searched)
                {
                    Monitor.Wait(_gate);
                }
                else
                {
                    _searching++;
                    Monitor.Exit(_gate);
                    worker.Lane?.Settle();
                    SpinUntilQueued();
                    Monitor.Enter(_gate);
                    _searching--;
                    searched = true;
                }

                _idle--;
            }
        }
        finally
        {
            Monitor.Exit(_gate);
        }
    }

    // Parking and waking a thread costs more than a short call: a thread that was just busy looks for the next call a few microseconds longer.
    private void SpinUntilQueued()
    {
        SpinWait spinner = default;
        while (Volatile.Read(ref _queued) == 0 && spinner.Count < SpinsBeforeParking)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
        }
    }
}
