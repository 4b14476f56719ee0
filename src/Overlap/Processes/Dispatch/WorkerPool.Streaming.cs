using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Overlap.Processes.Transport;

namespace Overlap.Processes.Dispatch;

/// <content>Calls that give streams.</content>
internal sealed partial class WorkerPool
{
    /// <summary>Examines a function now, and calls it each time the stream is enumerated.</summary>
    public IAsyncEnumerable<TResult> Stream<T, TResult>(
        Delegate function, T argument, ProcessCallOptions options, CancellationToken cancellationToken)
    {
        PoolFunction<T, TResult> known = Functions.Of<T, TResult>(function, FrameFlags.Stream);
        return StreamAsync(known, function, argument, options, cancellationToken);
    }

    private async IAsyncEnumerable<TResult> StreamAsync<T, TResult>(
        PoolFunction<T, TResult> function,
        Delegate target,
        T argument,
        ProcessCallOptions options,
        CancellationToken first,
        [EnumeratorCancellation] CancellationToken second = default)
    {
        if (first.IsCancellationRequested || second.IsCancellationRequested)
        {
            CountCanceled(isOfMap: false);
            first.ThrowIfCancellationRequested();
            second.ThrowIfCancellationRequested();
        }

        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(first, second);
        WakeSignal signal = new();
        StreamCall<T, TResult> call = new(function, target, argument, options, Crossings, signal, IsRecorded, stop.Token);
        try
        {
            Submit(call);
        }
        catch
        {
            call.ReleaseOnce();
            throw;
        }

        CancellationTokenRegistration registration = stop.Token.UnsafeRegister(static state => ((Canceling)state!).Run(), new Canceling(this, call));
        try
        {
            // Looked at before the values: whatever is complete has put all of them down.
            for (bool isComplete = false; !isComplete;)
            {
                isComplete = call.IsComplete || call.IsUnreadable;
                while (!stop.IsCancellationRequested && call.TryTake(out TResult value, out long credit))
                {
                    Allow(call, credit);
                    yield return value;
                }

                if (stop.IsCancellationRequested)
                {
                    break;
                }

                if (!isComplete)
                {
                    await signal.WaitAsync().ConfigureAwait(false);
                }
            }
        }
        finally
        {
            await registration.DisposeAsync().ConfigureAwait(false);
            if (!call.IsComplete)
            {
                Cancel(call);
            }

            // E6: when the enumeration has ended, its call does not run.
            while (!call.IsComplete)
            {
                await signal.WaitAsync().ConfigureAwait(false);
            }
        }

        first.ThrowIfCancellationRequested();
        second.ThrowIfCancellationRequested();
        if (call.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <summary>Lets a worker give more values of a stream.</summary>
    private void Allow<T, TResult>(StreamCall<T, TResult> call, long credit)
    {
        if (credit == 0)
        {
            return;
        }

        WorkerLink? toPoke = null;
        _gate.Enter();
        call.Allow(credit);
        if (call.Worker is { } worker && !call.IsEnded)
        {
            worker.Slots.SetCredit(call.Slot, credit);
            toPoke = worker.Slots.IsWaitingForCredit(call.Slot) ? worker : null;
        }

        _gate.Exit();
        toPoke?.Poke();
    }
}
