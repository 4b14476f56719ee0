using System.Diagnostics;
using Overlap.Adaptation;
using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Executors;

/// <summary>Runs calls on threads of its own: a call that blocks never starves the runtime's pool.</summary>
/// <remarks>
/// Threads start when calls wait for them, up to <see cref="MaxWorkers"/>, and stay until the executor is disposed.
/// An asynchronous function keeps its thread to its end; its continuations come back to it.
/// </remarks>
[DebuggerDisplay("ThreadPoolExecutor, {_workers.Count} of {MaxWorkers} threads, {_queue.Count} queued")]
public sealed class ThreadPoolExecutor : IExecutor, ICallOwner, IRefusalListener
{
    private const int MostWhenAdaptive = 256;
    private const int SpinsBeforeParking = 20;

    private readonly ThreadPoolExecutorOptions _options;
    private readonly object _gate = new();
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate; threads wait on it for calls.
    private readonly WorkerSet _workers;
    private readonly WorkerQuota _quota;
    private IntrusiveQueue<Call> _queue;
    private int _active;
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

    /// <summary>Makes an executor with the default settings whose number of threads adapts itself.</summary>
    /// <param name="adaptive">How: <see cref="Workers.Auto"/>.</param>
    public ThreadPoolExecutor(AdaptiveOptions adaptive)
        : this(new ThreadPoolExecutorOptions { Adaptive = adaptive ?? throw new ArgumentNullException(nameof(adaptive)) })
    {
    }

    /// <summary>Makes an executor.</summary>
    /// <param name="options">The settings; the default ones if there are none.</param>
    public ThreadPoolExecutor(ThreadPoolExecutorOptions? options = null)
    {
        _options = options ?? new ThreadPoolExecutorOptions();
        _quota = new WorkerQuota(_options.MaxWorkers, _options.Adaptive, MostWhenAdaptive, _options.Recorder, OnTime);
        _workers = new WorkerSet(this, _options.WorkerState, _options.Recorder, _options.Adaptive is null ? _options.Refusals : this);
        ExecutorMetrics.Register(this);
    }

    /// <inheritdoc/>
    public ExecutionModel Model => ExecutionModel.Threads;

    /// <inheritdoc/>
    public int MaxWorkers => _quota.Most;

    /// <summary>The most threads that run calls now. Unit: threads, from 1 to <see cref="MaxWorkers"/>. Default: <see cref="MaxWorkers"/>.</summary>
    /// <remarks>When it becomes less, what runs goes on, and nothing more starts until enough has ended. Threads that are not needed sleep.</remarks>
    /// <exception cref="InvalidOperationException">Set while the number adapts itself.</exception>
    public int WorkerLimit
    {
        get
        {
            Monitor.Enter(_gate);
            int limit = _quota.Limit;
            Monitor.Exit(_gate);
            return limit;
        }

        set
        {
            Monitor.Enter(_gate);
            try
            {
                _quota.Set(value);
                WakeLocked();
            }
            finally
            {
                Monitor.Exit(_gate);
            }
        }
    }

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
            return _workers.Sum(_queue.Count, _options.QueueCapacity) with { WorkerLimit = _quota.Limit, Adaptation = _quota.Status };
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
                refusal = RefusalLocked(calls[i]);
                if (refusal is not null)
                {
                    return i;
                }

                _workers.Accept(calls[i], now);
                _queue.Enqueue(calls[i]);
                Volatile.Write(ref _queued, _queue.Count);

                // A thread that searches looks again under the gate before it parks: only calls beyond those need a wake-up.
                if (_queue.Count > _searching && _idle > _searching && _quota.MayStart(_active))
                {
                    Monitor.Pulse(_gate);
                }

                // Idle threads that were woken but have not run yet still count as idle: another one starts when calls outnumber them.
                if (_queue.Count > _idle && _alive < _quota.Limit)
                {
                    StartThreadLocked();
                }
            }

            _quota.Wait(_queue.Count);
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
        _quota.Wait(_queue.Count);
        _workers.Withdrawn += removed ? 1 : 0;
        PulseWhenDrainedLocked();
        Monitor.Exit(_gate);
        return removed;
    }

    bool IRefusalListener.IsRefusal(Exception exception) => _quota.IsRefusal(exception);

    void IRefusalListener.OnRefused(TimeSpan? retryAfter)
    {
        Monitor.Enter(_gate);
        _quota.Refuse(retryAfter);
        _quota.Wait(_queue.Count);
        Monitor.Exit(_gate);
    }

    private async Task JoinAsync()
    {
        await _joined.Task.ConfigureAwait(false);
        ExecutorMetrics.Unregister(this);
        _quota.Dispose();
        await _workers.DisposeStatesAsync().ConfigureAwait(false);
    }

    private Exception? RefusalLocked(Call call) => _disposal is not null
        ? new ObjectDisposedException(nameof(ThreadPoolExecutor))
        : _workers.RefusalWhenFull(_queue.Count, _options.QueueCapacity, _quota.Limit, call.IsOfMap);

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
        bool hasRun = false;
        while (TakeNext(worker, hasRun) is { } call)
        {
            call.Run(worker);
            hasRun = true;
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

    private void OnTime()
    {
        Monitor.Enter(_gate);
        _quota.OnTime();
        WakeLocked();
        Monitor.Exit(_gate);
    }

    /// <summary>Wakes or starts as many threads as may take a call now.</summary>
    private void WakeLocked()
    {
        _quota.Wait(_queue.Count);
        if (!_quota.MayStart(_active))
        {
            return;
        }

        int wanted = Math.Min(_queue.Count, _quota.Limit - _active);
        if (wanted >= _idle)
        {
            Monitor.PulseAll(_gate);
        }
        else
        {
            for (int i = 0; i < wanted; i++)
            {
                Monitor.Pulse(_gate);
            }
        }

        for (int i = _idle; i < wanted && _alive < _quota.Limit; i++)
        {
            StartThreadLocked();
        }
    }

    // Threads that waited for a time or for a place have nothing to wait for when the last call is gone.
    private void PulseWhenDrainedLocked()
    {
        if (_disposal is not null && _queue.Count == 0)
        {
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for a call; <see langword="null"/> when the executor is disposed and the thread is not needed for what is queued.</summary>
    /// <param name="worker">The thread's worker.</param>
    /// <param name="hasRun">Whether it comes from a call that has ended.</param>
    private Call? TakeNext(WorkerContext worker, bool hasRun)
    {
        Monitor.Enter(_gate);
        try
        {
            if (hasRun)
            {
                _active--;
                int limit = _quota.Limit;
                _quota.End(worker);
                if (_quota.Limit > limit)
                {
                    WakeLocked();
                }
            }

            bool searched = false;
            while (true)
            {
                if (_queue.Count > 0 && _quota.MayStart(_active))
                {
                    _ = _queue.TryDequeue(out Call? call);
                    _active++;
                    _quota.Start();
                    Volatile.Write(ref _queued, _queue.Count);
                    _quota.Wait(_queue.Count);
                    PulseWhenDrainedLocked();
                    return call;
                }

                if (_disposal is not null && (_queue.Count == 0 || _active >= _quota.Limit))
                {
                    return null;
                }

                // Nothing but time may keep the first in the queue.
                _quota.Wait(_queue.Count);
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
