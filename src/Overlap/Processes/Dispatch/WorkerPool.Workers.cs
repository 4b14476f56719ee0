using System.Globalization;
using Overlap.Processes.Transport;
using Overlap.Processes.Values;
using Overlap.Processes.Workers;
using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Processes.Dispatch;

/// <content>Starts workers, replaces them, ends them.</content>
internal sealed partial class WorkerPool
{
    private const int MostEarlyDeaths = 5;
    private static readonly TimeSpan EarlyDeathsWithin = TimeSpan.FromSeconds(10);

    private readonly WorkerSetup _setup;

    // Guarded by _gate.
    private readonly Queue<long> _earlyDeaths = new();

    /// <summary>Starts as many workers as calls wait for, up to the limit.</summary>
    private void StartWorkersLocked()
    {
        if (_broken is not null)
        {
            return;
        }

        int starting = 0;
        int alive = 0;
        foreach (WorkerLink worker in _workers)
        {
            starting += worker.State == LinkState.Starting ? 1 : 0;
            alive += worker.State is LinkState.Starting or LinkState.Ready ? 1 : 0;
        }

        int wanted = Math.Min(_limit - alive, _queue.Count - starting);
        for (int i = 0; i < wanted; i++)
        {
            OpenLocked(++_opened);
        }
    }

    private void OpenLocked(int number)
    {
        LaneRecorder? lane = _options.Recorder?.OpenLane(
            string.Create(CultureInfo.InvariantCulture, $"{_options.WorkerName} {number}"), LaneKind.Process);
        WorkerLink worker = new(this, number, lane, _memory);
        _setup.WriteLocked(worker);
        foreach (long token in Crossings.Tokens)
        {
            worker.Tokens.Cancel(token);
        }

        _workers.Add(worker);
        _readFrom = [.. _workers];
        StartReaderLocked();
        _idleCheck ??= _options.IdleTimeout == Timeout.InfiniteTimeSpan ? null : _time.CreateTimer(
            static pool => ((WorkerPool)pool!).CheckIdle(), this, _options.IdleTimeout, _options.IdleTimeout / 2);
        Continuations.Post(static state => ((Starting)state!).Run(), new Starting(this, worker));
    }

    /// <summary>Starts the workers that are there before any call.</summary>
    public void StartAhead()
    {
        _gate.Enter();
        while (_workers.Count < Math.Min(_options.MinWorkers, _limit))
        {
            OpenLocked(++_opened);
        }

        _gate.Exit();
    }

    private void Launch(WorkerLink worker)
    {
        try
        {
            worker.Start(new WorkerLaunch
            {
                Inherited = worker.Inherited(_memory),
                Environment = _memory.Environment(),
                Limits = _options.Limits,
            });
            TellReader();
        }
        catch (Exception exception)
        {
            Break(exception as BrokenProcessPoolException ?? new BrokenProcessPoolException($"No worker process can be started: {exception.Message}", exception));
            Bury(worker);
        }
    }

    private void OnReady(WorkerLink worker)
    {
        _gate.Enter();
        if (worker.State == LinkState.Starting)
        {
            worker.State = LinkState.Ready;
            worker.IdleSince = _time.GetTimestamp();
        }

        _gate.Exit();
    }

    /// <summary>A worker's initialiser threw, or its state's function cannot be read: so will the next one's.</summary>
    private static void OnCannotStart(WorkerLink worker, Exception exception)
    {
        worker.Reason = "it could not start";
        worker.Failure = exception;
    }

    /// <summary>Ends a worker by force.</summary>
    public void Condemn(WorkerLink worker, string reason, LinkState state)
    {
        _gate.Enter();
        worker.State = worker.State == LinkState.Gone ? LinkState.Gone : state;
        worker.Reason ??= reason;
        _gate.Exit();
        worker.Process?.Kill();
    }

    private string? ReasonToRetireLocked(WorkerLink worker) =>
        worker.CallsDone >= _options.MaxCallsPerWorker
            ? string.Create(CultureInfo.InvariantCulture, $"it has done {worker.CallsDone} calls")
            : _options.MaxWorkerMemory is { } limit && worker.Process!.ReadResidentBytes() is var used && used > limit
                ? string.Create(CultureInfo.InvariantCulture, $"it uses {used >> 20} MiB of memory, more than {limit >> 20} MiB")
                : null;

    /// <summary>Lets a worker finish what it runs, gives the rest to others, and ends it in peace.</summary>
    private void Retire(WorkerLink worker, string reason)
    {
        _gate.Enter();
        if (worker.State == LinkState.Ready)
        {
            worker.State = LinkState.Retiring;
            worker.Reason = reason;
            TakeBackAllLocked(worker);
            if (!TryWriteFrameLocked(worker, new FrameHeader { Kind = FrameKind.Exit }, default))
            {
                worker.State = LinkState.Condemned;
            }

            worker.Requests.WakeReader();
            PumpLocked();
        }

        _gate.Exit();
        if (worker.State == LinkState.Condemned)
        {
            worker.Process?.Kill();
        }
    }

    /// <summary>Puts all that a worker has not started back into the queue.</summary>
    private void TakeBackAllLocked(WorkerLink worker)
    {
        for (RemoteCall? call = worker.Sent.Last; call is not null;)
        {
            RemoteCall? before = call.Previous;
            int taken = call.IsEnded ? 0 : worker.Slots.TakeBack(call.Slot, call.Generation, SlotTable.LargestCount, out _);
            if (taken > 0)
            {
                TakeItemsLocked(worker, call, taken);
            }

            call = before;
        }
    }

    /// <summary>A worker's process is gone: called once for each that was started, by the thread that watches processes.</summary>
    public void OnExited(WorkerLink worker, WorkerExit exit)
    {
        worker.End();

        // What it sent before it died counts; after this nobody reads.
        _ = Read(worker);
        worker.ReadGate.Enter();
        worker.IsReadOut = true;
        worker.ReadGate.Exit();
        List<RemoteCall> lost = [];
        _gate.Enter();
        bool wasEarly = worker.State == LinkState.Starting;
        bool wasPeaceful = worker.State == LinkState.Retiring && exit.ExitCode == 0;
        worker.State = LinkState.Gone;
        TakeOverLocked(worker, lost);
        if (wasEarly && !wasPeaceful)
        {
            CountEarlyDeathLocked(worker, exit);
        }

        _gate.Exit();

        // Calls first: whoever waits for them must not wait for a new worker.
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
            int started = worker.Slots.Started(call.Slot, call.Generation);
            if (started > 0 && call.Count > 1 && !call.IsEnded)
            {
                ReceiveUnpublished(worker, call, started);
            }

            int received = call.Received;
            FreeLocked(worker, call);
            if (call.IsEnded)
            {
                // Ended at its deadline: only now no worker can read its arguments any more.
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

        if (++ran.Kills < RemoteCall.MostKills && ran.Options.Idempotent && !ran.Token.IsCancellationRequested)
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
        if (first != call.Received || count < 1 || first + count > Math.Min(started, call.Count))
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

    private void CountEarlyDeathLocked(WorkerLink worker, WorkerExit exit)
    {
        long now = TimeProvider.System.GetTimestamp();
        _earlyDeaths.Enqueue(now);
        while (TimeProvider.System.GetElapsedTime(_earlyDeaths.Peek(), now) > EarlyDeathsWithin)
        {
            _ = _earlyDeaths.Dequeue();
        }

        if (_earlyDeaths.Count >= MostEarlyDeaths || worker.Failure is not null)
        {
            string what = worker.Failure is null
                ? $"{_earlyDeaths.Count} workers in a row died before they were ready; the last one {exit.Describe()}"
                : $"A worker could not start: {worker.Failure.Message}";
            _broken ??= new BrokenProcessPoolException(what + ErrorLines(exit), worker.Failure)
            {
                ExitCode = exit.ExitCode,
                Signal = exit.Signal,
                LastErrorLines = exit.LastErrorLines,
            };
        }
    }

    private static WorkerDiedException DeathOf(RemoteCall call, WorkerLink worker, WorkerExit exit)
    {
        string how = worker.Reason is { } reason && worker.State != LinkState.Ready && exit.Signal == 9
            ? $"was ended because {reason}" : exit.Describe();
        string again = call.Kills > 1 ? $" It was the {call.Kills}rd worker that this call has killed; it is not given to another." : "";
        return new WorkerDiedException($"The worker process {worker.Process?.ProcessId} {how} while it ran {call.Function.Portable.Name}.{again}{ErrorLines(exit)}")
        {
            ExitCode = exit.ExitCode,
            Signal = exit.Signal,
            ProcessId = worker.Process?.ProcessId ?? 0,
            LastErrorLines = exit.LastErrorLines,
        };
    }

    private static string ErrorLines(WorkerExit exit) =>
        exit.LastErrorLines.Count == 0 ? "" : Environment.NewLine + string.Join(Environment.NewLine, exit.LastErrorLines);

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
            _buried.Succeeded += worker.Counts.Succeeded;
            _buried.Failed += worker.Counts.Failed;
            _buried.Canceled += worker.Counts.Canceled;
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

    private void Break(BrokenProcessPoolException reason)
    {
        _gate.Enter();
        _broken ??= reason;
        _gate.Exit();
        FailQueueIfBroken();
    }

    /// <summary>Ends all that waits when no worker can be started any more.</summary>
    private void FailQueueIfBroken()
    {
        while (true)
        {
            _gate.Enter();
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

    private sealed class Starting(WorkerPool pool, WorkerLink worker)
    {
        public void Run() => pool.Launch(worker);
    }
}
