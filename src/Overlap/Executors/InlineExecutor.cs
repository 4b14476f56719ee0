using System.Diagnostics;
using Overlap.Timelines;

namespace Overlap.Executors;

/// <summary>Runs each call at once, on the thread that submits it: the plain loop, with the same call sites as the others.</summary>
/// <remarks>
/// <c>MapAsync</c> and its kin run one item after the other. An asynchronous function runs to its end before <c>SubmitAsync</c> returns,
/// with the submitting thread blocked meanwhile, so that calls never overlap; a call may submit another one, which then runs inside it.
/// </remarks>
[DebuggerDisplay("InlineExecutor, {_workers.Submitted} submitted")]
public sealed class InlineExecutor : IExecutor, ICallOwner
{
    private readonly InlineExecutorOptions _options;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guarded by _gate. One worker per call that runs: more than one only when calls nest or several threads submit.
    private readonly Stack<WorkerContext> _free = new();
    private readonly WorkerSet _workers;
    private int _running;
    private Task? _disposal;

    /// <summary>Makes an executor.</summary>
    /// <param name="options">The settings; the default ones if there are none.</param>
    public InlineExecutor(InlineExecutorOptions? options = null)
    {
        _options = options ?? new InlineExecutorOptions();
        _workers = new WorkerSet(this, _options.WorkerState, _options.Recorder, _options.Refusals);
        ExecutorMetrics.Register(this);
    }

    /// <inheritdoc/>
    public ExecutionModel Model => ExecutionModel.Inline;

    /// <summary>One: a caller's calls run one after the other.</summary>
    public int MaxWorkers => 1;

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
            return _workers.Sum(queued: 0, queueCapacity: 0);
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Takes no more calls, waits for those that other threads run, and disposes the workers' states.</summary>
    public ValueTask DisposeAsync()
    {
        _gate.Enter();
        bool first = _disposal is null;
        _disposal ??= DrainAsync();
        bool idle = _running == 0;
        _gate.Exit();
        if (first && idle)
        {
            _drained.TrySetResult();
        }

        return new ValueTask(_disposal);
    }

    int ICallOwner.Admit(ReadOnlySpan<Call> calls, out Exception? refusal)
    {
        for (int i = 0; i < calls.Length; i++)
        {
            WorkerContext? worker = TryEnter(calls[i]);
            if (worker is null)
            {
                refusal = new ObjectDisposedException(nameof(InlineExecutor));
                return i;
            }

            calls[i].Run(worker);
            Leave(worker);
        }

        refusal = null;
        return calls.Length;
    }

    // Nothing ever waits in a queue here.
    bool ICallOwner.TryWithdraw(Call call) => false;

    private WorkerContext? TryEnter(Call call)
    {
        _gate.Enter();
        try
        {
            if (_disposal is not null)
            {
                return null;
            }

            _workers.Accept(call, _options.Recorder?.GetTimestamp() ?? 0);
            _running++;
            if (_free.TryPop(out WorkerContext? worker))
            {
                return worker;
            }

            string lane = _workers.Count == 0 ? "caller" : $"caller {_workers.Count + 1}";
            return _workers.Open(lane, LaneKind.Caller);
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void Leave(WorkerContext worker)
    {
        _gate.Enter();
        _running--;
        _free.Push(worker);
        bool drained = _disposal is not null && _running == 0;
        _gate.Exit();
        if (drained)
        {
            _drained.TrySetResult();
        }
    }

    private async Task DrainAsync()
    {
        await _drained.Task.ConfigureAwait(false);
        ExecutorMetrics.Unregister(this);
        await _workers.DisposeStatesAsync().ConfigureAwait(false);
    }
}
