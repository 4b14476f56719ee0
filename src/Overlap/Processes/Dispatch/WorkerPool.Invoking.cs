using Overlap.Executors;

namespace Overlap.Processes.Dispatch;

/// <content>Calls whose caller waits on its own thread.</content>
internal sealed partial class WorkerPool
{
    /// <summary>Submits a call and blocks until it has ended.</summary>
    /// <remarks>
    /// A caller that finds nobody else at it reads its worker's replies itself: the reply needs no way over another thread. Only one caller per
    /// worker can; the others wait for their tasks.
    /// </remarks>
    public TResult Invoke<T, TResult>(
        Callable<T, TResult> callable, T argument, ProcessCallOptions options, CancellationToken cancellationToken)
    {
        SingleCall<T, TResult>? call = TrySubmit(callable, argument, options, isOfMap: false, cancellationToken);
        if (call is null)
        {
            throw new OperationCanceledException(cancellationToken);
        }

        if (LinkOf(call) is { } worker && worker.TryLead())
        {
            call.Leading = worker;
            while (!call.IsEnded && !worker.HasEnded && !worker.IsReadOut)
            {
                if (Read(worker))
                {
                    Refill(worker);
                }
                else if (!worker.CallerSpin.TryAwait(worker.Replies))
                {
                    worker.SleepAsLeader(call);
                }
            }

            // Whoever ended it from elsewhere may still be about to wake this thread.
            SpinWait spinner = default;
            while (call.IsEnded && !call.Task.IsCompleted)
            {
                spinner.SpinOnce();
            }

            call.Leading = null;
            worker.EndLead();
            if (worker.HasEnded)
            {
                // Its memory was kept for this thread.
                TellReader();
            }
        }

        return call.Task.GetAwaiter().GetResult();
    }

    private WorkerLink? LinkOf(RemoteCall call)
    {
        using Lock.Scope held = _gate.EnterScope();
        return call.Worker;
    }
}
