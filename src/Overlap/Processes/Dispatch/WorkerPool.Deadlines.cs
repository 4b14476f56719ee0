
namespace Overlap.Processes.Dispatch;

/// <content>Ends calls that wait or run too long, and workers that hang or idle.</content>
internal sealed partial class WorkerPool
{
    private ITimer? _idleCheck;

    /// <summary>Starts the clocks of a call.</summary>
    private void Guard(RemoteCall call)
    {
        if ((call.Options.QueueDeadline ?? call.Options.Deadline) is not { } first)
        {
            return;
        }

        // The timer is its own first: it is set under the gate, and looks under the gate.
        _gate.Enter();
        if (!call.IsEnded)
        {
            call.Deadline = _time.CreateTimer(
                static state => ((Overdue)state!).Look(), new Overdue(this, call), first, Timeout.InfiniteTimeSpan);
            if (call.IsEnded)
            {
                call.Deadline.Dispose();
            }
        }

        _gate.Exit();
    }

    /// <summary>Looks whether a call is past its deadline; if it is not, looks again when it may be.</summary>
    private void LookAtDeadline(RemoteCall call)
    {
        CallDeadlineException? overdue = null;
        bool isQueued = false;
        _gate.Enter();
        if (!call.IsEnded && (call.Worker is not null || call.IsQueued))
        {
            bool isRunning = call.Worker is { } at && at.Slots.Started(call.Slot, call.Generation) > 0;
            TimeSpan? limit = isRunning ? call.Options.Deadline : call.Options.QueueDeadline;
            TimeSpan since = TimeProvider.System.GetElapsedTime(isRunning ? StartOf(call) : call.QueuedAt);
            if (limit is null)
            {
                _ = call.Deadline?.Change(call.Options.Deadline ?? Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
            else if (since < limit)
            {
                _ = call.Deadline?.Change(limit.Value - since, Timeout.InfiniteTimeSpan);
            }
            else
            {
                overdue = CallDeadlineException.Of(call.Function.Portable.Name, limit.Value, isRunning);
                isQueued = !isRunning;
            }
        }

        _gate.Exit();
        if (overdue is null)
        {
            return;
        }

        if (isQueued)
        {
            if (!TryWithdraw(call, out bool hasEnded))
            {
                // It has started in this moment: from now its run counts.
                LookAtDeadline(call);
            }
            else if (hasEnded)
            {
                CountAsFailed();
                call.Fail(overdue);
                call.ReleaseOnce();
                call.Complete();
                CloseIfDrained();
            }

            return;
        }

        EndAtDeadline(call, overdue);
    }

    // The worker notes the time a moment after it has taken the call; and what a mad one notes may be any number.
    private static long StartOf(RemoteCall call)
    {
        long now = TimeProvider.System.GetTimestamp();
        long noted = call.Worker!.Slots.GetStarted(call.Slot);
        return noted == 0 ? now : Math.Clamp(noted, call.QueuedAt, now);
    }

    /// <summary>Fails a call that runs too long, at once; then its worker is made to give it up, the harder the longer it takes.</summary>
    private void EndAtDeadline(RemoteCall call, CallDeadlineException overdue)
    {
        WorkerLink? worker;
        _gate.Enter();
        worker = call.Worker;
        _gate.Exit();
        if (worker is null || !TryEndRunning(worker, call))
        {
            return;
        }

        worker.Poke();
        call.Fail(overdue);
        call.Complete();
        _ = new Eviction(this, worker, call);
        CloseIfDrained();
    }

    /// <summary>Ends a call that runs, unless its reply is there first: both are decided under the gate that reading holds, so it is counted once.</summary>
    private bool TryEndRunning(WorkerLink worker, RemoteCall call)
    {
        using Lock.Scope reading = worker.ReadGate.EnterScope();
        using Lock.Scope held = _gate.EnterScope();
        if (call.Worker != worker || !call.TryEnd())
        {
            return false;
        }

        _failedHere++;
        worker.Slots.RequestCancel(call.Slot, call.Generation);
        worker.State = worker.State == LinkState.Ready ? LinkState.Condemned : worker.State;
        TakeBackAllLocked(worker);
        PumpLocked();
        return true;
    }

    // It was counted as withdrawn, which is a cancellation.
    private void CountAsFailed()
    {
        _gate.Enter();
        _withdrawn--;
        _failedHere++;
        _gate.Exit();
    }

    private void CheckIdle()
    {
        List<WorkerLink> idle = [];
        _gate.Enter();
        int spare = _workers.Count(static worker => worker.State == LinkState.Ready) - _options.MinWorkers;
        foreach (WorkerLink worker in _workers)
        {
            if (spare > 0 && worker.State == LinkState.Ready && worker.Sent.Count == 0
                && _time.GetElapsedTime(worker.IdleSince) >= _options.IdleTimeout)
            {
                idle.Add(worker);
                spare--;
            }
        }

        _gate.Exit();
        foreach (WorkerLink worker in idle)
        {
            Retire(worker, "it had nothing to do");
        }
    }

    private sealed class Overdue(WorkerPool pool, RemoteCall call)
    {
        public void Look() => pool.LookAtDeadline(call);
    }

    /// <summary>Makes a worker give up a call that was ended: its token is cancelled already, then SIGTERM, then SIGKILL.</summary>
    private sealed class Eviction
    {
        private readonly WorkerPool _pool;
        private readonly WorkerLink _worker;
        private readonly RemoteCall _call;
        private readonly ITimer _timer;
        private bool _isTerminated;

        public Eviction(WorkerPool pool, WorkerLink worker, RemoteCall call)
        {
            (_pool, _worker, _call) = (pool, worker, call);
            _timer = pool._time.CreateTimer(
                static state => ((Eviction)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _ = _timer.Change(pool._options.CancellationGrace, Timeout.InfiniteTimeSpan);
        }

        private void Look()
        {
            _pool._gate.Enter();
            // Once it was told to end it does not get calls any more, so it is of no use that it gives this one up after all.
            bool isOver = _worker.State == LinkState.Gone || (!_isTerminated && _call.Worker != _worker);
            if (!isOver)
            {
                _worker.Reason ??= "it did not give up a call at its deadline";
            }

            _pool._gate.Exit();
            if (isOver)
            {
                _timer.Dispose();
            }
            else if (_isTerminated)
            {
                _timer.Dispose();
                _worker.Process?.Kill();
            }
            else
            {
                _isTerminated = true;
                _worker.Process?.Terminate();
                _ = _timer.Change(_pool._options.TerminationGrace, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
