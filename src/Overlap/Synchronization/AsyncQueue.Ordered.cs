using System.Diagnostics.CodeAnalysis;
using Overlap.Waiting;

namespace Overlap.Synchronization;

// Items that come out by their priority or by their time.
public sealed partial class AsyncQueue<T>
{
    private const long LongestTimer = uint.MaxValue - 1;   // In milliseconds; a timer cannot be set for longer.
    private const long NoTimer = long.MaxValue;

    private readonly ITimer? _timer;
    private int _comparingThread;   // The thread that is in the comparer, or 0; written under _gate.

    // Guarded by _gate. One thread at a time sets the timer, outside the gate; who finds it at work leaves the rest to it.
    private bool _isTimerBeingSet;
    private long _timerSetFor = NoTimer;

    /// <summary>Puts an item into a <see cref="QueueOrder.Delay"/> queue that is not given before a time has passed.</summary>
    /// <param name="item">The item.</param>
    /// <param name="delay">The time, from now on, also while there is no room. Not negative.</param>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over free room.</param>
    /// <exception cref="InvalidOperationException">The queue is not a <see cref="QueueOrder.Delay"/> queue.</exception>
    /// <inheritdoc cref="AddAsync(T, CancellationToken)" path="/returns|/remarks|/exception"/>
    public ValueTask AddAsync(T item, TimeSpan delay, CancellationToken cancellationToken = default)
    {
        long dueAt = After(delay);
        return cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled(cancellationToken)
            : AddOrderedAsync(item, dueAt, cancellationToken);
    }

    /// <summary>Puts an item into a <see cref="QueueOrder.Delay"/> queue that is not given before a time has passed, blocking the thread until there is room.</summary>
    /// <inheritdoc cref="AddAsync(T, TimeSpan, CancellationToken)" path="/param|/exception"/>
    /// <inheritdoc cref="Add(T, CancellationToken)" path="/remarks"/>
    public void Add(T item, TimeSpan delay, CancellationToken cancellationToken = default)
    {
        long dueAt = After(delay);
        cancellationToken.ThrowIfCancellationRequested();
        if (!TryPutOrdered(item, dueAt, mayWait: true, out Waiter<QueueItem<T>>? adder))
        {
            (adder ?? throw new QueueShutDownException()).Wait(cancellationToken);
        }
    }

    /// <summary>Puts an item into a <see cref="QueueOrder.Delay"/> queue that is not given before a time has passed, if there is room at once.</summary>
    /// <param name="item">The item.</param>
    /// <param name="delay">The time, from now on. Not negative.</param>
    /// <returns>Whether it was added; <see langword="false"/> also once the queue was shut down.</returns>
    /// <exception cref="InvalidOperationException">The queue is not a <see cref="QueueOrder.Delay"/> queue.</exception>
    public bool TryAdd(T item, TimeSpan delay) => TryPutOrdered(item, After(delay), mayWait: false, out _);

    /// <summary>Enters the gate, unless the caller is the comparer, for which it would never open.</summary>
    private void EnterGate()
    {
        if (Volatile.Read(ref _comparingThread) is not 0 and int thread && thread == Environment.CurrentManagedThreadId)
        {
            throw new InvalidOperationException("The comparer of a queue used the queue.");
        }

        _gate.Enter();
    }

    private ITimer CreateTimer(TimeProvider clock)
    {
        // The timer lives as long as the queue: it must not keep the values that are ambient where the queue was made.
        using AsyncFlowControl flow = ExecutionContext.IsFlowSuppressed() ? default : ExecutionContext.SuppressFlow();
        return clock.CreateTimer(static self => ((AsyncQueue<T>)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private long Now() => _clock?.GetTimestamp() ?? 0;

    private long After(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        if (_clock is null)
        {
            throw new InvalidOperationException("Only a queue of the order Delay takes items with a time.");
        }

        // Rounded up: an item is late by a tick of the clock rather than early. A time that no clock can show never comes.
        Int128 ticks = (((Int128)delay.Ticks * _clock.TimestampFrequency) + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond;
        return (long)Int128.Min(ticks + _clock.GetTimestamp(), NoTimer);
    }

    private ValueTask AddOrderedAsync(T item, long dueAt, CancellationToken cancellationToken)
    {
        try
        {
            if (TryPutOrdered(item, dueAt, mayWait: true, out Waiter<QueueItem<T>>? adder))
            {
                return Interleaver.Pause(default(ValueTask));
            }

            return adder is null ? ValueTask.FromException(new QueueShutDownException()) : adder.WaitWithoutResultAsync(cancellationToken);
        }
        catch (Exception failure)
        {
            return ValueTask.FromException(failure);   // The comparer's.
        }
    }

    private ValueTask<T> TakeOrderedAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (TryGetOrdered(mayWait: true, out T? item, out Waiter<T>? taker))
            {
                return Interleaver.Pause(new ValueTask<T>(item));
            }

            return taker is null ? ValueTask.FromException<T>(new QueueShutDownException()) : taker.WaitAsync(cancellationToken);
        }
        catch (Exception failure)
        {
            return ValueTask.FromException<T>(failure);   // The comparer's.
        }
    }

    private bool TryPutOrdered(T item, long dueAt, bool mayWait, out Waiter<QueueItem<T>>? adder)
    {
        adder = null;
        long now = Now();
        WaiterBatch released = default;
        EnterGate();
        try
        {
            if (_heap!.Count >= _capacity)
            {
                adder = mayWait && !_isShutDown ? QueueAdderLocked(item, dueAt) : null;
                return false;
            }

            _comparingThread = Environment.CurrentManagedThreadId;
            _heap.Add(item, dueAt);
            _unfinished++;
            ServeTakersLocked(now, ref released);
        }
        finally
        {
            _comparingThread = 0;
            _gate.Exit();
        }

        Finish(ref released);
        SetTimer();
        Interleaver.Note(this, PrimitiveNote.Signalled);
        return true;
    }

    private bool TryGetOrdered(bool mayWait, [MaybeNullWhen(false)] out T item, out Waiter<T>? taker)
    {
        taker = null;
        long now = Now();
        WaiterBatch released = default;
        bool isTaken;
        EnterGate();
        try
        {
            _comparingThread = Environment.CurrentManagedThreadId;

            // Who waits comes first: an item may be due for them and the timer still on its way.
            ServeTakersLocked(now, ref released);
            isTaken = IsDueLocked(now);
            item = isTaken ? TakeDueLocked(ref released) : default;
            if (!isTaken && mayWait && !(_isShutDown && _heap!.Count == 0))
            {
                taker = QueueTakerLocked();
            }

            RefuseTakersLocked(ref released);
        }
        finally
        {
            _comparingThread = 0;
            _gate.Exit();
        }

        Finish(ref released);
        SetTimer();
        if (isTaken)
        {
            Interleaver.Note(this, PrimitiveNote.Entered);
        }

        return isTaken;
    }

    private bool IsDueLocked(long now) => _heap!.Count > 0 && (_clock is null || _heap.FirstDueAt <= now);

    private void ServeTakersLocked(long now, ref WaiterBatch released)
    {
        while (_takers.First is { } first && IsDueLocked(now))
        {
            ((Waiter<T>)first).Brought = TakeDueLocked(ref released);
            _takers.TryRemove(first);
            released.Add(first);
        }

        RefuseTakersLocked(ref released);
    }

    /// <summary>Takes the first item, and lets those in for whom there is room now.</summary>
    private T TakeDueLocked(ref WaiterBatch released)
    {
        T item = _heap!.Take();
        while (_heap.Count < _capacity && _adders.TryDequeue(out Waiter? adder))
        {
            QueueItem<T> brought = ((Waiter<QueueItem<T>>)adder).Brought;
            try
            {
                _heap.Add(brought.Value, brought.DueAt);
                _unfinished++;
                released.Add(adder);
            }
            catch (Exception failure)
            {
                adder.Fail(failure);   // The comparer's, for the one whose item it would not compare.
            }
        }

        return item;
    }

    private void OnTimer()
    {
        long now = Now();
        WaiterBatch released = default;
        EnterGate();
        _timerSetFor = NoTimer;
        ServeTakersLocked(now, ref released);
        _gate.Exit();
        Finish(ref released);
        SetTimer();
    }

    /// <summary>Sets the timer for the first item if somebody waits for it.</summary>
    private void SetTimer()
    {
        if (_clock is null)
        {
            return;
        }

        bool isSetting = false;
        while (true)
        {
            EnterGate();
            long wanted = _takers.Count > 0 && _heap!.Count > 0 ? _heap.FirstDueAt : NoTimer;
            bool isRight = wanted == _timerSetFor || wanted == NoTimer;
            if (isRight || (_isTimerBeingSet && !isSetting))
            {
                _isTimerBeingSet &= !isSetting;
                _gate.Exit();
                return;
            }

            isSetting = true;
            _isTimerBeingSet = true;
            _timerSetFor = wanted;
            _gate.Exit();

            // Rounded up, since a timer that fires early only has to be set again.
            long ticks = Math.Max(0, wanted - _clock.GetTimestamp());
            double milliseconds = Math.Ceiling(ticks * 1000.0 / _clock.TimestampFrequency);
            _timer!.Change(TimeSpan.FromMilliseconds(Math.Min(milliseconds, LongestTimer)), Timeout.InfiniteTimeSpan);
        }
    }
}
