using System.Diagnostics;
using Overlap.Waiting;

namespace Overlap.Synchronization;

/// <summary>Opens when a number of signals has come; tasks await it and threads block on it.</summary>
/// <remarks>
/// Order: all who wait are let go, in the order in which they came.
/// Race: the signal that brings the count to zero lets everybody go who waited at that moment, also when a reset follows at once. If it meets a
/// cancellation, exactly one wins.
/// Memory: what was written before any of the signals is visible to whoever they let go.
/// Cost: one atomic operation for each signal but the last, no allocation; one pooled node for each waiter.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed class AsyncCountdownEvent : IWaiterOwner, IDisposable
{
    private const int Disposed = -1;

    private readonly Lock _gate = new();
    private IntrusiveQueue<Waiter> _waiters;   // Guarded by _gate.
    private int _initialCount;                 // Guarded by _gate.
    private int _count;                        // Goes to 0 and comes from 0 under _gate only, so that nobody queues for a count that is gone.

    /// <summary>Makes an event.</summary>
    /// <param name="count">How many signals it takes; at least 0, which makes an event that is set.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public AsyncCountdownEvent(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        _initialCount = count;
        _count = count;
    }

    /// <summary>How many signals are missing at this moment; 0 also once it was disposed.</summary>
    public int Count => Math.Max(Volatile.Read(ref _count), 0);

    /// <summary>Whether all signals have come.</summary>
    public bool IsSet => Volatile.Read(ref _count) == 0;

    private string DebuggerText => $"{_count} of {_initialCount} missing, {_waiters.Count} waiting";

    /// <summary>Waits until all signals have come.</summary>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over an event that is set.</param>
    /// <remarks>
    /// Order: all who wait are let go, in the order in which they came.
    /// Race: if the last signal and a cancellation meet, exactly one wins.
    /// Memory: what was written before any of the signals is visible.
    /// Cost: one read when it is set, no allocation; else one pooled node.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The event was disposed before or during the wait.</exception>
    public ValueTask WaitAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (IsSet)
        {
            return Interleaver.IsOn ? Interleaver.Pause(default(ValueTask)) : default;
        }

        return WaitSlowlyAsync(cancellationToken);
    }

    /// <summary>Waits until all signals have come, blocking the thread.</summary>
    /// <remarks>
    /// Order: all who wait are let go, tasks and threads alike, in the order in which they came.
    /// Race: if the last signal and a cancellation meet, exactly one wins.
    /// Memory: what was written before any of the signals is visible.
    /// Cost: no allocation. Whoever gives the last signal lets the thread go on directly: no thread of the pool is needed for it.
    /// </remarks>
    /// <inheritdoc cref="WaitAsync" path="/param|/exception"/>
    public void Wait(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsSet && TryQueue() is { } waiter)
        {
            waiter.Wait(cancellationToken);
        }
    }

    /// <summary>Gives signals.</summary>
    /// <param name="signals">How many, at least 1.</param>
    /// <returns>Whether these were the last, so that all who wait go on.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="signals"/> is below 1.</exception>
    /// <exception cref="InvalidOperationException">Fewer signals are missing; none was given.</exception>
    /// <exception cref="ObjectDisposedException">The event was disposed.</exception>
    public bool Signal(int signals = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(signals, 1);
        Interleaver.Note(this, PrimitiveNote.Signalled);
        int count = Volatile.Read(ref _count);
        while (count > signals)
        {
            int seen = Interlocked.CompareExchange(ref _count, count - signals, count);
            if (seen == count)
            {
                return false;
            }

            count = seen;
        }

        return SignalAtGate(signals);
    }

    /// <summary>Asks for more signals.</summary>
    /// <param name="signals">How many more, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="signals"/> is below 1.</exception>
    /// <exception cref="InvalidOperationException">All signals have come already, so that it is too late; or there would be more than <see cref="int.MaxValue"/>.</exception>
    /// <exception cref="ObjectDisposedException">The event was disposed.</exception>
    public void AddCount(int signals = 1)
    {
        if (!TryAddCount(signals))
        {
            throw new InvalidOperationException("All signals have come already; only a reset makes the event ask for more.");
        }
    }

    /// <summary>Asks for more signals, unless all have come already.</summary>
    /// <param name="signals">How many more, at least 1.</param>
    /// <returns>Whether they are asked for.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="signals"/> is below 1.</exception>
    /// <exception cref="InvalidOperationException">There would be more than <see cref="int.MaxValue"/>.</exception>
    /// <exception cref="ObjectDisposedException">The event was disposed.</exception>
    public bool TryAddCount(int signals = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(signals, 1);
        int count = Volatile.Read(ref _count);
        while (count > 0)
        {
            if (count > int.MaxValue - signals)
            {
                throw new InvalidOperationException($"{count} signals are missing; {signals} more cannot be counted.");
            }

            int seen = Interlocked.CompareExchange(ref _count, count + signals, count);
            if (seen == count)
            {
                return true;
            }

            count = seen;
        }

        ObjectDisposedException.ThrowIf(count == Disposed, this);
        return false;
    }

    /// <summary>Begins again with the number of signals of the last reset, or of the construction.</summary>
    /// <remarks>Who waits goes on waiting, for the new number; who waited for a number that has come was let go then.</remarks>
    /// <exception cref="ObjectDisposedException">The event was disposed.</exception>
    public void Reset() => Reset(null);

    /// <summary>Begins again with a number of signals.</summary>
    /// <param name="count">How many; at least 0, which lets everybody go.</param>
    /// <inheritdoc cref="Reset()" path="/remarks|/exception"/>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public void Reset(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Reset((int?)count);
    }

    /// <summary>Tells how many signals are missing and how many wait for them.</summary>
    public AsyncCountdownEventStatistics GetStatistics()
    {
        _gate.Enter();
        AsyncCountdownEventStatistics statistics = new(Count, _initialCount, _waiters.Count);
        _gate.Exit();
        return statistics;
    }

    /// <summary>Ends the event: those who wait for it, and those who come later, get <see cref="ObjectDisposedException"/>. Twice is legal.</summary>
    public void Dispose()
    {
        WaiterBatch refused = default;
        _gate.Enter();
        Interlocked.Exchange(ref _count, Disposed);
        refused.AddAll(ref _waiters);
        _gate.Exit();
        refused.FailAllDisposed(nameof(AsyncCountdownEvent));
    }

    bool IWaiterOwner.GiveUp(Waiter waiter)
    {
        _gate.Enter();
        bool isMine = _waiters.TryRemove(waiter);
        _gate.Exit();
        return isMine;
    }

    private ValueTask WaitSlowlyAsync(CancellationToken cancellationToken)
    {
        Waiter<bool>? waiter;
        try
        {
            waiter = TryQueue();
        }
        catch (ObjectDisposedException disposed)
        {
            return ValueTask.FromException(disposed);
        }

        return waiter?.WaitWithoutResultAsync(cancellationToken) ?? Interleaver.Pause(default(ValueTask));
    }

    /// <summary>Queues a waiter, unless the last signal came meanwhile.</summary>
    private Waiter<bool>? TryQueue()
    {
        EnterGate();
        Waiter<bool>? waiter = null;
        if (Volatile.Read(ref _count) != 0)
        {
            waiter = Waiter<bool>.Rent(this);
            _waiters.Enqueue(waiter);
            Interleaver.Note(this, PrimitiveNote.Waits);
        }

        _gate.Exit();
        return waiter;
    }

    private bool SignalAtGate(int signals)
    {
        WaiterBatch released = default;
        bool isLast;
        EnterGate();
        try
        {
            isLast = SubtractLocked(signals) == 0;
            if (isLast)
            {
                released.AddAll(ref _waiters);
            }
        }
        finally
        {
            _gate.Exit();
        }

        released.CompleteAll(true);
        return isLast;
    }

    // Others count up and down beside the gate meanwhile, but not to 0.
    private int SubtractLocked(int signals)
    {
        while (true)
        {
            int count = Volatile.Read(ref _count);
            if (signals > count)
            {
                throw new InvalidOperationException($"{signals} signals were given, but only {count} are missing.");
            }

            if (Interlocked.CompareExchange(ref _count, count - signals, count) == count)
            {
                return count - signals;
            }
        }
    }

    private void Reset(int? count)
    {
        WaiterBatch released = default;
        EnterGate();
        _initialCount = count ?? _initialCount;
        Interlocked.Exchange(ref _count, _initialCount);
        if (_initialCount == 0)
        {
            released.AddAll(ref _waiters);
        }

        _gate.Exit();
        released.CompleteAll(true);
    }

    private void EnterGate()
    {
        _gate.Enter();
        if (_count == Disposed)
        {
            _gate.Exit();
            throw new ObjectDisposedException(nameof(AsyncCountdownEvent));
        }
    }
}
