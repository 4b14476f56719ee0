using System.Diagnostics.CodeAnalysis;
using Overlap.Synchronization;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>The calls of a parallel stage: those that wait for a worker, those that run, and those whose results the consumer has not taken.</summary>
/// <remarks>
/// P4: a call is in the line from its start (ordered) or from its end (unordered) until the consumer takes it; nowhere twice.
/// P5: a call ends exactly once: done, failed or not started.
/// P6: pulling stops with the first failure in time; what is thrown is the first failure in the line.
/// Cost: one gate at the start of a call, one at its end and one when the consumer takes those that have ended; the calls are used again.
/// </remarks>
internal sealed class ParallelWindow<T, TResult>(
    int workers, int capacity, bool isOrdered, Func<T, CancellationToken, TResult>? synchronousBody, StageMeter? meter)
    : IWaiterOwner, IStageGauge, IThreadPoolWorkItem
{
    private SpinGate _gate;

    // A consumer that makes room lets the pump go on when a quarter is free, so that one wake-up pays for several items; no worker stands idle for it.
    private readonly int _resumesAt = ResumesAt(workers, capacity);

    // Guarded by _gate.
    private ItemRing<ParallelCall<T, TResult>> _line = new();
    private ItemRing<ParallelCall<T, TResult>> _todo = new();     // Synchronous bodies that no worker has begun.
    private ItemRing<ParallelCall<T, TResult>> _unused = new();
    private Waiter<bool>? _pump;
    private Waiter<bool>? _consumer;
    private Waiter<bool>? _settler;
    private int _inside;          // Calls that were started and not taken, and those of the consumer's lot.
    private int _running;
    private int _loops;           // Synchronous workers at work.
    private bool _isEnded;        // Nothing comes in any more.
    private bool _isStopped;
    private bool _isConsumerDue;  // Was woken, and has not taken anything since.
    private bool _hasFailed;
    private Exception? _failure;
    private ParallelCall<T, TResult>? _last;   // The failure of the source, while calls run that came before it.
    private long _in;
    private long _settledOut;     // Results given from lots that were settled.
    private long _failed;
    private long _notStarted;
    private FullTime _full;

    // Owned by the consumer: results taken out of the line by one gate, no more at a time than make room for the pump.
    private readonly ParallelCall<T, TResult>[] _lot = new ParallelCall<T, TResult>[capacity - ResumesAt(workers, capacity)];
    private int _lotCount;
    private int _lotGiven;
    private long _out;            // Also read by others.

    // Owned by the pump: its next wait, begun under the gate of the call that took the last room.
    private Waiter<bool>? _nextWait;

    // Sets up the flow of the caller in synchronous workers.
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private CancellationToken _workToken;

    public Exception? Failure => _failure;

    /// <summary>Called at the first failure of a call, outside the gate.</summary>
    public Action? OnFirstFailure { get; set; }

    /// <summary>The token that is handed to bodies; set before the first call.</summary>
    public CancellationToken WorkToken { set => _workToken = value; }

    /// <summary>Waits until there is room for a call.</summary>
    /// <returns>Whether there is; not once the window was stopped or a call has failed.</returns>
    public ValueTask<bool> WaitForRoomAsync()
    {
        if (_nextWait is { } begun)
        {
            _nextWait = null;
            return begun.WaitAsync(CancellationToken.None);
        }

        _gate.Enter();
        bool isOpen = IsOpenLocked;
        Waiter<bool>? wait = isOpen && !HasRoomLocked ? WaitForRoomLocked() : null;
        _gate.Exit();
        return wait is null ? Pause(isOpen) : wait.WaitAsync(CancellationToken.None);
    }

    /// <summary>Takes an item in; there is room for it.</summary>
    /// <returns>Its call, to be started by the caller unless the body is synchronous; <see langword="null"/>: the item is not started.</returns>
    public ParallelCall<T, TResult>? Add(T item)
    {
        bool isNewLoop = false;
        _gate.Enter();
        _in++;
        if (!IsOpenLocked)
        {
            _notStarted++;
            _gate.Exit();
            return null;
        }

        ParallelCall<T, TResult> call = _unused.Count > 0 ? _unused.TakeLast() : new ParallelCall<T, TResult>(this, meter);
        call.Item = item;
        call.IsTimed = meter is not null && WorkTimes.Times(_in);
        call.IsEnded = false;
        _inside++;
        if (isOrdered)
        {
            _line.Add(call);
        }

        if (synchronousBody is null)
        {
            _running++;
        }
        else
        {
            _todo.Add(call);
            isNewLoop = _loops < workers;
            _loops += isNewLoop ? 1 : 0;
        }

        _nextWait = HasRoomLocked ? null : WaitForRoomLocked();
        _gate.Exit();
        if (isNewLoop)
        {
            Continuations.Post(this);
        }

        return call;
    }

    /// <summary>Takes the end of a call.</summary>
    /// <returns>Whether the consumer was woken by an earlier call and has not come yet.</returns>
    public bool End(ParallelCall<T, TResult> call)
    {
        if (call.Exception is not null && CountFailure(call.Exception))
        {
            // Before the call counts as ended: who settles must not be told while a foreign callback still runs.
            OnFirstFailure?.Invoke();
        }

        Waiter<bool>? pump = null;
        _gate.Enter();
        _running--;
        call.IsEnded = true;
        if (!isOrdered)
        {
            _line.Add(call);
            LineUpLastLocked();
        }

        bool isConsumerLate = _isConsumerDue;
        Waiter<bool>? consumer = IsReadyLocked ? Take(ref _consumer) : null;
        _isConsumerDue |= consumer is not null;
        bool isOpen = IsOpenLocked;
        if (_pump is not null)
        {
            if (HasRoomLocked || !isOpen)
            {
                pump = TakePumpLocked();
            }
            else
            {
                NoteFullLocked();
            }
        }

        Waiter<bool>? settler = IsQuietLocked ? Take(ref _settler) : null;
        _gate.Exit();
        settler?.Complete(true);

        // Behind the calls that are about to end, whose results the consumer then finds as well.
        consumer?.Complete(true, ResumePlace.Behind);

        // An asynchronous body ends on a thread that has nothing left to do: it pulls the next item itself. A worker has its own to go on with.
        pump?.Complete(isOpen, synchronousBody is null ? ResumePlace.Here : ResumePlace.Near);
        return isConsumerLate;
    }

    /// <summary>Takes the first result in line, if it is there and no failure.</summary>
    public bool TryTake([MaybeNullWhen(false)] out TResult result)
    {
        if (_lotGiven == _lotCount && !TakeLot())
        {
            result = default;
            return false;
        }

        ParallelCall<T, TResult> call = _lot[_lotGiven++];
        result = call.Result!;
        call.Clear();
        Volatile.Write(ref _out, _out + 1);
        return true;
    }

    /// <summary>Takes the first results in line out of it, as many as there are and as the lot holds.</summary>
    private bool TakeLot()
    {
        Waiter<bool>? pump = null;
        _gate.Enter();
        for (int i = 0; i < _lotCount; i++)
        {
            _unused.Add(_lot[i]);
        }

        _inside -= _lotCount;
        _settledOut += _lotCount;
        _lotCount = 0;
        _lotGiven = 0;
        _isConsumerDue = false;
        while (_lotCount < _lot.Length && IsReadyLocked && _failure is null && !_isStopped)
        {
            ParallelCall<T, TResult> first = _line.First;
            if (first.Exception is null)
            {
                _lot[_lotCount++] = _line.TakeFirst();
            }
            else if (first.Exception is ItemSkippedException)
            {
                _inside--;
                first.Clear();
                _unused.Add(_line.TakeFirst());
            }
            else if (_lotCount == 0)
            {
                _failure = first.Exception;
            }
            else
            {
                break;
            }
        }

        if (_pump is not null && _inside <= _resumesAt && HasRoomLocked && IsOpenLocked)
        {
            pump = TakePumpLocked();
        }

        _gate.Exit();
        pump?.Complete(true);
        return _lotCount > 0;
    }

    /// <summary>Waits for the first in line.</summary>
    /// <returns>Whether to look again; not at the end, after a failure or a stop.</returns>
    public ValueTask<bool> WaitAsync()
    {
        _gate.Enter();
        bool isOver = _failure is not null || _isStopped || (_isEnded && _inside == 0);
        Waiter<bool>? wait = isOver || IsReadyLocked ? null : _consumer = Waiter<bool>.Rent(this);
        _gate.Exit();
        return wait is null ? Pause(!isOver) : wait.WaitAsync(CancellationToken.None);
    }

    /// <summary>Says that nothing comes in any more.</summary>
    public void Close(PumpEnd end)
    {
        Exception? failure = end.Failure;
        _gate.Enter();
        _isEnded = true;
        if (_isStopped && end.IsDisposal)
        {
            _failure ??= failure;
        }

        // A source that fails comes after all its items: it waits in the line for its turn.
        if (failure is not null && !_isStopped && !_hasFailed)
        {
            _last = new ParallelCall<T, TResult>(this, meter: null) { Exception = failure, IsEnded = true };
            _inside++;
            _hasFailed = true;
            LineUpLastLocked();
        }

        bool isOver = _inside == 0;
        Waiter<bool>? consumer = isOver || IsReadyLocked ? Take(ref _consumer) : null;
        _gate.Exit();
        consumer?.Complete(!isOver);
    }

    /// <summary>Lets nothing begin any more and lets everybody go who waits; calls that run are for <see cref="SettleAsync"/>.</summary>
    public void Stop()
    {
        _gate.Enter();
        _isStopped = true;
        _notStarted += _todo.Count;
        _todo.Clear();
        Waiter<bool>? consumer = Take(ref _consumer);
        Waiter<bool>? pump = TakePumpLocked();
        Waiter<bool>? settler = IsQuietLocked ? Take(ref _settler) : null;
        _gate.Exit();
        consumer?.Complete(false);
        pump?.Complete(false);
        settler?.Complete(true);
    }

    /// <summary>Waits until no call runs. After the pump's end.</summary>
    public ValueTask<bool> SettleAsync()
    {
        _gate.Enter();
        Waiter<bool>? wait = IsQuietLocked ? null : _settler = Waiter<bool>.Rent(this);
        _gate.Exit();
        return wait is null ? Pause(true) : wait.WaitAsync(CancellationToken.None);
    }

    public StageFigures Read()
    {
        _gate.Enter();
        long given = Volatile.Read(ref _out);
        int ended = _inside - (int)(given - _settledOut) - _running - _todo.Count;
        bool isOver = _isStopped && IsQuietLocked;
        long discarded = isOver ? _in - given - _failed - _notStarted : 0;
        StageFigures figures = new(_in, given, _failed, _notStarted, discarded, isOver ? 0 : Math.Max(0, ended) + _todo.Count, capacity, _full.SoFar(meter));
        _gate.Exit();
        return figures;
    }

    /// <summary>A synchronous worker: runs what there is to do, then gives its thread back.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        if (_context is null)
        {
            RunLoop();
        }
        else
        {
            ExecutionContext.Run(_context, static self => ((ParallelWindow<T, TResult>)self!).RunLoop(), this);
        }
    }

    private void RunLoop()
    {
        while (true)
        {
            _gate.Enter();
            if (_todo.Count == 0)
            {
                _loops--;
                Waiter<bool>? settler = IsQuietLocked ? Take(ref _settler) : null;
                _gate.Exit();
                settler?.Complete(true);
                return;
            }

            ParallelCall<T, TResult> call = _todo.TakeFirst();
            _running++;
            _gate.Exit();
            if (call.Run(synchronousBody!, _workToken))
            {
                // On a machine whose every thread is a worker the consumer would get none before there is nothing left to do.
                Continuations.Post(this);
                return;
            }
        }
    }

    // No wait here takes a token: a stage is stopped as a whole.
    bool IWaiterOwner.GiveUp(Waiter waiter) => false;

    private bool IsOpenLocked => !_isStopped && !_hasFailed;

    private bool HasRoomLocked => _inside < capacity && (synchronousBody is not null || _running < workers);

    private bool IsReadyLocked => _line.Count > 0 && _line.First.IsEnded;

    private bool IsQuietLocked => _running == 0 && _loops == 0 && _todo.Count == 0;

    private static ValueTask<bool> Pause(bool result) =>
        Interleaver.IsOn ? Interleaver.Pause(new ValueTask<bool>(result)) : new ValueTask<bool>(result);

    private static Waiter<bool>? Take(ref Waiter<bool>? place)
    {
        Waiter<bool>? waiter = place;
        place = null;
        return waiter;
    }

    /// <summary>Counts a call that failed; the first that is not passed over stops the pulling.</summary>
    private bool CountFailure(Exception failure)
    {
        _gate.Enter();
        _failed++;
        bool isFirst = failure is not ItemSkippedException && !_hasFailed;
        if (isFirst)
        {
            // Whatever no worker has begun comes after the call that failed, so nobody will be given it.
            _hasFailed = true;
            _notStarted += _todo.Count;
            _todo.Clear();
        }

        _gate.Exit();
        return isFirst;
    }

    private static int ResumesAt(int workers, int capacity) => Math.Max(workers - 1, capacity - Math.Max(1, capacity / 4));

    private Waiter<bool> WaitForRoomLocked()
    {
        _pump = Waiter<bool>.Rent(this);
        NoteFullLocked();
        return _pump;
    }

    private Waiter<bool>? TakePumpLocked()
    {
        long since = _full.End(meter);
        if (since != 0)
        {
            meter!.Lanes?.WasHeldBack(meter.Elapsed(since));
        }

        return Take(ref _pump);
    }

    // As completed, the calls that run come before the failure of the source too, and are in the line only when they have ended.
    private void LineUpLastLocked()
    {
        if (_last is not null && (isOrdered || (_running == 0 && _todo.Count == 0)))
        {
            _line.Add(_last);
            _last = null;
        }
    }

    /// <summary>The pump waits. That is for the consumer's sake if the next result is there and not taken, and else the work's own time.</summary>
    private void NoteFullLocked()
    {
        if (meter is not null && _inside >= capacity && _todo.Count == 0 && _running < workers && IsReadyLocked)
        {
            _full.Begin(meter);
        }
    }
}
