using System.Diagnostics;
using Overlap.Adaptation;
using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Executors;

/// <summary>Runs calls as asynchronous operations, a bounded number of them in flight, on the runtime's pool.</summary>
/// <remarks>
/// For functions that wait without blocking. A synchronous function occupies a pool thread while it runs: for code that blocks use
/// <see cref="ThreadPoolExecutor"/>.
/// </remarks>
[DebuggerDisplay("AsyncExecutor, {_inFlight} of {MaxWorkers} in flight, {_queue.Count} queued")]
public sealed class AsyncExecutor : IExecutor, ICallOwner, IRefusalListener
{
    private const int MostWhenAdaptive = 1_024;

    private readonly AsyncExecutorOptions _options;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate.
    private readonly Stack<CallSlot> _free = new();
    private readonly WorkerSet _workers;
    private readonly WorkerQuota _quota;
    private IntrusiveQueue<Call> _queue;
    private int _inFlight;
    private Task? _disposal;

    /// <summary>Makes an executor with the default settings and a limit.</summary>
    /// <param name="maxWorkers">The most calls in flight.</param>
    public AsyncExecutor(int maxWorkers)
        : this(new AsyncExecutorOptions { MaxWorkers = maxWorkers })
    {
    }

    /// <summary>Makes an executor with the default settings whose number of calls in flight adapts itself.</summary>
    /// <param name="adaptive">How: <see cref="Workers.Auto"/>.</param>
    public AsyncExecutor(AdaptiveOptions adaptive)
        : this(new AsyncExecutorOptions { Adaptive = adaptive ?? throw new ArgumentNullException(nameof(adaptive)) })
    {
    }

    /// <summary>Makes an executor.</summary>
    /// <param name="options">The settings; the default ones if there are none.</param>
    public AsyncExecutor(AsyncExecutorOptions? options = null)
    {
        _options = options ?? new AsyncExecutorOptions();
        _quota = new WorkerQuota(_options.MaxWorkers, _options.Adaptive, MostWhenAdaptive, _options.Recorder, OnTime);
        _workers = new WorkerSet(this, _options.WorkerState, _options.Recorder, _options.Adaptive is null ? _options.Refusals : this);
        ExecutorMetrics.Register(this);
    }

    /// <inheritdoc/>
    public ExecutionModel Model => ExecutionModel.Async;

    /// <inheritdoc/>
    public int MaxWorkers => _quota.Most;

    /// <summary>The most calls in flight now. Unit: calls, from 1 to <see cref="MaxWorkers"/>. Default: <see cref="MaxWorkers"/>.</summary>
    /// <remarks>When it becomes less, what runs goes on, and nothing more starts until enough has ended.</remarks>
    /// <exception cref="InvalidOperationException">Set while the number adapts itself.</exception>
    public int WorkerLimit
    {
        get
        {
            using Lock.Scope held = _gate.EnterScope();
            return _quota.Limit;
        }

        set
        {
            using (_gate.EnterScope())
            {
                _quota.Set(value);
            }

            StartQueued();
        }
    }

    /// <inheritdoc/>
    public Task<TResult> SubmitAsync<TArgument, TResult>(
        Callable<TArgument, TResult> callable, TArgument argument, CancellationToken cancellationToken = default) =>
        SubmittedCall<TArgument, TResult>.Submit(this, callable, argument, cancellationToken);

    /// <inheritdoc/>
    public ExecutorStatistics GetStatistics()
    {
        _gate.Enter();
        try
        {
            return _workers.Sum(_queue.Count, _options.QueueCapacity) with { WorkerLimit = _quota.Limit, Adaptation = _quota.Status };
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Takes no more calls, waits for those it took, and disposes the workers' states.</summary>
    /// <remarks>Twice is legal. A call must not wait for the disposal of the executor that runs it.</remarks>
    public ValueTask DisposeAsync()
    {
        _gate.Enter();
        bool first = _disposal is null;
        _disposal ??= DrainAsync();
        bool idle = IsIdleLocked;
        _gate.Exit();
        if (first && idle)
        {
            _drained.TrySetResult();
        }

        return new ValueTask(_disposal);
    }

    int ICallOwner.Admit(ReadOnlySpan<Call> calls, out Exception? refusal)
    {
        long now = _options.Recorder?.GetTimestamp() ?? 0;
        int admitted = 0;
        refusal = null;
        while (admitted < calls.Length && refusal is null)
        {
            CallSlot? slot = null;
            _gate.Enter();
            try
            {
                // All that must wait is queued in one go; a call that gets a slot goes to the pool at once, outside the gate.
                while (admitted < calls.Length && slot is null && (refusal = RefusalLocked(calls[admitted])) is null)
                {
                    Call call = calls[admitted++];
                    _workers.Accept(call, now);

                    // Who waits for a time is not overtaken by who comes at that time.
                    slot = _queue.Count == 0 ? TakeSlotLocked() : null;
                    if (slot is null)
                    {
                        _queue.Enqueue(call);
                    }
                }

                _quota.Wait(_queue.Count);
            }
            finally
            {
                _gate.Exit();
            }

            slot?.Post(calls[admitted - 1]);
        }

        return admitted;
    }

    bool ICallOwner.TryWithdraw(Call call)
    {
        _gate.Enter();
        bool removed = _queue.TryRemove(call);
        _workers.Withdrawn += removed ? 1 : 0;
        _quota.Wait(_queue.Count);
        bool drained = removed && _disposal is not null && IsIdleLocked;
        _gate.Exit();
        if (drained)
        {
            _drained.TrySetResult();
        }

        return removed;
    }

    bool IRefusalListener.IsRefusal(Exception exception) => _quota.IsRefusal(exception);

    void IRefusalListener.OnRefused(TimeSpan? retryAfter)
    {
        using Lock.Scope held = _gate.EnterScope();
        _quota.Refuse(retryAfter);
        _quota.Wait(_queue.Count);
    }

    /// <summary>Gives a slot whose call has ended the next one, or else frees the slot.</summary>
    internal Call? TakeNext(CallSlot slot)
    {
        _gate.Enter();
        _inFlight--;
        _quota.End(slot.Worker);
        Call? next = null;
        if (_queue.Count > 0 && _quota.MayStart(_inFlight))
        {
            _ = _queue.TryDequeue(out next);
            _inFlight++;
            _quota.Start();
        }
        else
        {
            _free.Push(slot);
        }

        _quota.Wait(_queue.Count);
        bool drained = _disposal is not null && IsIdleLocked;

        // The end of this call may have raised the limit.
        bool mayStartMore = _queue.Count > 0 && _quota.MayStart(_inFlight);
        _gate.Exit();
        if (drained)
        {
            _drained.TrySetResult();
        }

        if (mayStartMore)
        {
            StartQueued();
        }

        return next;
    }

    private bool IsIdleLocked => _inFlight == 0 && _queue.Count == 0;

    private void OnTime()
    {
        using (_gate.EnterScope())
        {
            _quota.OnTime();
        }

        StartQueued();
    }

    /// <summary>Starts what waits, as far as it may start now.</summary>
    private void StartQueued()
    {
        while (true)
        {
            Call? call = null;
            CallSlot? slot = null;
            _gate.Enter();
            try
            {
                slot = _queue.Count > 0 ? TakeSlotLocked() : null;
                _ = slot is not null && _queue.TryDequeue(out call);
                _quota.Wait(_queue.Count);
            }
            finally
            {
                _gate.Exit();
            }

            if (call is null)
            {
                return;
            }

            slot!.Post(call);
        }
    }

    private async Task DrainAsync()
    {
        await _drained.Task.ConfigureAwait(false);
        ExecutorMetrics.Unregister(this);
        _quota.Dispose();
        await _workers.DisposeStatesAsync().ConfigureAwait(false);
    }

    private Exception? RefusalLocked(Call call) => _disposal is not null
        ? new ObjectDisposedException(nameof(AsyncExecutor))
        : _workers.RefusalWhenFull(_queue.Count, _options.QueueCapacity, _quota.Limit, call.IsOfMap);

    private CallSlot? TakeSlotLocked()
    {
        if (!_quota.MayStart(_inFlight))
        {
            return null;
        }

        _inFlight++;
        _quota.Start();
        return _free.TryPop(out CallSlot? slot) ? slot : OpenSlotLocked();
    }

    private CallSlot OpenSlotLocked()
    {
        WorkerContext worker = _workers.Open($"slot {_workers.Count + 1}", LaneKind.Slot);
        return new CallSlot(this, worker);
    }
}
