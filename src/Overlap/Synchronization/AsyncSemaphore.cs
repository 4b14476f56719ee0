using System.Diagnostics;
using Overlap.Waiting;

namespace Overlap.Synchronization;

/// <summary>A number of permits that tasks await and threads block on; a request takes one or several at once.</summary>
/// <remarks>
/// Two uses. A limit: <see cref="EnterAsync(int, CancellationToken)"/> gives a lease, and disposing it gives the permits back. A signal: <see cref="TakeAsync(int, CancellationToken)"/> takes
/// permits for good, and <see cref="Release"/> makes new ones.
/// Order: first come, first served, tasks and threads in one queue. A large request at the head is not overtaken by small ones behind it, for
/// which there would be enough; when it is given up, they go on.
/// Race: if a release and a cancellation meet, exactly one wins and no permit is lost.
/// Memory: what was written before a permit was given back is visible to whoever takes it.
/// Cost: one atomic operation to take and one to give back, no allocation; one pooled node for each waiter.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed class AsyncSemaphore : IPermitOwner, IWaiterOwner, IDisposable
{
    // The state: a flag, above it the free permits, above them the leased ones. S7: free and leased permits together are never above _max.
    private const long Waited = 1;
    private const long OneFree = 2;
    private const long OneLeased = 1L << 32;

    private readonly int _max;
    private readonly Lock _gate = new();
    private IntrusiveQueue<Waiter> _waiters;   // Guarded by _gate.
    private bool _isDisposed;                  // Guarded by _gate.
    private long _state;                       // While Waited is set it changes under _gate only.

    /// <summary>Makes a semaphore.</summary>
    /// <param name="permits">The permits that are free at first; at least 0.</param>
    /// <param name="max">The most permits there may ever be, free and leased; at least 1 and not below <paramref name="permits"/>. Default: no bound.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public AsyncSemaphore(int permits, int? max = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(permits);
        _max = max ?? int.MaxValue;
        ArgumentOutOfRangeException.ThrowIfLessThan(_max, Math.Max(permits, 1), nameof(max));
        _state = permits * OneFree;
    }

    /// <summary>The permits that can be taken at this moment.</summary>
    public int FreePermits => Free(Volatile.Read(ref _state));

    private string DebuggerText => $"{Free(_state)} free, {Leased(_state)} leased, {_waiters.Count} waiting";

    /// <summary>Waits for permits and takes them.</summary>
    /// <param name="permits">How many, at least 1; all of them are taken at once, or none.</param>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over free permits.</param>
    /// <returns>A lease; disposing it gives the permits back, once, however often it is disposed.</returns>
    /// <remarks>
    /// Order: first come, first served; a newcomer never overtakes a waiter, also when it asks for less.
    /// Race: if a release and a cancellation meet, exactly one wins and no permit is lost.
    /// Memory: what was written before a permit was given back is visible to whoever takes it.
    /// Cost: no allocation when there are enough permits; one pooled node for each waiter.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="permits"/> is below 1, or more than there can ever be.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; no permit is held.</exception>
    /// <exception cref="ObjectDisposedException">The semaphore was disposed before or during the wait.</exception>
    public ValueTask<Lease> EnterAsync(int permits = 1, CancellationToken cancellationToken = default)
    {
        ThrowIfNeverEnough(permits);
        return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<Lease>(cancellationToken)
            : TryTakeAtOnce(permits) ? Entered(PooledLease.Of(this, permits))
            : WaitSlowlyAsync(permits, cancellationToken);
    }

    /// <summary>Waits for one permit and takes it.</summary>
    /// <inheritdoc cref="EnterAsync(int, CancellationToken)" path="/param|/returns|/remarks|/exception"/>
    public ValueTask<Lease> EnterAsync(CancellationToken cancellationToken) => EnterAsync(1, cancellationToken);

    /// <summary>Waits for permits, blocking the thread, and takes them.</summary>
    /// <remarks>
    /// Order: first come, first served, among tasks and threads alike.
    /// Race: if a release and a cancellation meet, exactly one wins and no permit is lost.
    /// Memory: what was written before a permit was given back is visible to whoever takes it.
    /// Cost: no allocation. Whoever gives back lets the thread go on directly: no thread of the pool is needed for it.
    /// </remarks>
    /// <inheritdoc cref="EnterAsync(int, CancellationToken)" path="/param|/returns|/exception"/>
    public Lease Enter(int permits = 1, CancellationToken cancellationToken = default)
    {
        ThrowIfNeverEnough(permits);
        cancellationToken.ThrowIfCancellationRequested();
        if (!TryTakeAtOnce(permits) && TryQueue(permits) is { } waiter)
        {
            return waiter.Wait(cancellationToken);
        }

        Interleaver.Note(this, PrimitiveNote.Entered);
        return PooledLease.Of(this, permits);
    }

    /// <summary>Waits for one permit, blocking the thread, and takes it.</summary>
    /// <inheritdoc cref="Enter(int, CancellationToken)" path="/param|/returns|/remarks|/exception"/>
    public Lease Enter(CancellationToken cancellationToken) => Enter(1, cancellationToken);

    /// <summary>Takes permits if there are enough of them at once and nobody waits.</summary>
    /// <param name="lease">The lease; the default one when there were not enough.</param>
    /// <param name="permits">How many, at least 1.</param>
    /// <returns>Whether they were taken; <see langword="false"/> also once the semaphore was disposed.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="permits"/> is below 1, or more than there can ever be.</exception>
    public bool TryEnter(out Lease lease, int permits = 1)
    {
        ThrowIfNeverEnough(permits);
        bool isTaken = TryTakeAtOnce(permits) || TryTakeAtGate(permits);
        if (isTaken)
        {
            Interleaver.Note(this, PrimitiveNote.Entered);
        }

        lease = isTaken ? PooledLease.Of(this, permits) : default;
        return isTaken;
    }

    /// <summary>Waits for permits and takes them for good: no lease gives them back.</summary>
    /// <inheritdoc cref="EnterAsync(int, CancellationToken)" path="/param|/remarks|/exception"/>
    public ValueTask TakeAsync(int permits = 1, CancellationToken cancellationToken = default)
    {
        ThrowIfNeverEnough(permits);
        return cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled(cancellationToken)
            : TryTakeAtOnce(-permits) ? Taken()
            : TakeSlowlyAsync(-permits, cancellationToken);
    }

    /// <summary>Waits for one permit and takes it for good.</summary>
    /// <inheritdoc cref="EnterAsync(int, CancellationToken)" path="/param|/remarks|/exception"/>
    public ValueTask TakeAsync(CancellationToken cancellationToken) => TakeAsync(1, cancellationToken);

    /// <summary>Waits for permits, blocking the thread, and takes them for good.</summary>
    /// <inheritdoc cref="Enter(int, CancellationToken)" path="/param|/remarks|/exception"/>
    public void Take(int permits = 1, CancellationToken cancellationToken = default)
    {
        ThrowIfNeverEnough(permits);
        cancellationToken.ThrowIfCancellationRequested();
        if (!TryTakeAtOnce(-permits) && TryQueue(-permits) is { } waiter)
        {
            waiter.Wait(cancellationToken);
            return;
        }

        Interleaver.Note(this, PrimitiveNote.Entered);
    }

    /// <summary>Takes permits for good if there are enough of them at once and nobody waits.</summary>
    /// <param name="permits">How many, at least 1.</param>
    /// <inheritdoc cref="TryEnter" path="/returns|/exception"/>
    public bool TryTake(int permits = 1)
    {
        ThrowIfNeverEnough(permits);
        bool isTaken = TryTakeAtOnce(-permits) || TryTakeAtGate(-permits);
        if (isTaken)
        {
            Interleaver.Note(this, PrimitiveNote.Entered);
        }

        return isTaken;
    }

    /// <summary>Makes permits: the other half of <see cref="TakeAsync(int, CancellationToken)"/>. What a lease took, the lease gives back.</summary>
    /// <param name="permits">How many, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="permits"/> is below 1.</exception>
    /// <exception cref="SemaphoreFullException">There would be more permits, free and leased, than the semaphore may have; none was made.</exception>
    /// <exception cref="ObjectDisposedException">The semaphore was disposed.</exception>
    public void Release(int permits = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        Interleaver.Note(this, PrimitiveNote.Signalled);
        long state = Volatile.Read(ref _state);
        while ((state & Waited) == 0)
        {
            ThrowIfFull(state, permits);
            long seen = Interlocked.CompareExchange(ref _state, state + (permits * OneFree), state);
            if (seen == state)
            {
                return;
            }

            state = seen;
        }

        ReleaseSlowly(permits);
    }

    /// <summary>Tells how many permits are free and leased, and how many wait.</summary>
    public AsyncSemaphoreStatistics GetStatistics()
    {
        _gate.Enter();
        long state = Volatile.Read(ref _state);
        AsyncSemaphoreStatistics statistics = new(Free(state), Leased(state), _waiters.Count);
        _gate.Exit();
        return statistics;
    }

    /// <summary>Ends the semaphore: those who wait for it, and those who come later, get <see cref="ObjectDisposedException"/>.</summary>
    /// <remarks>Leases may be disposed afterwards. Twice is legal.</remarks>
    public void Dispose()
    {
        WaiterBatch refused = default;
        _gate.Enter();
        _isDisposed = true;

        // Waited stays set for ever: everybody comes to the gate from here on and sees that it is over.
        MarkWaitedLocked();
        refused.AddAll(ref _waiters);
        _gate.Exit();
        refused.FailAllDisposed(nameof(AsyncSemaphore));
    }

    void IPermitOwner.GiveBack(int permits)
    {
        Interleaver.Note(this, PrimitiveNote.Left);
        long given = Change(permits);
        long state = Volatile.Read(ref _state);
        while ((state & Waited) == 0)
        {
            long seen = Interlocked.CompareExchange(ref _state, state - given, state);
            if (seen == state)
            {
                return;
            }

            state = seen;
        }

        WaiterBatch granted = default;
        _gate.Enter();
        MarkWaitedLocked();
        AddLocked(-given);
        ServeLocked(ref granted);
        _gate.Exit();
        Grant(ref granted);
    }

    bool IWaiterOwner.GiveUp(Waiter waiter)
    {
        WaiterBatch granted = default;
        _gate.Enter();
        bool isMine = _waiters.TryRemove(waiter);
        if (isMine)
        {
            // It may have been a large request at the head: those behind it ask for less, perhaps.
            ServeLocked(ref granted);
        }

        _gate.Exit();
        Grant(ref granted);
        return isMine;
    }

    private static int Free(long state) => (int)((state & (OneLeased - 1)) / OneFree);

    private static int Leased(long state) => (int)(state / OneLeased);

    /// <summary>What a request does to the state: a positive one takes permits for a lease, a negative one for good.</summary>
    private static long Change(int request) => request > 0 ? request * (OneLeased - OneFree) : request * OneFree;

    private static bool IsEnough(long state, int request) => Free(state) >= Math.Abs(request);

    private ValueTask<Lease> Entered(Lease lease)
    {
        ValueTask<Lease> done = new(lease);
        if (!Interleaver.IsOn)
        {
            return done;
        }

        Interleaver.Note(this, PrimitiveNote.Entered);
        return Interleaver.Pause(done);
    }

    private ValueTask Taken()
    {
        if (!Interleaver.IsOn)
        {
            return default;
        }

        Interleaver.Note(this, PrimitiveNote.Entered);
        return Interleaver.Pause(default(ValueTask));
    }

    private bool TryTakeAtOnce(int request)
    {
        long state = Volatile.Read(ref _state);
        while ((state & Waited) == 0)
        {
            if (!IsEnough(state, request))
            {
                return false;
            }

            long seen = Interlocked.CompareExchange(ref _state, state + Change(request), state);
            if (seen == state)
            {
                return true;
            }

            state = seen;
        }

        return false;
    }

    private bool TryTakeAtGate(int request)
    {
        long seen = Volatile.Read(ref _state);
        if ((seen & Waited) == 0 && !IsEnough(seen, request))
        {
            return false;
        }

        // The flag alone says little: it may be set for a moment only, by one who finds enough after all.
        WaiterBatch none = default;
        _gate.Enter();
        long state = MarkWaitedLocked();
        bool isTaken = _waiters.Count == 0 && !_isDisposed && IsEnough(state, request);
        if (isTaken)
        {
            AddLocked(Change(request));
        }

        ServeLocked(ref none);
        _gate.Exit();
        return isTaken;
    }

    private ValueTask<Lease> WaitSlowlyAsync(int request, CancellationToken cancellationToken)
    {
        Waiter<Lease>? waiter;
        try
        {
            waiter = TryQueue(request);
        }
        catch (ObjectDisposedException disposed)
        {
            return ValueTask.FromException<Lease>(disposed);
        }

        return waiter?.WaitAsync(cancellationToken) ?? Entered(PooledLease.Of(this, request));
    }

    private ValueTask TakeSlowlyAsync(int request, CancellationToken cancellationToken)
    {
        Waiter<Lease>? waiter;
        try
        {
            waiter = TryQueue(request);
        }
        catch (ObjectDisposedException disposed)
        {
            return ValueTask.FromException(disposed);
        }

        return waiter?.WaitWithoutResultAsync(cancellationToken) ?? Taken();
    }

    /// <summary>Queues a waiter, or takes the permits when they came free meanwhile.</summary>
    private Waiter<Lease>? TryQueue(int request)
    {
        _gate.Enter();
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            long state = MarkWaitedLocked();
            if (_waiters.Count == 0 && IsEnough(state, request))
            {
                Volatile.Write(ref _state, (state & ~Waited) + Change(request));
                return null;
            }

            Waiter<Lease> waiter = Waiter<Lease>.Rent(this, request);
            _waiters.Enqueue(waiter);
            Interleaver.Note(this, PrimitiveNote.Waits);
            return waiter;
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void ReleaseSlowly(int permits)
    {
        WaiterBatch granted = default;
        _gate.Enter();
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            ThrowIfFull(MarkWaitedLocked(), permits);
            AddLocked(permits * OneFree);
        }
        finally
        {
            ServeLocked(ref granted);
            _gate.Exit();
        }

        Grant(ref granted);
    }

    /// <summary>Gives permits to those at the head for whom there are enough, and takes the flag away when nobody is left.</summary>
    private void ServeLocked(ref WaiterBatch granted)
    {
        while (_waiters.First is { } first && IsEnough(Volatile.Read(ref _state), first.Request))
        {
            AddLocked(Change(first.Request));
            _waiters.TryRemove(first);
            granted.Add(first);
        }

        if (_waiters.Count == 0 && !_isDisposed)
        {
            Volatile.Write(ref _state, Volatile.Read(ref _state) & ~Waited);
        }
    }

    private void Grant(ref WaiterBatch granted)
    {
        while (granted.TryTake(out Waiter? waiter))
        {
            int request = waiter.Request;
            ((Waiter<Lease>)waiter).Complete(request > 0 ? PooledLease.Of(this, request) : default);
        }
    }

    // S3: the flag is set, so that nobody changes the state beside the gate.
    private void AddLocked(long change) => Volatile.Write(ref _state, Volatile.Read(ref _state) + change);

    /// <summary>Sets the flag that brings everybody to the gate; <see cref="ServeLocked"/> takes it away.</summary>
    /// <returns>The state with it.</returns>
    private long MarkWaitedLocked()
    {
        while (true)
        {
            long state = Volatile.Read(ref _state);
            if ((state & Waited) != 0 || Interlocked.CompareExchange(ref _state, state | Waited, state) == state)
            {
                return state | Waited;
            }
        }
    }

    private void ThrowIfNeverEnough(int permits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(permits, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(permits, _max);
    }

    private void ThrowIfFull(long state, int permits)
    {
        if (permits > _max - Free(state) - Leased(state))
        {
            throw new SemaphoreFullException($"{permits} more would be above the {_max} permits that there may be: {Free(state)} are free and {Leased(state)} leased.");
        }
    }
}
