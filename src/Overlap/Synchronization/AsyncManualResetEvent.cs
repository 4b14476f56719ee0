using System.Diagnostics;
using Overlap.Waiting;

namespace Overlap.Synchronization;

/// <summary>A door that is open or shut: once set, everybody passes until it is reset; tasks await it and threads block on it.</summary>
/// <remarks>
/// Order: all who wait are let go, in the order in which they came.
/// Race: a set lets everybody go who waited at that moment, also when a reset follows at once. If a set and a cancellation meet, exactly one wins.
/// Memory: what was written before a set is visible to whoever it let go; what was written before a reset, to whoever sets it afterwards.
/// Cost: one read when it is set, no allocation; one pooled node for each waiter.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed class AsyncManualResetEvent : IWaiterOwner, IDisposable
{
    private readonly Lock _gate = new();
    private IntrusiveQueue<Waiter> _waiters;   // Guarded by _gate.
    private bool _isDisposed;                  // Guarded by _gate.
    private bool _isSet;                       // Written under _gate; false once disposed. While it is true nobody waits.

    /// <summary>Makes an event.</summary>
    /// <param name="isSet">Whether it is set at first.</param>
    public AsyncManualResetEvent(bool isSet = false) => _isSet = isSet;

    /// <summary>Whether it is set at this moment.</summary>
    public bool IsSet => Volatile.Read(ref _isSet);

    private string DebuggerText => _isSet ? "set" : $"not set, {_waiters.Count} waiting";

    /// <summary>Waits until the event is set.</summary>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over an event that is set.</param>
    /// <remarks>
    /// Order: all who wait are let go, in the order in which they came.
    /// Race: if a set and a cancellation meet, exactly one wins.
    /// Memory: what was written before the set is visible.
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

        if (Volatile.Read(ref _isSet))
        {
            return Interleaver.IsOn ? Interleaver.Pause(default(ValueTask)) : default;
        }

        return WaitSlowlyAsync(cancellationToken);
    }

    /// <summary>Waits until the event is set, blocking the thread.</summary>
    /// <remarks>
    /// Order: all who wait are let go, tasks and threads alike, in the order in which they came.
    /// Race: if a set and a cancellation meet, exactly one wins.
    /// Memory: what was written before the set is visible.
    /// Cost: no allocation. Whoever sets the event lets the thread go on directly: no thread of the pool is needed for it.
    /// </remarks>
    /// <inheritdoc cref="WaitAsync" path="/param|/exception"/>
    public void Wait(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!Volatile.Read(ref _isSet) && TryQueue() is { } waiter)
        {
            waiter.Wait(cancellationToken);
        }
    }

    /// <summary>Sets the event: all who wait go on, and nobody waits until it is reset. Setting it twice is setting it once.</summary>
    /// <exception cref="ObjectDisposedException">The event was disposed.</exception>
    public void Set()
    {
        Interleaver.Note(this, PrimitiveNote.Signalled);
        WaiterBatch released = default;

        // Also when it is set already: what this caller wrote before must be seen by whoever resets the event and then looks.
        EnterGate();
        Volatile.Write(ref _isSet, true);
        released.AddAll(ref _waiters);
        _gate.Exit();
        released.CompleteAll(true);
    }

    /// <summary>Resets the event: who waits from now on waits for the next set.</summary>
    /// <exception cref="ObjectDisposedException">The event was disposed.</exception>
    public void Reset()
    {
        EnterGate();
        Volatile.Write(ref _isSet, false);
        _gate.Exit();
    }

    /// <summary>Tells whether the event is set and how many wait for it.</summary>
    public AsyncManualResetEventStatistics GetStatistics()
    {
        _gate.Enter();
        AsyncManualResetEventStatistics statistics = new(_isSet, _waiters.Count);
        _gate.Exit();
        return statistics;
    }

    /// <summary>Ends the event: those who wait for it, and those who come later, get <see cref="ObjectDisposedException"/>. Twice is legal.</summary>
    public void Dispose()
    {
        WaiterBatch refused = default;
        _gate.Enter();
        _isDisposed = true;
        Volatile.Write(ref _isSet, false);
        refused.AddAll(ref _waiters);
        _gate.Exit();
        refused.FailAllDisposed(nameof(AsyncManualResetEvent));
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

    /// <summary>Queues a waiter, unless the event was set meanwhile.</summary>
    private Waiter<bool>? TryQueue()
    {
        EnterGate();
        Waiter<bool>? waiter = null;
        if (!_isSet)
        {
            waiter = Waiter<bool>.Rent(this);
            _waiters.Enqueue(waiter);
            Interleaver.Note(this, PrimitiveNote.Waits);
        }

        _gate.Exit();
        return waiter;
    }

    private void EnterGate()
    {
        _gate.Enter();
        if (_isDisposed)
        {
            _gate.Exit();
            throw new ObjectDisposedException(nameof(AsyncManualResetEvent));
        }
    }
}
