using Overlap.Waiting;

namespace Overlap.Synchronization;

// What condition variables need of the lock: to leave it and wait in one step, and to come back to the very entry that the caller's lease stands for.
public sealed partial class AsyncLock
{
    // The request of a waiter that comes back from a condition variable; it brings the lease that is to be valid again.
    private const int Reentry = 1;

    // The rooms of the condition variables for which somebody waits; a room that is empty is not known here. Guarded by the gate.
    private IntrusiveQueue<ConditionRoom> _rooms;

    // S6: while a restored entry is held, Waited stays set, so that its end comes to the gate, where the numbers go on from _lastEntry and not
    // from the restored one; else numbers would come twice, and the lease of an earlier entry could end a later one. Guarded by the gate.
    private bool _isRestored;
    private int _lastEntry;

    /// <summary>Whether a lease stands for the present entry.</summary>
    internal bool IsHeldBy(Lease lease) => ReferenceEquals(lease.Source, this) && IsPresent(Volatile.Read(ref _state), lease);

    /// <summary>Whether this thread holds the lock by <see cref="Enter"/>.</summary>
    internal bool IsHeldByThread() => Volatile.Read(ref _ownerThread) == Environment.CurrentManagedThreadId;

    /// <summary>Notes that the thread holds the lock, as <see cref="Enter"/> does.</summary>
    internal void HoldByThread() => Volatile.Write(ref _ownerThread, Environment.CurrentManagedThreadId);

    /// <summary>Leaves the lock and queues a waiter in a room, in one step: no notification fits between.</summary>
    /// <param name="room">The room of a condition variable.</param>
    /// <param name="held">The lease of the present entry.</param>
    /// <exception cref="SynchronizationLockException">The lease does not stand for the present entry.</exception>
    /// <exception cref="ObjectDisposedException">The room or the lock was disposed.</exception>
    internal Waiter<Lease> LeaveAndWait(ConditionRoom room, Lease held)
    {
        Waiter<Lease> waiter = Waiter<Lease>.Rent(room.Owner);
        waiter.Brought = held;
        int state = EnterGate();
        if (!IsOpen(room) || !ReferenceEquals(held.Source, this) || !IsPresent(state, held))
        {
            bool isOpen = IsOpen(room);
            ExitGate(state);
            waiter.Brought = default;
            waiter.Discard();
            ObjectDisposedException.ThrowIf(!isOpen, room.Owner);
            throw NotHeld();
        }

        if (room.Waiters.Count == 0)
        {
            _rooms.Enqueue(room);
        }

        room.Waiters.Enqueue(waiter);
        Interleaver.Note(this, PrimitiveNote.Left);
        Interleaver.Note(room.Owner, PrimitiveNote.Waits);
        Volatile.Write(ref _ownerThread, 0);
        ExitGate(PassOnLocked(state, out Waiter<Lease>? next, out Lease lease));
        next?.Complete(lease);
        return waiter;
    }

    /// <summary>Lets those who wait longest in a room queue for the lock.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="SynchronizationLockException">The lease does not stand for the present entry.</exception>
    /// <exception cref="ObjectDisposedException">The room or the lock was disposed.</exception>
    internal int Recall(ConditionRoom room, Lease held, int count)
    {
        int recalled = 0;
        int state = EnterGate();
        bool isOpen = IsOpen(room);
        bool isHeld = ReferenceEquals(held.Source, this) && IsPresent(state, held);
        if (isOpen && isHeld)
        {
            for (; recalled < count && room.Waiters.TryDequeue(out Waiter? waiter); recalled++)
            {
                // The lock is held, so that nobody is let in here.
                state = ReenterLocked(waiter, state, out _, out _);
            }

            ForgetIfEmptyLocked(room);
        }

        ExitGate(state);
        ObjectDisposedException.ThrowIf(!isOpen, room.Owner);
        return isHeld ? recalled : throw NotHeld();
    }

    /// <summary>Lets one that gives up queue for the lock, to throw when it has it again.</summary>
    internal void RecallCanceled(ConditionRoom room, Waiter waiter)
    {
        Waiter<Lease>? next = null;
        Lease lease = default;
        int state = EnterGate();

        // One that was notified stands in the queue of the lock instead: the notification came first.
        if (waiter.Request != Reentry && room.Waiters.TryRemove(waiter))
        {
            ForgetIfEmptyLocked(room);
            waiter.Spoil(waiter.GivesUpWith());
            state = ReenterLocked(waiter, state, out next, out lease);
        }

        ExitGate(state);
        next?.Complete(lease);
    }

    /// <summary>Ends a room: those who wait in it queue for the lock, to throw when they have it again.</summary>
    internal void Close(ConditionRoom room)
    {
        Waiter<Lease>? first = null;
        Lease lease = default;
        int state = EnterGate();
        room.IsDisposed = true;
        while (room.Waiters.TryDequeue(out Waiter? waiter))
        {
            waiter.Spoil(new ObjectDisposedException(nameof(AsyncConditionVariable)));
            state = ReenterLocked(waiter, state, out Waiter<Lease>? next, out Lease entered);
            if (next is not null)
            {
                // The lock was free, which it is for one at most.
                first = next;
                lease = entered;
            }
        }

        ForgetIfEmptyLocked(room);
        ExitGate(state);
        first?.Complete(lease);
    }

    internal int CountWaiters(ConditionRoom room)
    {
        int state = EnterGate();
        int count = room.Waiters.Count;
        ExitGate(state);
        return count;
    }

    internal static SynchronizationLockException NotHeld() => new("The lease does not stand for the present entry of the condition variable's lock.");

    private static bool IsPresent(int state, Lease lease) => (state & ~(Waited | Gate)) == lease.Ticket;

    private bool IsOpen(ConditionRoom room) => !_isDisposed && !room.IsDisposed;

    /// <summary>Queues one that comes back from a condition variable, or lets it in when the lock is free.</summary>
    /// <param name="waiter">A waiter that was taken out of its room.</param>
    /// <param name="state">The present state.</param>
    /// <param name="next">The waiter if it was let in, to be completed with the lease after the gate.</param>
    /// <param name="lease">The lease.</param>
    /// <returns>The new state.</returns>
    private int ReenterLocked(Waiter waiter, int state, out Waiter<Lease>? next, out Lease lease)
    {
        waiter.Request = Reentry;
        if ((state & Held) == 0)
        {
            next = (Waiter<Lease>)waiter;
            return LetInLocked(next, state & ~(Waited | Gate), out lease);
        }

        _waiters.Enqueue(waiter);
        next = null;
        lease = default;
        return state | Waited;
    }

    private int RestoreLocked(Lease lease, int last)
    {
        _lastEntry = last;
        _isRestored = true;
        return lease.Ticket | Waited;
    }

    private void TakeRoomsLocked(ref WaiterBatch batch)
    {
        while (_rooms.TryDequeue(out ConditionRoom? room))
        {
            batch.AddAll(ref room.Waiters);
        }
    }

    private void ForgetIfEmptyLocked(ConditionRoom room)
    {
        if (room.Waiters.Count == 0)
        {
            _rooms.TryRemove(room);
        }
    }
}
