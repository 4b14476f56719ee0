using Overlap.Processes.Transport;
using Overlap.Processes.Values;
using Overlap.Processes.Workers;
using Overlap.Timelines;

namespace Overlap.Processes.Dispatch;

/// <content>What follows when a worker is gone: its calls are sorted, and where no worker starts any more the pool gives up.</content>
internal sealed partial class WorkerPool
{
    private const int MostLinesInMessage = 3;

    /// <summary>A worker's process is gone: called once for each that was started, by the thread that watches processes.</summary>
    public void OnExited(WorkerLink worker, WorkerExit exit)
    {
        worker.End();

        // P7: what it sent before it died counts; after this nobody reads.
        _ = Read(worker);
        worker.ReadGate.Enter();
        worker.IsReadOut = true;
        worker.ReadGate.Exit();
        List<RemoteCall> lost = [];
        _gate.Enter();
        bool wasEarly = worker.State == LinkState.Starting;
        bool wasPeaceful = worker.State == LinkState.Retiring && exit.ExitCode == 0;
        worker.State = LinkState.Gone;
        CountEndLocked(worker, exit, wasPeaceful);
        TakeOverLocked(worker, lost);
        if (wasEarly && !wasPeaceful)
        {
            CountEarlyDeathLocked(worker.Failure?.Message ?? exit.Describe(), worker.Failure, exit, isLast: worker.Failure is not null);
        }

        _gate.Exit();

        // P8: calls first: whoever waits for them must not wait for a new worker.
        foreach (RemoteCall call in lost)
        {
            EndHere(call, DeathOf(call, worker, exit));
        }

        Bury(worker);
        _gate.Enter();
        if (!_isClosed || _queue.Count > 0)
        {
            PumpLocked();
        }

        _gate.Exit();
        FailQueueIfBroken();
    }

    /// <summary>
    /// Sorts the calls of a worker that died: what did not run waits again, in its order and first; what is done is kept, published or not; the
    /// one item that ran is lost.
    /// </summary>
    private void TakeOverLocked(WorkerLink worker, List<RemoteCall> lost)
    {
        while (worker.Sent.Last is { } call)
        {
            // A slot that names another call was written over by the worker: what stood there may have run, and is not given to others for ever.
            int started = worker.Slots.IsOf(call.Slot, call.Generation) ? worker.Slots.Started(call.Slot, call.Generation) : call.Count;
            if (started > 0 && call.Count > 1 && !call.IsEnded)
            {
                ReceiveUnpublished(worker, call, started);
            }

            int received = call.Received;
            FreeLocked(worker, call);
            if (call.IsEnded)
            {
                // P10: ended at its deadline; only now no worker can read its arguments any more.
                call.ReleaseOnce();
            }
            else if (started <= received)
            {
                RequeueLocked(call, received);
            }
            else
            {
                SortRunningLocked(call, received, lost);
            }
        }
    }

    /// <summary>Puts what is left of a call back in front of the queue.</summary>
    private void RequeueLocked(RemoteCall call, int received)
    {
        if (received == 0)
        {
            EnqueueFirstLocked(call);
            return;
        }

        if (received < call.Count)
        {
            EnqueueFirstLocked(call.Split(received, call.Count - received));
        }

        Finish(call);
    }

    /// <summary>Sets the item that ran apart from those before and after it.</summary>
    private void SortRunningLocked(RemoteCall call, int running, List<RemoteCall> lost)
    {
        if (call.Count - running > 1)
        {
            EnqueueFirstLocked(call.Split(running + 1, call.Count - running - 1));
        }

        RemoteCall ran = call;
        if (running > 0)
        {
            ran = call.Split(running, 1);
            ran.Kills = call.Kills;
            Finish(call);
        }

        // P11: counted before it is asked.
        if (++ran.Kills < RemoteCall.MostKills && ran.MayRunAgain)
        {
            EnqueueFirstLocked(ran);
        }
        else
        {
            lost.Add(ran);
        }
    }

    private static void Finish(RemoteCall call)
    {
        if (call.TryEnd())
        {
            call.ReleaseOnce();
            call.Complete();
        }
    }

    /// <summary>Takes results that the worker had finished but not yet sent when it died.</summary>
    private static void ReceiveUnpublished(WorkerLink worker, RemoteCall call, int started)
    {
        (int count, int bytes) = worker.Slots.GetDone(call.Slot);
        int first = worker.Slots.GetFrameFirst(call.Slot);
        if (first != call.Received || count < 1 || count > Math.Min(started, call.Count) - first)
        {
            return;
        }

        try
        {
            PayloadReader reader = new(worker.Replies.ReadUnpublished(bytes), worker);
            call.Receive(new FrameHeader { First = first, Count = count }, ref reader);
            worker.Counts.Count(SpanStatus.Succeeded, count);
            call.Received = first + count;
            call.Publish();
        }
        catch (PayloadException)
        {
            // What a dying worker left is not whole: the item counts as the one that ran.
        }
    }

    /// <summary>
    /// Counts a worker that never became ready. After too many in a short time the pool gives up if none is ready, and starts no more for a while
    /// where others work: they show that workers can be ready.
    /// </summary>
    /// <param name="how">How the last one ended.</param>
    /// <param name="cause">What it failed with, if it could tell.</param>
    /// <param name="exit">How its process ended.</param>
    /// <param name="isLast">Whether any other would fail in the same way.</param>
    private void CountEarlyDeathLocked(string how, Exception? cause, WorkerExit exit, bool isLast)
    {
        long now = _time.GetTimestamp();
        _earlyDeaths[_earlyDeathCount++ % MostEarlyDeaths] = now;
        bool areMany = _earlyDeathCount >= MostEarlyDeaths
            && _time.GetElapsedTime(_earlyDeaths[_earlyDeathCount % MostEarlyDeaths], now) <= EarlyDeathsWithin;

        if (areMany && !isLast && _workers.Any(static worker => worker.State == LinkState.Ready))
        {
            _earlyDeathCount = 0;
            PauseStartsLocked(DeathsInARow(how), cause);
        }
        else if (areMany || isLast)
        {
            string what = isLast
                ? $"A worker could not start: {how}"
                : DeathsInARow(how);
            _broken ??= new BrokenProcessPoolException(what + ErrorLines(exit), cause)
            {
                ExitCode = exit.ExitCode,
                Signal = exit.Signal,
                LastErrorLines = exit.LastErrorLines,
            };
        }
    }

    private static string DeathsInARow(string how) => $"{MostEarlyDeaths} worker processes in a row ended before they were ready; the last one {how}.";

    private static WorkerDiedException DeathOf(RemoteCall call, WorkerLink worker, WorkerExit exit)
    {
        string how = worker.Reason is { } reason && worker.State != LinkState.Ready && exit.Signal == 9
            ? $"was ended because {reason}" : exit.Describe();
        string again = call.Kills > 1 ? $" It has cost {call.Kills} workers and is not given to another." : "";
        return new WorkerDiedException($"The worker process {worker.Process?.ProcessId} {how} while it ran {call.Function.Portable.Name}.{again}{ErrorLines(exit)}")
        {
            ExitCode = exit.ExitCode,
            Signal = exit.Signal,
            ProcessId = worker.Process?.ProcessId ?? 0,
            LastErrorLines = exit.LastErrorLines,
        };
    }

    // The first lines tell what happened; the rest, mostly a stack, is in the exception's own list.
    private static string ErrorLines(WorkerExit exit) =>
        exit.LastErrorLines.Count == 0 ? "" : Environment.NewLine + string.Join(Environment.NewLine, exit.LastErrorLines.Take(MostLinesInMessage));

    /// <summary>Removes a worker that is gone; what it counted stays.</summary>
    private void Bury(WorkerLink worker)
    {
        // The reader may be reading the segment: it is unmapped under the gate that reading holds.
        worker.ReadGate.Enter();
        worker.IsReadOut = true;
        worker.ReadGate.Exit();
        _gate.Enter();
        if (_workers.Remove(worker))
        {
            worker.State = LinkState.Gone;

            // One that never started may have a call for its begin.
            TakeBackAllLocked(worker);
            _buried.Succeeded += worker.Counts.Succeeded;
            _buried.Failed += worker.Counts.Failed;
            _buried.Canceled += worker.Counts.Canceled;
            _cpuOfGone += worker.Process?.ReadCpu() ?? TimeSpan.Zero;
            _readFrom = [.. _workers];
        }

        _gate.Exit();
        _graves.Enqueue(worker);
        TellReader();
        EndIfAllGone();
    }

    /// <summary>Ends a call from this side.</summary>
    private void EndHere(RemoteCall call, Exception exception)
    {
        if (!call.TryEnd())
        {
            return;
        }

        _gate.Enter();
        _failedHere += call.Count - call.Received;
        _gate.Exit();
        call.Fail(exception);
        call.ReleaseOnce();
        call.Complete();
    }

    /// <summary>Ends all that waits when no worker can be started any more.</summary>
    private void FailQueueIfBroken()
    {
        while (true)
        {
            _gate.Enter();
            LookAtWarmUpsLocked();
            RemoteCall? call = null;
            bool any = _broken is not null && (call = _queue.First) is not null && TryDequeueLocked(call);
            _gate.Exit();
            if (!any)
            {
                break;
            }

            EndHere(call!, _broken!);
        }

        CloseIfDrained();
    }
}
