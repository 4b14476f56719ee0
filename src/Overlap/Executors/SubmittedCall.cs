namespace Overlap.Executors;

/// <summary>A call made by <c>SubmitAsync</c>: its end is a task.</summary>
internal sealed class SubmittedCall<TArgument, TResult> : Call<TArgument, TResult>
{
    private readonly ICallOwner _owner;

    // Continuations of the caller never run on the worker: they could block it or dive.
    private readonly TaskCompletionSource<TResult> _future = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Written before the call is queued, so that whoever runs it finds it.
    private CancellationTokenRegistration _registration;

    private SubmittedCall(
        ICallOwner owner, Callable<TArgument, TResult> callable, TArgument argument, CancellationToken cancellationToken)
        : base(callable, ExecutionContext.Capture(), cancellationToken)
    {
        _owner = owner;
        Argument = argument;
    }

    /// <summary>Submits a call to an executor.</summary>
    /// <exception cref="ObjectDisposedException">The executor was disposed.</exception>
    /// <exception cref="ExecutorQueueFullException">The executor's queue is full.</exception>
    public static Task<TResult> Submit(
        ICallOwner owner, Callable<TArgument, TResult> callable, TArgument argument, CancellationToken cancellationToken)
    {
        SubmittedCall<TArgument, TResult> call = new(owner, callable, argument, cancellationToken);
        if (cancellationToken.CanBeCanceled)
        {
            call._registration = cancellationToken.UnsafeRegister(
                static call => ((SubmittedCall<TArgument, TResult>)call!).Withdraw(), call);
        }

        owner.Admit([call], out Exception? refusal);
        if (refusal is not null)
        {
            call.Disarm();
            throw refusal;
        }

        // A cancellation between the registration and the queueing found nothing to withdraw.
        if (cancellationToken.IsCancellationRequested)
        {
            call.Withdraw();
        }

        return call._future.Task;
    }

    public override void SubmitTo(IExecutor executor) => throw new InvalidOperationException("A submitted call has its executor.");

    public override void CompleteCanceled() => _future.TrySetCanceled(Token);

    protected override void Disarm() => _registration.Unregister();

    protected override void Complete()
    {
        switch (Exception)
        {
            case null:
                _future.TrySetResult(Result!);
                break;
            case OperationCanceledException canceled:
                _future.TrySetCanceled(canceled.CancellationToken);
                break;
            default:
                _future.TrySetException(Exception);
                break;
        }
    }

    private void Withdraw()
    {
        if (_owner.TryWithdraw(this))
        {
            Disarm();
            CompleteCanceled();
        }
    }
}
