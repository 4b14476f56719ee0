using System.Globalization;
using Overlap.Executors;
using Overlap.Processes.Transport;
using Overlap.Processes.Workers;
using Overlap.Timelines;
using Overlap.Waiting;

namespace Overlap.Processes.Dispatch;

/// <content>Starts workers, replaces them, ends them.</content>
internal sealed partial class WorkerPool
{
    private const int MostEarlyDeaths = 5;
    private static readonly TimeSpan EarlyDeathsWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StartPause = TimeSpan.FromSeconds(1);

    private readonly WorkerSetup _setup;
    private int _isRegistered;

    // Guarded by _gate.
    private readonly long[] _earlyDeaths = new long[MostEarlyDeaths];
    private int _earlyDeathCount;
    private bool _areStartsPaused;
    private ITimer? _startPause;

    /// <summary>Starts as many workers as calls wait for, up to the limit.</summary>
    private void StartWorkersLocked()
    {
        int starting = 0;
        int alive = 0;
        foreach (WorkerLink worker in _workers)
        {
            starting += worker.State == LinkState.Starting && worker.Sent.Count == 0 ? 1 : 0;
            alive += worker.State is LinkState.Starting or LinkState.Ready ? 1 : 0;
        }

        int wanted = Math.Max(Math.Min(_limit - alive, _queue.Count - starting), WarmUpTargetLocked() - alive);
        if (wanted < 1 || _broken is not null || (alive > 0 && _areStartsPaused))
        {
            return;
        }

        for (int i = 0; i < wanted && TryOpenLocked(); i++)
        {
        }
    }

    /// <summary>The workers that take calls or will.</summary>
    private int AliveLocked() => _workers.Count(static worker => worker.State is LinkState.Starting or LinkState.Ready);

    private bool TryOpenLocked()
    {
        try
        {
            OpenLocked(++_opened);
            return true;
        }
        catch (Exception exception) when (IsPassing(exception))
        {
            RefuseStartLocked(exception);
            return false;
        }
    }

    // No descriptor, no memory or no process is left: that may be otherwise in a moment.
    private static bool IsPassing(Exception exception) => exception is WorkerStartException or IOException or OutOfMemoryException or ThreadStartException;

    /// <summary>Takes down that a worker cannot be started: where others work, the pool does with them for a while; where none does, it is broken.</summary>
    private void RefuseStartLocked(Exception exception)
    {
        if (IsPassing(exception) && AliveLocked() > 0)
        {
            PauseStartsLocked(exception.Message, exception);
            return;
        }

        _broken ??= exception as BrokenProcessPoolException
            ?? new BrokenProcessPoolException($"No worker process can be started: {exception.Message}", exception);

        // Not here: whoever holds the gate may be submitting the very call that is to fail.
        Continuations.Post(static pool => ((WorkerPool)pool!).FailQueueIfBroken(), this);
    }

    /// <summary>Starts no workers for a second while others are alive; whoever waits for more is told why.</summary>
    private void PauseStartsLocked(string why, Exception? cause)
    {
        if (_isClosing)
        {
            return;
        }

        _areStartsPaused = true;
        _startPause ??= _time.CreateTimer(static pool => ((WorkerPool)pool!).EndStartPause(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ = _startPause.Change(StartPause, Timeout.InfiniteTimeSpan);
        FailWarmUpsLocked(new BrokenProcessPoolException($"No more worker processes can be started now: {why}", cause));
    }

    // Those that work may be busy for long: nothing else would look at what waits.
    private void EndStartPause()
    {
        _gate.Enter();
        _areStartsPaused = false;
        PumpLocked();
        _gate.Exit();
        FailQueueIfBroken();
    }

    private void OpenLocked(int number)
    {
        // What may fail comes before the worker is one of the pool's.
        StartReaderLocked();
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
        _idleCheck ??= _options.IdleTimeout == Timeout.InfiniteTimeSpan ? null : _time.CreateTimer(
            static pool => ((WorkerPool)pool!).CheckIdle(), this, _options.IdleTimeout, _options.IdleTimeout / 2);
        Continuations.Post(static state => ((Starting)state!).Run(), new Starting(this, worker));
    }

    /// <summary>Starts the workers that are there before any call: one at least, so that it is warm when the first call comes.</summary>
    public void StartAhead()
    {
        _gate.Enter();
        while (_workers.Count < Math.Clamp(_options.MinWorkers, 1, _limit) && TryOpenLocked())
        {
        }

        _gate.Exit();
    }

    private void Launch(WorkerLink worker)
    {
        if (IsCondemned(worker))
        {
            BuryUnborn(worker);
            return;
        }

        try
        {
            worker.Start(new WorkerLaunch
            {
                Inherited = worker.Inherited(_memory),
                Environment = _memory.Environment(),
                Limits = _options.Limits,
            });
            if (worker.Lane is { } lane)
            {
                lane.ProcessId = worker.Process!.ProcessId;
            }

            Interlocked.Increment(ref _started);
            TellReader();
            if (IsCondemned(worker))
            {
                // Meanwhile, when there was no process to kill.
                worker.Process!.Kill();
            }

            if (Interlocked.Exchange(ref _isRegistered, 1) == 0)
            {
                // While the first worker starts: the classes behind meters take their time.
                ExecutorMetrics.Register(_executor);
            }
        }
        catch (Exception exception)
        {
            BuryUnborn(worker);
            _gate.Enter();
            RefuseStartLocked(exception);
            PumpLocked();
            _gate.Exit();
            FailQueueIfBroken();
        }
    }

    /// <summary>Removes a worker whose process was never started; the calls that it was to find when it comes up wait again.</summary>
    private void BuryUnborn(WorkerLink worker)
    {
        _gate.Enter();
        worker.State = LinkState.Gone;
        TakeOverLocked(worker, []);
        _gate.Exit();
        Bury(worker);
    }

    private bool IsCondemned(WorkerLink worker)
    {
        using Lock.Scope held = _gate.EnterScope();
        return worker.State == LinkState.Condemned;
    }

    private void OnReady(WorkerLink worker)
    {
        _gate.Enter();
        if (worker.State == LinkState.Starting)
        {
            worker.State = LinkState.Ready;
            worker.IdleSince = _time.GetTimestamp();

            // Only deaths in a row say that none will ever be ready.
            _earlyDeathCount = 0;
        }

        string? retire = _isClosing ? Disposed : AliveLocked() > _limit ? FewerWanted : null;
        LookAtWarmUpsLocked();
        _gate.Exit();
        if (retire is not null)
        {
            Retire(worker, retire);
        }
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
            SendExitLocked(worker);
            PumpLocked();
        }

        _gate.Exit();
    }

    /// <summary>Tells a worker to end when it has done what it has; where its ring is full, it is told after its next reply.</summary>
    private static void SendExitLocked(WorkerLink worker)
    {
        if (!worker.IsToldToExit && TryWriteFrameLocked(worker, new FrameHeader { Kind = FrameKind.Exit }, default))
        {
            worker.IsToldToExit = true;
            worker.Requests.WakeReader();
        }
    }

    /// <summary>Puts all that a worker has not started back into the queue.</summary>
    private void TakeBackAllLocked(WorkerLink worker)
    {
        for (RemoteCall? call = worker.Sent.Last; call is not null;)
        {
            RemoteCall? before = call.Previous;
            int taken = call.IsEnded ? 0 : worker.Slots.TakeBack(call.Slot, call.Generation, call.Count, SlotTable.LargestCount);
            if (taken > 0)
            {
                TakeItemsLocked(worker, call, taken);
            }

            call = before;
        }
    }

    private sealed class Starting(WorkerPool pool, WorkerLink worker)
    {
        public void Run() => pool.Launch(worker);
    }
}
