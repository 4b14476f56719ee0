using Overlap.Adaptation;
using Overlap.Executors;
using Overlap.Processes.Functions;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;
using Overlap.Waiting;

namespace Overlap.Processes.Dispatch;

/// <summary>The engine of a process pool: takes calls in, gives them to workers, ends each exactly once. See the folder's README for P1 to P12.</summary>
internal sealed unsafe partial class WorkerPool
{
    // What is kept warm for large arguments.
    private const long WarmLimit = 512L << 20;

    private readonly IExecutor _executor;
    private readonly ProcessPoolExecutorOptions _options;
    private readonly TimeProvider _time;
    private readonly ValueCodecs _codecs;
    private readonly ExceptionTypes _exceptionTypes;
    private readonly PoolMemory _memory;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate.
    private readonly List<WorkerLink> _workers = [];
    private readonly PayloadWriter _writer = new(NoBorder.Instance);
    private IntrusiveQueue<RemoteCall> _queue;
    private long _submitted;
    private long _queuedItems;
    private long _withdrawn;
    private long _failedHere;
    private (long Succeeded, long Failed, long Canceled) _buried;
    private int _limit;
    private int _opened;
    private Exception? _broken;
    private bool _isClosed;
    private volatile Exception? _outputFailure;
    private volatile Exception? _reportFailure;

    public WorkerPool(IExecutor executor, ProcessPoolExecutorOptions options)
    {
        _executor = executor;
        _options = options;
        _time = options.TimeProvider;
        _adaptation = options.Adaptive is { } adaptive ? new PoolAdaptation(adaptive, options.Recorder, ReadWorkers, MachineReader.Read) : null;
        _paceTimer = options.Adaptive?.TimeProvider.CreateTimer(
            static pool => ((WorkerPool)pool!).OnPace(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _limit = _adaptation?.Limit ?? options.MaxWorkers;
        _codecs = new ValueCodecs(options.JsonContext);
        FunctionCodecs.Install(_codecs, code: null);
        _exceptionTypes = new ExceptionTypes(options.ExceptionTypes);
        _setup = WorkerSetup.Of(options, _codecs);
        _memory = PoolMemory.Create(options.Transport);
        Crossings = new Crossings(
            new LentMemory(_memory.Arguments, WarmLimit), new BufferRental(_memory.Buffers, _memory.IsShared, WarmLimit), _memory.IsShared, OnTokenCanceled);
        Functions = new FunctionTable(_codecs);
    }

    public FunctionTable Functions { get; }

    public Crossings Crossings { get; }

    public int MaxWorkers => _options.MaxWorkers;

    public int QueueCapacity => _options.QueueCapacity;

    /// <summary>Whether calls are taken down.</summary>
    public bool IsRecorded => _options.Recorder is not null;

    /// <summary>Submits a call of one item.</summary>
    public Task<TResult> SubmitAsync<T, TResult>(
        Callable<T, TResult> callable, T argument, ProcessCallOptions options, CancellationToken cancellationToken, bool isOfMap = false) =>
        TrySubmit(callable, argument, options, isOfMap, cancellationToken)?.Task ?? Task.FromCanceled<TResult>(cancellationToken);

    private SingleCall<T, TResult>? TrySubmit<T, TResult>(
        Callable<T, TResult> callable, T argument, ProcessCallOptions options, bool isOfMap, CancellationToken cancellationToken)
    {
        PoolFunction<T, TResult> function = Functions.Of<T, TResult>(callable.Delegate);
        if (cancellationToken.IsCancellationRequested)
        {
            CountCanceled(isOfMap);
            return null;
        }

        SingleCall<T, TResult> call = new(function, callable.Delegate, argument, options, Crossings, IsRecorded, cancellationToken) { IsOfMap = isOfMap };
        try
        {
            Submit(call);
        }
        catch
        {
            call.ReleaseOnce();
            throw;
        }

        if (cancellationToken.CanBeCanceled)
        {
            call.Attach(cancellationToken.UnsafeRegister(static state => ((Canceling)state!).Run(), new Canceling(this, call)));
        }

        return call;
    }

    /// <summary>Counts a call whose token was cancelled before it was submitted.</summary>
    private void CountCanceled(bool isOfMap)
    {
        using Lock.Scope held = _gate.EnterScope();
        if (RefusalLocked(isOfMap) is { } refusal)
        {
            throw refusal;
        }

        _submitted++;
        _withdrawn++;
    }

    /// <summary>Takes a call in.</summary>
    /// <exception cref="ObjectDisposedException">The pool was disposed.</exception>
    /// <exception cref="ExecutorQueueFullException">The queue is full.</exception>
    /// <exception cref="BrokenProcessPoolException">Workers cannot be started.</exception>
    public void Submit(RemoteCall call)
    {
        call.QueuedAt = TimeProvider.System.GetTimestamp();
        _gate.Enter();
        try
        {
            if (RefusalLocked(call.IsOfMap) is { } refusal)
            {
                throw refusal;
            }

            call.Number = _submitted + 1;
            _submitted += call.Count;
            if (_queue.Count > 0 || !TrySendLocked(call, out WorkerLink? worker))
            {
                EnqueueLocked(call);
                StartWorkersLocked();
                AwaitPaceLocked();
            }
            else
            {
                worker!.Requests.WakeReader();
            }
        }
        finally
        {
            _gate.Exit();
        }

        Guard(call);
    }

    public ExecutorStatistics GetStatistics()
    {
        using Lock.Scope held = _gate.EnterScope();
        long unstarted = _queuedItems;
        (long succeeded, long failed, long canceled) = _buried;
        foreach (WorkerLink worker in _workers)
        {
            succeeded += worker.Counts.Succeeded;
            failed += worker.Counts.Failed;
            canceled += worker.Counts.Canceled;
            for (RemoteCall? call = worker.Sent.First; call is not null; call = call.Next)
            {
                unstarted += call.IsEnded ? 0 : worker.Slots.Unstarted(call.Slot, call.Generation);
            }
        }

        failed += _failedHere;
        canceled += _withdrawn;
        long running = Math.Max(0, _submitted - unstarted - succeeded - failed - canceled);
        return new ExecutorStatistics
        {
            Model = ExecutionModel.Processes,
            MaxWorkers = _options.MaxWorkers,
            WorkerLimit = WorkerLimit,
            Adaptation = Adaptation,
            Workers = _workers.Count(static worker => worker.State is not LinkState.Gone),
            QueueCapacity = _options.QueueCapacity,
            Submitted = _submitted,
            Queued = unstarted,
            Running = running,
            Succeeded = succeeded,
            Failed = failed,
            Canceled = canceled,
        };
    }

    /// <summary>Takes back what of a call has not started, and asks the worker to cancel what runs.</summary>
    public void Cancel(RemoteCall call)
    {
        if (!TryWithdraw(call, out bool hasEnded))
        {
            RequestCancel(call);
        }

        if (hasEnded)
        {
            call.Fail(new OperationCanceledException(call.Token));
            call.ReleaseOnce();
            call.Complete();
            CloseIfDrained();
        }
    }

    /// <summary>Takes a call out of the queue, or its unstarted items back from its worker.</summary>
    /// <param name="call">The call.</param>
    /// <param name="hasEnded">Whether the call has ended by this, and the caller completes it.</param>
    /// <returns>Whether nothing of it runs.</returns>
    private bool TryWithdraw(RemoteCall call, out bool hasEnded)
    {
        using Lock.Scope held = _gate.EnterScope();
        hasEnded = false;
        if (call.Worker is not { } worker)
        {
            // Its links are those of the queue it stands in: of this one only while it has no worker.
            if (!TryDequeueLocked(call))
            {
                return false;
            }

            hasEnded = call.TryEnd();
            _withdrawn += hasEnded ? call.Count : 0;
            return true;
        }

        int taken = worker.Slots.TakeBack(call.Slot, call.Generation, call.Count, SlotTable.LargestCount);
        if (taken == 0)
        {
            return false;
        }

        if (taken < call.Count)
        {
            call.Shorten(taken);
            _withdrawn += taken;
            hasEnded = call.IsReceived && call.TryEnd();
        }
        else
        {
            hasEnded = call.TryEnd();
            _withdrawn += hasEnded ? taken : 0;
        }

        if (hasEnded)
        {
            FreeLocked(worker, call);
        }

        return hasEnded;
    }

    private void EnqueueLocked(RemoteCall call)
    {
        _queue.Enqueue(call);
        _queuedItems += call.Count;
    }

    private void EnqueueFirstLocked(RemoteCall call)
    {
        _queue.EnqueueFirst(call);
        _queuedItems += call.Count;
    }

    private bool TryDequeueLocked(RemoteCall call)
    {
        if (!_queue.TryRemove(call))
        {
            return false;
        }

        _queuedItems -= call.Count;
        return true;
    }

    private void RequestCancel(RemoteCall call)
    {
        WorkerLink? worker;
        _gate.Enter();
        worker = call.Worker;
        if (worker is not null && !call.IsEnded)
        {
            worker.Slots.RequestCancel(call.Slot, call.Generation);
        }

        _gate.Exit();
        worker?.Poke();
    }

    // The window of a map was made to fit when all workers are there, and the limit may move meanwhile.
    private Exception? RefusalLocked(bool isOfMap) =>
        _isClosed ? new ObjectDisposedException(nameof(ProcessPoolExecutor))
        : _broken is not null ? _broken
        : _queuedItems >= _options.QueueCapacity && OpenLocked() >= (isOfMap ? _options.MaxWorkers : (long)_limit) + _options.QueueCapacity
            ? new ExecutorQueueFullException(_options.QueueCapacity)
            : null;

    /// <summary>The calls that have not ended.</summary>
    private long OpenLocked()
    {
        long ended = _withdrawn + _failedHere + _buried.Succeeded + _buried.Failed + _buried.Canceled;
        foreach (WorkerLink worker in _workers)
        {
            ended += worker.Counts.Succeeded + worker.Counts.Failed + worker.Counts.Canceled;
        }

        return _submitted - ended;
    }

    /// <summary>Hands on what a worker printed. On the thread that watches processes.</summary>
    public void OnOutput(WorkerOutputLine line)
    {
        if (_outputFailure is not null)
        {
            return;
        }

        try
        {
            if (_options.Output is { } output)
            {
                output(line);
            }
            else
            {
                (line.IsError ? Console.Error : Console.Out).WriteLine(line.Text);
            }
        }
        catch (Exception exception)
        {
            // Whoever disposes the pool hears of it; the thread is every pool's.
            _outputFailure = exception;
        }
    }

    private void OnTokenCanceled(long number)
    {
        WorkerLink[] workers;
        _gate.Enter();
        workers = [.. _workers];
        foreach (WorkerLink worker in workers)
        {
            worker.Tokens.Cancel(number);
        }

        _gate.Exit();
        foreach (WorkerLink worker in workers)
        {
            worker.Poke();
        }
    }

    private sealed class Canceling(WorkerPool pool, RemoteCall call)
    {
        public void Run() => pool.Cancel(call);
    }
}
