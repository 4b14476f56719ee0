using System.Runtime.CompilerServices;
using Overlap.Timelines;

namespace Overlap.Executors;

/// <summary>A call of a function with its argument; what comes of it is kept for <see cref="Call.Complete"/>.</summary>
internal abstract class Call<TArgument, TResult>(
    Callable<TArgument, TResult> callable, ExecutionContext? context, CancellationToken cancellationToken)
    : Call(context, cancellationToken)
{
    // Set when the call is still open after it was started.
    private ConfiguredValueTaskAwaitable<TResult>.ConfiguredValueTaskAwaiter _awaiter;
    private CallSlot? _openOn;
    private SpanRecorder? _openSpan;
    private Action? _onFunctionEnded;

    /// <summary>The argument of the function.</summary>
    protected TArgument Argument { get; set; } = default!;

    /// <summary>The result, once it is there.</summary>
    protected TResult? Result { get; set; }

    /// <summary>What ended the call instead of a result.</summary>
    protected Exception? Exception { get; set; }

    protected override Exception? Failure => Exception;

    protected Callable<TArgument, TResult> Callable { get; } = callable;

    protected override bool IsSynchronous => Callable.IsSynchronous;

    protected override string? Label => CallLabel.Of(Argument);

    protected override SpanStatus Invoke(WorkerContext worker, SpanRecorder? span)
    {
        try
        {
            worker.EnsureState();
            if (worker.IsAskedFor)
            {
                worker.EnterFlow();
            }

            Result = Callable.IsSynchronous ? Callable.Invoke(Argument, Token) : BlockingPump.Run(Callable, Argument, span, Token);
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
        RecordingContext? recording = span is null ? null : RecordingContext.Enter(span);
        bool ended = true;
        try
        {
            worker.EnsureState();
            if (worker.IsAskedFor)
            {
                worker.EnterFlow();
            }

#pragma warning disable CA2012 // The awaiter is the one look at the value task: it is kept to be told of the end, and read once.
            ConfiguredValueTaskAwaitable<TResult>.ConfiguredValueTaskAwaiter awaiter =
                Callable.InvokeAsync(Argument, Token).ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
            if (awaiter.IsCompleted)
            {
                Result = awaiter.GetResult();
                return SpanStatus.Succeeded;
            }

            _awaiter = awaiter;
            _openOn = slot;
            _openSpan = span;
            ended = false;
            return null;
        }
        catch (Exception exception)
        {
            return Fail(exception);
        }
        finally
        {
            recording?.Leave(ended);
            WorkerContext.LeaveThread(outer);
        }
    }

    protected override void ObserveEnd() => _awaiter.UnsafeOnCompleted(_onFunctionEnded ??= OnFunctionEnded);

    private void OnFunctionEnded()
    {
        SpanStatus status;
        try
        {
            Result = _awaiter.GetResult();
            status = SpanStatus.Succeeded;
        }
        catch (Exception exception)
        {
            status = Fail(exception);
        }

        _awaiter = default;
        EndAsynchronously(_openOn!, _openSpan, status);
    }

    // As with the runtime's own asynchronous methods, whoever throws a cancellation is cancelled, whatever its token.
    private SpanStatus Fail(Exception exception)
    {
        Exception = exception;
        return exception is OperationCanceledException ? SpanStatus.Canceled : SpanStatus.Failed;
    }
}
