using System.Globalization;
using System.Runtime.CompilerServices;
using Overlap.Timelines;

namespace Overlap.Executors;

/// <summary>A call of a function with its argument, and the future of its result.</summary>
internal sealed class Call<TArgument, TResult> : Call
{
    private readonly Callable<TArgument, TResult> _callable;
    private readonly TArgument _argument;

    // Continuations of the caller never run on the worker: they could block or dive.
    private readonly TaskCompletionSource<TResult> _future = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Written by whoever ran the call, before Complete.
    private TResult? _result;
    private Exception? _exception;

    // Set when the call is still open after it was started.
    private ConfiguredValueTaskAwaitable<TResult>.ConfiguredValueTaskAwaiter _awaiter;
    private CallSlot? _openOn;
    private SpanRecorder? _openSpan;

    public Call(ICallOwner owner, Callable<TArgument, TResult> callable, TArgument argument, CancellationToken cancellationToken)
        : base(owner, cancellationToken)
    {
        _callable = callable;
        _argument = argument;
    }

    public Task<TResult> Task => _future.Task;

    protected override string? Label => _argument switch
    {
        string text => text,
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        ValueTuple => null,
        _ => _argument?.ToString(),
    };

    public override void CompleteCanceled() => _future.TrySetCanceled(Token);

    protected override SpanStatus Invoke(WorkerContext worker)
    {
        try
        {
            worker.EnsureState();
            _result = _callable.IsSynchronous
                ? _callable.Invoke(_argument, Token)
                : BlockingPump.Run(_callable, _argument, Token);
            return SpanStatus.Succeeded;
        }
        catch (Exception exception)
        {
            return Fail(exception);
        }
    }

    protected override SpanStatus? InvokeAsync(CallSlot slot, SpanRecorder? span)
    {
        WorkerContext worker = slot.Worker;
        WorkerContext? outer = worker.EnterThread();
        RecordingContext? recording = span is null ? null : new RecordingContext(span);
        recording?.Enter();
        try
        {
            worker.EnsureState();
            if (worker.OwnsState)
            {
                worker.EnterFlow();
            }

#pragma warning disable CA2012 // The awaiter is the one look at the value task: it is kept to be told of the end, and read once.
            ConfiguredValueTaskAwaitable<TResult>.ConfiguredValueTaskAwaiter awaiter =
                _callable.InvokeAsync(_argument, Token).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
            if (awaiter.IsCompleted)
            {
                _result = awaiter.GetResult();
                return SpanStatus.Succeeded;
            }

            _awaiter = awaiter;
            _openOn = slot;
            _openSpan = span;
        }
        catch (Exception exception)
        {
            return Fail(exception);
        }
        finally
        {
            recording?.Leave();
            WorkerContext.LeaveThread(outer);
        }

        _awaiter.UnsafeOnCompleted(OnFunctionEnded);
        return null;
    }

    protected override void Complete()
    {
        switch (_exception)
        {
            case null:
                _future.TrySetResult(_result!);
                break;
            case OperationCanceledException canceled:
                _future.TrySetCanceled(canceled.CancellationToken);
                break;
            default:
                _future.TrySetException(_exception);
                break;
        }
    }

    private void OnFunctionEnded()
    {
        SpanStatus status;
        try
        {
            _result = _awaiter.GetResult();
            status = SpanStatus.Succeeded;
        }
        catch (Exception exception)
        {
            status = Fail(exception);
        }

        EndAsynchronously(_openOn!, _openSpan, status);
    }

    // As with the runtime's own asynchronous methods, whoever throws a cancellation is cancelled, whatever its token.
    private SpanStatus Fail(Exception exception)
    {
        _exception = exception;
        return exception is OperationCanceledException ? SpanStatus.Canceled : SpanStatus.Failed;
    }
}
