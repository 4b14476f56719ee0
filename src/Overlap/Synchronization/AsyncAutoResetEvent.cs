using System.Diagnostics;
using Overlap.Waiting;

namespace Overlap.Synchronization;

/// <summary>A turnstile: each set lets exactly one go; tasks await it and threads block on it.</summary>
/// <remarks>
/// Order: first come, first let go.
/// Race: if a set and a cancellation meet, exactly one wins and the set is not lost: it lets the next one go, or stays. A set of an event that
/// is set already is lost by intention: the event is a flag and no count; <see cref="AsyncSemaphore"/> counts.
/// Memory: what was written before a set is visible to whoever it let go, also what was written before a set that found the event set.
/// Cost: one atomic operation when it is set, no allocation; one pooled node for each waiter.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed class AsyncAutoResetEvent : IWaiterOwner, IDisposable
{
    // The states. Waited: somebody waits, or the event was disposed; from and to it under _gate only.
    private const int NotSet = 0;
    private const int SetForOne = 1;
    private const int Waited = 2;

    private readonly Lock _gate = new();
    private IntrusiveQueue<Waiter> _waiters;   // Guarded by _gate.
    private bool _isDisposed;                  // Guarded by _gate.
    private int _state;

    /// <summary>Makes an event.</summary>
    /// <param name="isSet">Whether it is set at first.</param>
    public AsyncAutoResetEvent(bool isSet = false) => _state = isSet ? SetForOne : NotSet;

    /// <summary>Whether it is set at this moment.</summary>
    public bool IsSet => Volatile.Read(ref _state) == SetForOne;

    private string DebuggerText => _state == SetForOne ? "set" : $"not set, {_waiters.Count} waiting";

    /// <summary>Waits for a set and uses it up.</summary>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over an event that is set.</param>
    /// <remarks>
    /// Order: first come, first let go.
    /// Race: if a set and a cancellation meet, exactly one wins and the set is not lost.
    /// Memory: what was written before the set is visible.
    /// Cost: no allocation when it is set; else one pooled node.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; no set was used up.</exception>
    /// <exception cref="ObjectDisposedException">The event was disposed before or during the wait.</exception>
    public ValueTask WaitAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        return TryTake() ? Passed() : WaitSlowlyAsync(cancellationToken);
    }

    /// <summary>Waits for a set, blocking the thread, and uses it up.</summary>
    /// <remarks>
    /// Order: first come, first let go, among tasks and threads alike.
    /// Race: if a set and a cancellation meet, exactly one wins and the set is not lost.
    /// Memory: what was written before the set is visible.
    /// Cost: no allocation. Whoever sets the event lets the thread go on directly: no thread of the pool is needed for it.
    /// </remarks>
    /// <inheritdoc cref="WaitAsync" path="/param|/exception"/>
    public void Wait(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!TryTake() && TryQueue() is { } waiter)
        {
            waiter.Wait(cancellationToken);
            return;
        }

        Interleaver.Note(this, PrimitiveNote.Entered);
    }

    /// <summary>Uses up a set if there is one at once.</summary>
    /// <returns>Whether there was; <see langword="false"/> also once the event was disposed.</returns>
    public bool TryWait()
    {
        bool isTaken = TryTake();
        if (isTaken)
        {
            Interleaver.Note(this, PrimitiveNote.Entered);
        }

        return isTaken;
    }

    /// <summary>Lets the one that waits longest go on, or the next that comes when nobody waits.</summary>
    /// <exception cref="ObjectDisposedException">The event was disposed.</exception>
    public void Set()
    {
        Interleaver.Note(this, PrimitiveNote.Signalled);

        // An exchange also when it is set already: what this caller wrote before must be seen by whoever uses up that set.
        while (Interlocked.CompareExchange(ref _state, SetForOne, NotSet) == Waited)
        {
            if (TryHandOver())
            {
                return;
            }
        }
    }

    /// <summary>Takes back a set that nobody has used up.</summary>
    /// <exception cref="ObjectDisposedException">The event was disposed.</exception>
    public void Reset()
    {
        if (Interlocked.CompareExchange(ref _state, NotSet, SetForOne) == Waited)
        {
            _gate.Enter();
            bool isDisposed = _isDisposed;
            _gate.Exit();
            ObjectDisposedException.ThrowIf(isDisposed, this);
        }
    }

    /// <summary>Tells whether the event is set and how many wait for it.</summary>
    public AsyncAutoResetEventStatistics GetStatistics()
    {
        _gate.Enter();
        AsyncAutoResetEventStatistics statistics = new(IsSet, _waiters.Count);
        _gate.Exit();
        return statistics;
    }

    /// <summary>Ends the event: those who wait for it, and those who come later, get <see cref="ObjectDisposedException"/>. Twice is legal.</summary>
    public void Dispose()
    {
        WaiterBatch refused = default;
        _gate.Enter();
        _isDisposed = true;

        // For ever: everybody comes to the gate from here on and sees that it is over.
        Interlocked.Exchange(ref _state, Waited);
        refused.AddAll(ref _waiters);
        _gate.Exit();
        refused.FailAllDisposed(nameof(AsyncAutoResetEvent));
    }

    bool IWaiterOwner.GiveUp(Waiter waiter)
    {
        _gate.Enter();
        bool isMine = _waiters.TryRemove(waiter);
        LeaveWaitedLocked();
        _gate.Exit();
        return isMine;
    }

    private ValueTask Passed()
    {
        if (!Interleaver.IsOn)
        {
            return default;
        }

        Interleaver.Note(this, PrimitiveNote.Entered);
        return Interleaver.Pause(default(ValueTask));
    }

    private bool TryTake() => _state == SetForOne && Interlocked.CompareExchange(ref _state, NotSet, SetForOne) == SetForOne;

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

        return waiter?.WaitWithoutResultAsync(cancellationToken) ?? Passed();
    }

    /// <summary>Queues a waiter, or uses up a set that came meanwhile.</summary>
    private Waiter<bool>? TryQueue()
    {
        _gate.Enter();
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            while (Interlocked.CompareExchange(ref _state, Waited, NotSet) == SetForOne)
            {
                if (TryTake())
                {
                    return null;
                }
            }

            Waiter<bool> waiter = Waiter<bool>.Rent(this);
            _waiters.Enqueue(waiter);
            Interleaver.Note(this, PrimitiveNote.Waits);
            return waiter;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Lets the first waiter go.</summary>
    /// <returns>Whether there was one; <see langword="false"/>: the last one gave up while the caller was on its way to the gate.</returns>
    private bool TryHandOver()
    {
        _gate.Enter();
        bool isDisposed = _isDisposed;
        bool any = _waiters.TryDequeue(out Waiter? next);
        LeaveWaitedLocked();
        _gate.Exit();
        ObjectDisposedException.ThrowIf(isDisposed, this);
        if (any)
        {
            ((Waiter<bool>)next!).Complete(true);
        }

        return any;
    }

    private void LeaveWaitedLocked()
    {
        if (_waiters.Count == 0 && !_isDisposed)
        {
            Interlocked.CompareExchange(ref _state, NotSet, Waited);
        }
    }
}
