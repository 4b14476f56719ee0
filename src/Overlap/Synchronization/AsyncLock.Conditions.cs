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
    internal bool IsHeldBy(Lease lease) =>
        ReferenceEquals(lease.Source, this) && (Volatile.Read(ref _state) & ~(Waited | Gate)) == lease.Ticket;

    /// <summary>Whether this thread holds the lock by <see cref="Enter"/>.</summary>
    internal bool IsHeldByThread() => Volatile.Read(ref _ownerThread) == Environment.CurrentManagedThreadId;

    /// <summary>Notes that the thread holds the lock, as <see cref="Enter"/> does.</summary>
    internal void HoldByThread() => Volatile.Write(ref _ownerThread, Environment.CurrentManagedThreadId);

    /// <summary>Leaves the lock and queues a waiter in a room, in one step: no notification fits between.</summary>
    /// <param name="room">The room of a condition variable.</param>
    /// <param name="held">The lease of the present entry.</param>
    /// <exception cref="SynchronizationLockException">The lease does not stand for the present entry.</exception>
    internal Waiter<Lease> LeaveAndWait(ConditionRoom room, Lease held)
    {
        EnterGate();
        Waiter<Lease> waiter;
        Waiter<Lease>? next;
        Lease lease;
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            ObjectDisposedException.ThrowIf(room.IsDisposed, room.Owner);
            ThrowIfNotHeld(held);
            waiter = Waiter<Lease>.Rent(room.Owner);
            waiter.Brought = held;
            if (room.Waiters.Count == 0)
            {
                _rooms.Enqueue(room);
            }

            room.Waiters.Enqueue(waiter);
            Interleaver.Note(room.Owner, PrimitiveNote.Waits);
            Volatile.Write(ref _ownerThread, 0);
            next = PassOnLocked(out lease);
        }
        finally
        {
            ExitGate();
        }

        next?.Complete(lease);
        return waiter;
    }

    /// <summary>Lets those who wait longest in a room queue for the lock.</summary>
    /// <returns>How many there were.</returns>
    /// <exception cref="SynchronizationLockException">The lease does not stand for the present entry.</exception>
    internal int Recall(ConditionRoom room, Lease held, int count)
    {
        Waiter<Lease>? next = null;
        Lease lease = default;
        int recalled = 0;
        EnterGate();
        try
        {
            ThrowIfNotHeld(held);
            ObjectDisposedException.ThrowIf(room.IsDisposed, room.Owner);
            for (; recalled < count && room.Waiters.TryDequeue(out Waiter? waiter); recalled++)
            {
                ReenterLocked(waiter, ref next, ref lease);
            }

            ForgetIfEmptyLocked(room);
        }
        finally
        {
            ExitGate();
        }

        next?.Complete(lease);
        return recalled;
    }

    /// <summary>Lets one whose token was cancelled queue for the lock, to throw when it has it again.</summary>
    internal void RecallCanceled(ConditionRoom room, Waiter waiter)
    {
        Waiter<Lease>? next = null;
        Lease lease = default;
        EnterGate();

        // One that was notified stands in the queue of the lock instead: the notification came first.
        if (waiter.Request != Reentry && room.Waiters.TryRemove(waiter))
        {
            ForgetIfEmptyLocked(room);
            waiter.Spoil(new OperationCanceledException(waiter.Token));
            ReenterLocked(waiter, ref next, ref lease);
        }

        ExitGate();
        next?.Complete(lease);
    }

    /// <summary>Ends a room: those who wait in it queue for the lock, to throw when they have it again.</summary>
    internal void Close(ConditionRoom room)
    {
        Waiter<Lease>? next = null;
        Lease lease = default;
        EnterGate();
        room.IsDisposed = true;
        while (room.Waiters.TryDequeue(out Waiter? waiter))
        {
            waiter.Spoil(new ObjectDisposedException(nameof(AsyncConditionVariable)));
            ReenterLocked(waiter, ref next, ref lease);
        }

        ForgetIfEmptyLocked(room);
        ExitGate();
        next?.Complete(lease);
    }

    internal int CountWaiters(ConditionRoom room)
    {
        EnterGate();
        int count = room.Waiters.Count;
        ExitGate();
        return count;
    }

    /// <summary>Queues one that comes back from a condition variable, or lets it in when the lock is free, which it is for one at most.</summary>
    /// <param name="waiter">A waiter that was taken out of its room.</param>
    /// <param name="next">The waiter, if it was let in: to be completed with the lease after the gate.</param>
    /// <param name="lease">What to complete it with.</param>
    private void ReenterLocked(Waiter waiter, ref Waiter<Lease>? next, ref Lease lease)
    {
        waiter.Request = Reentry;
        if ((StateLocked & Held) == 0)
        {
            next = LetInLocked((Waiter<Lease>)waiter, StateLocked & ~Waited, out lease);
        }
        else
        {
            StateLocked |= Waited;
            _waiters.Enqueue(waiter);
        }
    }

    private void RestoreLocked(Lease lease, int last)
    {
        _lastEntry = last;
        _isRestored = true;
        StateLocked = lease.Ticket | Waited;
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

    private void ThrowIfNotHeld(Lease lease)
    {
        if (!IsHeldBy(lease))
        {
            throw new SynchronizationLockException("The lease does not stand for the present entry of the condition variable's lock.");
        }
    }
}
