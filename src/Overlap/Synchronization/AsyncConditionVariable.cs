using System.Diagnostics;
using System.Runtime.CompilerServices;
using Overlap.Waiting;

namespace Overlap.Synchronization;

/// <summary>Lets the owner of an <see cref="AsyncLock"/> wait, without the lock, until another owner says that something has changed.</summary>
/// <remarks>
/// The lease of the lock proves that the caller holds it; it is given to every member. A wait leaves the lock and comes back to the same entry:
/// however it ends, the caller's lease stands for the lock again and is still the one to dispose, unless the lock itself was disposed.
/// Order: first come, first notified; who was notified queues for the lock behind those who queue there already.
/// Race: leaving the lock and beginning to wait are one step, so that no notification is lost between them. If a notification and a
/// cancellation meet, exactly one wins; a cancelled wait uses up no notification.
/// Memory: what a notifier wrote before it left the lock is visible to those it notified.
/// Cost: no allocation; one pooled node for each waiter. A notified one is woken once, when the lock is its own.
/// Several condition variables may share a lock.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed class AsyncConditionVariable : IWaiterOwner, IDisposable
{
    private readonly AsyncLock _lock;
    private readonly ConditionRoom _room;

    /// <summary>Makes a condition variable over a lock.</summary>
    /// <param name="asyncLock">The lock that guards what the condition speaks of.</param>
    public AsyncConditionVariable(AsyncLock asyncLock)
    {
        ArgumentNullException.ThrowIfNull(asyncLock);
        _lock = asyncLock;
        _room = new ConditionRoom(this);
    }

    private string DebuggerText => $"{_room.Waiters.Count} waiting";

    /// <summary>Leaves the lock, waits for a notification, and takes the lock again.</summary>
    /// <param name="held">The lease of the lock; valid again when the wait has ended.</param>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled the lock is not left at all.</param>
    /// <remarks>
    /// What was waited for need not hold: another owner may have come between. Wait in a loop, or by
    /// <see cref="WaitForAsync(Lease, Func{bool}, CancellationToken)"/>. There is no wake-up without a notification.
    /// Order: first come, first notified.
    /// Race: if a notification and a cancellation meet, exactly one wins; the lock is taken again in either case, before anything is thrown.
    /// Memory: what the notifier wrote before it left the lock is visible.
    /// Cost: no allocation; one pooled node.
    /// </remarks>
    /// <exception cref="SynchronizationLockException"><paramref name="held"/> does not stand for the lock's present entry.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the lock is held.</exception>
    /// <exception cref="ObjectDisposedException">The condition variable was disposed, and the lock is held; or the lock was, and is not held.</exception>
    public ValueTask WaitAsync(Lease held, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        try
        {
            return _lock.LeaveAndWait(_room, held).WaitWithoutResultAsync(cancellationToken);
        }
        catch (Exception refused) when (refused is SynchronizationLockException or ObjectDisposedException)
        {
            return ValueTask.FromException(refused);
        }
    }

    /// <summary>Leaves the lock, waits for a notification, blocking the thread, and takes the lock again.</summary>
    /// <inheritdoc cref="WaitAsync" path="/param|/exception"/>
    /// <remarks>
    /// Order: first come, first notified, among tasks and threads alike.
    /// Race: if a notification and a cancellation meet, exactly one wins; the lock is taken again in either case, before anything is thrown.
    /// Memory: what the notifier wrote before it left the lock is visible.
    /// Cost: no allocation. Whoever leaves the lock lets the thread go on directly: no thread of the pool is needed for it.
    /// </remarks>
    public void Wait(Lease held, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool isHeldByThread = _lock.IsHeldByThread();
        Waiter<Lease> waiter = _lock.LeaveAndWait(_room, held);
        try
        {
            waiter.Wait(cancellationToken);
        }
        finally
        {
            if (isHeldByThread && _lock.IsHeldBy(held))
            {
                _lock.HoldByThread();
            }
        }
    }

    /// <summary>Waits until a condition holds; the lock is held whenever the condition is asked, and at the end.</summary>
    /// <param name="held">The lease of the lock; valid again when the wait has ended.</param>
    /// <param name="condition">Asked at once and after each notification; what it throws ends the wait, with the lock held.</param>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over a condition that holds.</param>
    /// <remarks>
    /// Order: first come, first notified; one whose condition did not hold waits behind all others again.
    /// Race: as of <see cref="WaitAsync"/>. A notification that finds the condition not holding is used up.
    /// Memory: what the notifier wrote before it left the lock is visible.
    /// Cost: no allocation when the condition holds; else pooled nodes, and the condition is asked once for each notification.
    /// </remarks>
    /// <inheritdoc cref="WaitAsync" path="/exception"/>
    public ValueTask WaitForAsync(Lease held, Func<bool> condition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        ValueTask wait = WaitForCoreAsync(held, condition, cancellationToken);
        return wait.IsCompleted && Interleaver.IsOn ? Interleaver.Pause(wait) : wait;
    }

    /// <summary>Waits until a condition holds, blocking the thread.</summary>
    /// <inheritdoc cref="WaitForAsync" path="/param|/remarks|/exception"/>
    public void WaitFor(Lease held, Func<bool> condition, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(condition);
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfNotHeld(held);
        while (!condition())
        {
            Wait(held, cancellationToken);
        }
    }

    /// <summary>Lets the one that waits longest go on, once it has the lock.</summary>
    /// <param name="held">The lease of the lock.</param>
    /// <returns>Whether anybody waited. A notification that finds nobody is not kept.</returns>
    /// <exception cref="SynchronizationLockException"><paramref name="held"/> does not stand for the lock's present entry.</exception>
    /// <exception cref="ObjectDisposedException">The condition variable was disposed.</exception>
    public bool NotifyOne(Lease held) => Notify(held, 1) == 1;

    /// <summary>Lets those that wait longest go on, one after the other as they get the lock.</summary>
    /// <param name="held">The lease of the lock.</param>
    /// <param name="count">How many at most; at least 0.</param>
    /// <returns>How many there were.</returns>
    /// <inheritdoc cref="NotifyOne" path="/exception"/>
    public int Notify(Lease held, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        Interleaver.Note(this, PrimitiveNote.Signalled);
        return _lock.Recall(_room, held, count);
    }

    /// <summary>Lets all that wait go on, one after the other as they get the lock.</summary>
    /// <inheritdoc cref="Notify" path="/param[@name='held']|/returns|/exception"/>
    public int NotifyAll(Lease held) => Notify(held, int.MaxValue);

    /// <summary>Tells how many wait.</summary>
    public AsyncConditionVariableStatistics GetStatistics() => new(_lock.CountWaiters(_room));

    /// <summary>Ends the condition variable: those who wait, once they have the lock again, and those who come later get <see cref="ObjectDisposedException"/>.</summary>
    /// <remarks>The lock need not be held, and lives on. Twice is legal.</remarks>
    public void Dispose() => _lock.Close(_room);

    bool IWaiterOwner.GiveUp(Waiter waiter)
    {
        // S5: it is never completed by its cancellation itself, but when it has the lock again.
        _lock.RecallCanceled(_room, waiter);
        return false;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitForCoreAsync(Lease held, Func<bool> condition, CancellationToken cancellationToken)
    {
        ThrowIfNotHeld(held);
        while (!condition())
        {
            await WaitAsync(held, cancellationToken).ConfigureAwait(Interleaver.KeepsContext);
        }
    }

    private void ThrowIfNotHeld(Lease held)
    {
        if (!_lock.IsHeldBy(held))
        {
            throw AsyncLock.NotHeld();
        }
    }
}
