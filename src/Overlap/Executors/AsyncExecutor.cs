using System.Diagnostics;
using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Executors;

/// <summary>Runs calls as asynchronous operations, a bounded number of them in flight, on the runtime's pool.</summary>
/// <remarks>
/// For functions that wait without blocking. A synchronous function occupies a pool thread while it runs: for code that blocks use
/// <see cref="ThreadPoolExecutor"/>.
/// </remarks>
[DebuggerDisplay("AsyncExecutor, {_inFlight} of {MaxWorkers} in flight, {_queue.Count} queued")]
public sealed class AsyncExecutor : IExecutor, ICallOwner
{
    private readonly AsyncExecutorOptions _options;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate.
    private readonly Stack<CallSlot> _free = new();
    private readonly WorkerSet _workers;
    private IntrusiveQueue<Call> _queue;
    private int _inFlight;
    private Task? _disposal;

    /// <summary>Makes an executor with the default settings and a limit.</summary>
    /// <param name="maxWorkers">The most calls in flight.</param>
    public AsyncExecutor(int maxWorkers)
        : this(new AsyncExecutorOptions { MaxWorkers = maxWorkers })
    {
    }

    /// <summary>Makes an executor.</summary>
    /// <param name="options">The settings; the default ones if there are none.</param>
    public AsyncExecutor(AsyncExecutorOptions? options = null)
    {
        _options = options ?? new AsyncExecutorOptions();
        _workers = new WorkerSet(this, _options.WorkerState, _options.Recorder);
        ExecutorMetrics.Register(this);
    }

    /// <inheritdoc/>
    public ExecutionModel Model => ExecutionModel.Async;

    /// <inheritdoc/>
    public int MaxWorkers => _options.MaxWorkers;

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
            return _workers.Sum(_queue.Count, _options.QueueCapacity);
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
        bool idle = _inFlight == 0;
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
                while (admitted < calls.Length && slot is null && (refusal = RefusalLocked()) is null)
                {
                    Call call = calls[admitted++];
                    _workers.Accept(call, now);
                    slot = TakeSlotLocked();
                    if (slot is null)
                    {
                        _queue.Enqueue(call);
                    }
                }
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
        _gate.Exit();
        return removed;
    }

    /// <summary>Gives a slot whose call has ended the next one, or else frees the slot.</summary>
    internal Call? TakeNext(CallSlot slot)
    {
        _gate.Enter();
        if (!_queue.TryDequeue(out Call? next))
        {
            _inFlight--;
            _free.Push(slot);
        }

        bool drained = _disposal is not null && _inFlight == 0;
        _gate.Exit();
        if (drained)
        {
            _drained.TrySetResult();
        }

        return next;
    }

    private async Task DrainAsync()
    {
        await _drained.Task.ConfigureAwait(false);
        ExecutorMetrics.Unregister(this);
        await _workers.DisposeStatesAsync().ConfigureAwait(false);
    }

    private Exception? RefusalLocked() => _disposal is not null
        ? new ObjectDisposedException(nameof(AsyncExecutor))
        : _workers.RefusalWhenFull(_queue.Count, _options.QueueCapacity);

    private CallSlot? TakeSlotLocked()
    {
        if (_inFlight == MaxWorkers)
        {
            return null;
        }

        _inFlight++;
        return _free.TryPop(out CallSlot? slot) ? slot : OpenSlotLocked();
    }

    private CallSlot OpenSlotLocked()
    {
        WorkerContext worker = _workers.Open($"slot {_workers.Count + 1}", LaneKind.Slot);
        return new CallSlot(this, worker);
    }
}
