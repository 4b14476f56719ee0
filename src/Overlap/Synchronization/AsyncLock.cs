using System.Diagnostics;
using Overlap.Waiting;

namespace Overlap.Synchronization;

/// <summary>A mutual exclusion lock that tasks await and threads block on, in one object.</summary>
/// <remarks>
/// Order: first come, first served, tasks and threads in one queue. Whoever finds the lock free takes it, but a lock for which others wait is
/// never free: it is handed from owner to owner.
/// Race: if a hand-over and a cancellation meet, exactly one wins and the lock is not lost.
/// Memory: what the last owner wrote before it left is visible to the next owner.
/// Cost: one atomic operation to enter and one to leave, no allocation; one pooled node for each waiter.
/// Not re-entrant: an owner that enters again waits for itself. Where that can be known, which is when one thread does both by <see cref="Enter"/>,
/// it throws <see cref="LockRecursionException"/>.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed partial class AsyncLock : ILeaseSource, IWaiterOwner, IDisposable
{
    // The state: three flags, and above them the number of the entry, so that a lease of an earlier entry is told apart.
    // Held alone or nothing: it changes by one exchange. Waited: everybody comes to the gate. Gate: one is inside, and nobody else changes the state.
    private const int Held = 1;
    private const int Waited = 2;
    private const int Gate = 4;
    private const int OneEntry = 8;

    private IntrusiveQueue<Waiter> _waiters;   // Guarded by the gate.
    private bool _isDisposed;                  // Guarded by the gate.
    private int _state;
    private int _ownerThread;                  // The thread that holds it by Enter, 0 when a task does. Written by the owner.

    private string DebuggerText => (_state & Held) == 0 ? "free" : $"held, {_waiters.Count} waiting";

    /// <summary>Waits for the lock and takes it.</summary>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over a free lock.</param>
    /// <returns>A lease; disposing it leaves the lock, once, however often it is disposed.</returns>
    /// <remarks>
    /// Order: first come, first served; a newcomer never overtakes a waiter.
    /// Race: if a hand-over and a cancellation meet, exactly one wins and the lock is not lost.
    /// Memory: what the last owner wrote before it left is visible to the next owner.
    /// Cost: no allocation when the lock is free; one pooled node for each waiter.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the lock is not held.</exception>
    /// <exception cref="ObjectDisposedException">The lock was disposed before or during the wait.</exception>
    public ValueTask<Lease> EnterAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Lease>(cancellationToken);
        }

        int state = _state;
        if ((state & (Held | Waited | Gate)) == 0 && Interlocked.CompareExchange(ref _state, state + OneEntry + Held, state) == state)
        {
            Lease lease = new(this, state + OneEntry + Held);
            return Interleaver.IsOn ? Entered(lease) : new ValueTask<Lease>(lease);
        }

        return EnterSlowly(cancellationToken);
    }

    /// <summary>Waits for the lock, blocking the thread, and takes it.</summary>
    /// <remarks>
    /// Order: first come, first served, among tasks and threads alike.
    /// Race: if a hand-over and a cancellation meet, exactly one wins and the lock is not lost.
    /// Memory: what the last owner wrote before it left is visible to the next owner.
    /// Cost: no allocation. Whoever leaves the lock lets the thread go on directly: no thread of the pool is needed for it.
    /// </remarks>
    /// <exception cref="LockRecursionException">This thread holds the lock by <see cref="Enter"/>: it would wait for itself.</exception>
    /// <inheritdoc cref="EnterAsync" path="/param|/returns|/exception"/>
    public Lease Enter(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!TryEnter(out Lease lease))
        {
            if (Volatile.Read(ref _ownerThread) == Environment.CurrentManagedThreadId)
            {
                throw new LockRecursionException("This thread holds the lock already, and would wait for itself.");
            }

            lease = TryQueue(out Lease entered) is { } waiter ? waiter.Wait(cancellationToken) : entered;
            ObjectDisposedException.ThrowIf(!lease.IsTaken, this);
        }

        Volatile.Write(ref _ownerThread, Environment.CurrentManagedThreadId);
        return lease;
    }

    /// <summary>Takes the lock if it is free at once.</summary>
    /// <param name="lease">The lease; the default one when the lock was not free.</param>
    /// <returns>Whether the lock was taken; <see langword="false"/> also once it was disposed.</returns>
    public bool TryEnter(out Lease lease)
    {
        SpinWait spin = default;
        int state = _state;
        while ((state & (Held | Waited)) == 0)
        {
            if ((state & Gate) == 0 && Interlocked.CompareExchange(ref _state, state + OneEntry + Held, state) == state)
            {
                Interleaver.Note(this, PrimitiveNote.Entered);
                lease = new Lease(this, state + OneEntry + Held);
                return true;
            }

            // A free lock whose gate somebody passes is free all the same: one who asks for figures, or disposes a lease twice.
            spin.SpinOnce(sleep1Threshold: -1);
            state = Volatile.Read(ref _state);
        }

        lease = default;
        return false;
    }

    /// <summary>Tells whether the lock is held and how many wait for it.</summary>
    public AsyncLockStatistics GetStatistics()
    {
        int state = EnterGate();
        AsyncLockStatistics statistics = new((state & Held) != 0, _waiters.Count);
        ExitGate(state);
        return statistics;
    }

    /// <summary>Ends the lock: those who wait for it, and those who come later, get <see cref="ObjectDisposedException"/>.</summary>
    /// <remarks>The owner's lease may be disposed afterwards. Twice is legal.</remarks>
    public void Dispose()
    {
        WaiterBatch refused = default;
        int state = EnterGate();
        _isDisposed = true;
        refused.AddAll(ref _waiters);
        TakeRoomsLocked(ref refused);

        // Waited stays set for ever: everybody comes to the gate from here on and sees that it is over.
        ExitGate(state | Waited);
        refused.FailAllDisposed(nameof(AsyncLock));
    }

    void ILeaseSource.Return(int ticket) => Leave(ticket);

    bool IWaiterOwner.GiveUp(Waiter waiter)
    {
        int state = EnterGate();
        bool isMine = _waiters.TryRemove(waiter);
        ExitGate(_waiters.Count == 0 && !_isDisposed && !_isRestored ? state & ~Waited : state);
        return isMine;
    }

    /// <summary>Leaves the lock, unless the ticket is that of an earlier entry.</summary>
    internal void Leave(int ticket)
    {
        Interleaver.Note(this, PrimitiveNote.Left);
        if (_ownerThread != 0)
        {
            LeaveThread(ticket);
        }

        // Looked at first: a failed exchange costs as much as a successful one.
        if (_state != ticket || Interlocked.CompareExchange(ref _state, ticket - Held, ticket) != ticket)
        {
            HandOver(ticket);
        }
    }

    private ValueTask<Lease> Entered(Lease lease)
    {
        Interleaver.Note(this, PrimitiveNote.Entered);
        return Interleaver.Pause(new ValueTask<Lease>(lease));
    }

    private ValueTask<Lease> EnterSlowly(CancellationToken cancellationToken) => TryQueue(out Lease entered) switch
    {
        { } waiter => waiter.WaitAsync(cancellationToken),
        null when entered.IsTaken => Entered(entered),
        null => ValueTask.FromException<Lease>(new ObjectDisposedException(nameof(AsyncLock))),
    };

    /// <summary>Queues a waiter.</summary>
    /// <param name="entered">The lease, when the lock came free meanwhile; the default one also when it was disposed.</param>
    private Waiter<Lease>? TryQueue(out Lease entered)
    {
        entered = default;
        Waiter<Lease> waiter = Waiter<Lease>.Rent(this);
        int state = EnterGate();
        if ((state & Held) != 0 && !_isDisposed)
        {
            _waiters.Enqueue(waiter);
            Interleaver.Note(this, PrimitiveNote.Waits);
            ExitGate(state | Waited);
            return waiter;
        }

        if (!_isDisposed)
        {
            // Free, so nobody waits.
            state += OneEntry + Held;
            entered = new Lease(this, state & ~Gate);
        }

        ExitGate(state);
        waiter.Discard();
        return null;
    }

    private void HandOver(int ticket)
    {
        int state = EnterGate();
        if ((state & ~(Waited | Gate)) != ticket)
        {
            // The lease of an earlier entry: it was disposed before.
            ExitGate(state);
            return;
        }

        ExitGate(PassOnLocked(state, out Waiter<Lease>? next, out Lease lease));
        next?.Complete(lease);
    }

    /// <summary>Gives the lock, which is held, to the next one, or frees it.</summary>
    /// <param name="state">The present state.</param>
    /// <param name="next">The next owner, to be completed with the lease after the gate.</param>
    /// <param name="lease">The lease.</param>
    /// <returns>The new state.</returns>
    private int PassOnLocked(int state, out Waiter<Lease>? next, out Lease lease)
    {
        int last = _isRestored ? _lastEntry : state & ~(Held | Waited | Gate);
        _isRestored = false;
        if (_waiters.TryDequeue(out Waiter? first))
        {
            next = (Waiter<Lease>)first;
            return LetInLocked(next, last, out lease);
        }

        next = null;
        lease = default;
        return _isDisposed ? last | Waited : last;
    }

    /// <summary>Makes a waiter that was taken out of the queue the owner.</summary>
    /// <param name="waiter">The next owner.</param>
    /// <param name="last">The number of the last entry, without flags.</param>
    /// <param name="lease">What to complete it with.</param>
    /// <returns>The new state.</returns>
    private int LetInLocked(Waiter<Lease> waiter, int last, out Lease lease)
    {
        if (waiter.Request == Reentry)
        {
            lease = waiter.Brought;
            return RestoreLocked(lease, last);
        }

        int entry = last + OneEntry + Held;
        lease = new Lease(this, entry);
        return _waiters.Count == 0 ? entry : entry | Waited;
    }

    /// <summary>Waits until nobody is at the gate and goes in; those few lines are too short to stop a thread for.</summary>
    /// <returns>The state, with the gate's flag; nobody changes it until <see cref="ExitGate"/>.</returns>
    private int EnterGate()
    {
        SpinWait spin = default;
        while (true)
        {
            int state = Volatile.Read(ref _state);
            if ((state & Gate) == 0 && Interlocked.CompareExchange(ref _state, state | Gate, state) == state)
            {
                return state | Gate;
            }

            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private void ExitGate(int state) => Volatile.Write(ref _state, state & ~Gate);

    private void LeaveThread(int ticket)
    {
        // Only the lease of the present entry speaks for the thread that holds the lock.
        if ((Volatile.Read(ref _state) & ~(Waited | Gate)) == ticket)
        {
            Volatile.Write(ref _ownerThread, 0);
        }
    }
}
