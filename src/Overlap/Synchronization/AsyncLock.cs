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
    // The state: two flags, and above them the number of the entry, so that a lease of an earlier entry is told apart.
    private const int Held = 1;
    private const int Waited = 2;
    private const int OneEntry = 4;

    private readonly Lock _gate = new();
    private IntrusiveQueue<Waiter> _waiters;   // Guarded by _gate.
    private bool _isDisposed;                  // Guarded by _gate.
    private int _state;                        // While Waited is set it changes under _gate only.
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
        if ((state & (Held | Waited)) == 0 && Interlocked.CompareExchange(ref _state, state + OneEntry + Held, state) == state)
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
        }

        Volatile.Write(ref _ownerThread, Environment.CurrentManagedThreadId);
        return lease;
    }

    /// <summary>Takes the lock if it is free at once.</summary>
    /// <param name="lease">The lease; the default one when the lock was not free.</param>
    /// <returns>Whether the lock was taken; <see langword="false"/> also once it was disposed.</returns>
    public bool TryEnter(out Lease lease)
    {
        int state = _state;
        if ((state & (Held | Waited)) == 0 && Interlocked.CompareExchange(ref _state, state + OneEntry + Held, state) == state)
        {
            Interleaver.Note(this, PrimitiveNote.Entered);
            lease = new Lease(this, state + OneEntry + Held);
            return true;
        }

        lease = default;
        return false;
    }

    /// <summary>Tells whether the lock is held and how many wait for it.</summary>
    public AsyncLockStatistics GetStatistics()
    {
        _gate.Enter();
        AsyncLockStatistics statistics = new(!_isDisposed && (_state & Held) != 0, _waiters.Count);
        _gate.Exit();
        return statistics;
    }

    /// <summary>Ends the lock: those who wait for it, and those who come later, get <see cref="ObjectDisposedException"/>.</summary>
    /// <remarks>The owner's lease may be disposed afterwards. Twice is legal.</remarks>
    public void Dispose()
    {
        _gate.Enter();
        _isDisposed = true;

        // Waited stays set for ever: everybody comes to the gate from here on and sees that it is over.
        MarkWaitedLocked();
        WaiterBatch refused = default;
        refused.AddAll(ref _waiters);
        TakeRoomsLocked(ref refused);
        _gate.Exit();
        refused.FailAllDisposed(nameof(AsyncLock));
    }

    void ILeaseSource.Return(int ticket)
    {
        Interleaver.Note(this, PrimitiveNote.Left);
        if (_ownerThread != 0)
        {
            LeaveThread(ticket);
        }

        if (Interlocked.CompareExchange(ref _state, ticket - Held, ticket) != ticket)
        {
            HandOver(ticket);
        }
    }

    bool IWaiterOwner.GiveUp(Waiter waiter)
    {
        _gate.Enter();
        bool isMine = _waiters.TryRemove(waiter);
        if (isMine && _waiters.Count == 0 && !_isDisposed && !_isRestored)
        {
            Volatile.Write(ref _state, _state & ~Waited);
        }

        _gate.Exit();
        return isMine;
    }

    private ValueTask<Lease> Entered(Lease lease)
    {
        Interleaver.Note(this, PrimitiveNote.Entered);
        return Interleaver.Pause(new ValueTask<Lease>(lease));
    }

    private ValueTask<Lease> EnterSlowly(CancellationToken cancellationToken)
    {
        Waiter<Lease>? waiter;
        Lease entered;
        try
        {
            waiter = TryQueue(out entered);
        }
        catch (ObjectDisposedException disposed)
        {
            return ValueTask.FromException<Lease>(disposed);
        }

        return waiter is null ? Entered(entered) : waiter.WaitAsync(cancellationToken);
    }

    /// <summary>Queues a waiter, or takes the lock when it came free meanwhile.</summary>
    private Waiter<Lease>? TryQueue(out Lease entered)
    {
        _gate.Enter();
        try
        {
            ThrowIfDisposedLocked();
            if ((MarkWaitedLocked() & Held) == 0)
            {
                int state = (_state & ~Waited) + OneEntry + Held;
                Volatile.Write(ref _state, state);
                entered = new Lease(this, state);
                return null;
            }

            entered = default;
            Waiter<Lease> waiter = Waiter<Lease>.Rent(this);
            _waiters.Enqueue(waiter);
            Interleaver.Note(this, PrimitiveNote.Waits);
            return waiter;
        }
        finally
        {
            _gate.Exit();
        }
    }

    /// <summary>Sets the flag that brings everybody to the gate.</summary>
    /// <returns>The state with it.</returns>
    private int MarkWaitedLocked()
    {
        while (true)
        {
            int state = Volatile.Read(ref _state);
            if ((state & Waited) != 0 || Interlocked.CompareExchange(ref _state, state | Waited, state) == state)
            {
                return state | Waited;
            }
        }
    }

    private void HandOver(int ticket)
    {
        _gate.Enter();

        // S3: without the flag the state may change beside the gate, also by the disposal of a copy of this very lease; so it is exchanged, not written.
        if (Interlocked.CompareExchange(ref _state, ticket - Held, ticket) == ticket || Volatile.Read(ref _state) != (ticket | Waited))
        {
            // The last waiter gave up while the owner was on its way here; or it is the lease of an earlier entry, which was disposed before.
            _gate.Exit();
            return;
        }

        Waiter<Lease>? next = PassOnLocked(out Lease lease);
        _gate.Exit();
        next?.Complete(lease);
    }

    /// <summary>Gives the lock to the next one, or frees it. It is held, and Waited is set.</summary>
    /// <returns>The next owner, to be completed with the lease after the gate.</returns>
    private Waiter<Lease>? PassOnLocked(out Lease lease)
    {
        int last = _isRestored ? _lastEntry : Volatile.Read(ref _state) & ~(Held | Waited);
        _isRestored = false;
        if (_waiters.TryDequeue(out Waiter? next))
        {
            return LetInLocked((Waiter<Lease>)next, last, out lease);
        }

        // Waited without a waiter: the lock was disposed, or a restored entry ends, or its owner waits for a condition.
        Volatile.Write(ref _state, _isDisposed ? last | Waited : last);
        lease = default;
        return null;
    }

    /// <summary>Makes a waiter that was taken out of the queue the owner.</summary>
    /// <param name="waiter">The next owner.</param>
    /// <param name="last">The number of the last entry, without flags.</param>
    /// <param name="lease">What to complete it with.</param>
    private Waiter<Lease> LetInLocked(Waiter<Lease> waiter, int last, out Lease lease)
    {
        if (waiter.Request == Reentry)
        {
            lease = waiter.Brought;
            RestoreLocked(lease, last);
            return waiter;
        }

        int entry = last + OneEntry + Held;
        Volatile.Write(ref _state, _waiters.Count == 0 ? entry : entry | Waited);
        lease = new Lease(this, entry);
        return waiter;
    }

    private void LeaveThread(int ticket)
    {
        // Only the lease of the present entry speaks for the thread that holds the lock.
        if ((Volatile.Read(ref _state) | Waited) == (ticket | Waited))
        {
            Volatile.Write(ref _ownerThread, 0);
        }
    }

    private void ThrowIfDisposedLocked() => ObjectDisposedException.ThrowIf(_isDisposed, this);
}
