using System.Diagnostics;
using Overlap.Waiting;

namespace Overlap.Synchronization;

/// <summary>A lock that many readers or one writer hold, awaited by tasks and blocked on by threads; one reader may be upgradeable to a writer.</summary>
/// <remarks>
/// <para>
/// Phases of readers and of single writers alternate. A reader that comes while a writer waits waits itself, for one writer at most: when
/// that one leaves, all readers that wait go in, whoever else waits to write. So neither side starves the other.
/// </para>
/// Order: writers first come, first served; so are upgradeable readers, of which there is one at a time, beside plain readers. An upgrade goes
/// before the writers that wait.
/// Race: if a grant and a cancellation meet, exactly one wins. A writer that gives up lets the readers behind it go on.
/// Memory: what a writer wrote before it left is visible to whoever enters next, and what readers did before they left to the next writer.
/// Cost: one atomic operation to enter and one to leave, for a reader beside others one more each; no allocation; one pooled node for each waiter.
/// Not re-entrant: a reader that asks to write waits for itself, and so may a reader that enters twice. Where it can be known, which is
/// when a thread wrote by a blocking entry, it throws <see cref="LockRecursionException"/>.
/// Source: B. B. Brandenburg and J. H. Anderson, "Spin-based reader-writer synchronization for multiprocessor real-time systems",
/// Real-Time Systems 46, 2010: phase-fair locks; here with queues in place of spinning.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed partial class AsyncReaderWriterLock : IPermitOwner, IWaiterOwner, IDisposable
{
    // What is taken or waited for.
    private const int ToRead = 1;
    private const int ToWrite = 2;
    private const int ToReadUpgradeably = 3;
    private const int ToUpgrade = 4;
    private const int ToReadAlone = 5;   // Given back only: the place of one reader without others.

    private readonly LeasePlace _readerPlace;
    private readonly LeasePlace _upgradeablePlace;
    private readonly LeasePlace _writerPlace;

    /// <summary>Makes a lock that nobody holds.</summary>
    public AsyncReaderWriterLock()
    {
        _readerPlace = new LeasePlace(this, ToReadAlone);
        _upgradeablePlace = new LeasePlace(this, ToReadUpgradeably);
        _writerPlace = new LeasePlace(this, ToWrite);
    }

    /// <summary>Waits for the writer of this phase, if there is one, and enters beside other readers.</summary>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over a free lock.</param>
    /// <returns>A lease; disposing it leaves the lock, once, however often it is disposed.</returns>
    /// <remarks>
    /// Order: beside the readers that are in, unless a writer waits; then after one writer.
    /// Race: if a grant and a cancellation meet, exactly one wins.
    /// Memory: what the last writer wrote before it left is visible.
    /// Cost: no allocation when no writer is there; one pooled node for each waiter.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the lock is not held.</exception>
    /// <exception cref="ObjectDisposedException">The lock was disposed before or during the wait.</exception>
    public ValueTask<Lease> EnterReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Lease>(cancellationToken);
        }

        if (TryRead(out Lease lease))
        {
            return Interleaver.IsOn ? Entered(lease) : new ValueTask<Lease>(lease);
        }

        return EnterSlowlyAsync(ToRead, cancellationToken);
    }

    /// <summary>Waits, blocking the thread, for the writer of this phase, if there is one, and enters beside other readers.</summary>
    /// <exception cref="LockRecursionException">This thread writes by a blocking entry: it would wait for itself.</exception>
    /// <inheritdoc cref="EnterReadAsync" path="/param|/returns|/remarks|/exception"/>
    public Lease EnterRead(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TryEnterRead(out Lease lease) ? lease : EnterSlowly(ToRead, cancellationToken);
    }

    /// <summary>Enters beside other readers if no writer is there or waits.</summary>
    /// <param name="lease">The lease; the default one when it did not enter.</param>
    /// <returns>Whether it entered; <see langword="false"/> also once the lock was disposed.</returns>
    public bool TryEnterRead(out Lease lease) => TryEnter(ToRead, out lease);

    /// <summary>Waits until nobody holds the lock and enters alone.</summary>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over a free lock.</param>
    /// <returns>A lease; disposing it leaves the lock, once, however often it is disposed.</returns>
    /// <remarks>
    /// Order: first come, first served among writers; one phase of readers comes between two of them if readers wait.
    /// Race: if a grant and a cancellation meet, exactly one wins; who gives up lets the readers behind it go on.
    /// Memory: what earlier holders did before they left is visible.
    /// Cost: no allocation when the lock is free; one pooled node for each waiter.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the lock is not held.</exception>
    /// <exception cref="ObjectDisposedException">The lock was disposed before or during the wait.</exception>
    public ValueTask<Lease> EnterWriteAsync(CancellationToken cancellationToken = default) => EnterAsync(ToWrite, cancellationToken);

    /// <summary>Waits, blocking the thread, until nobody holds the lock and enters alone.</summary>
    /// <exception cref="LockRecursionException">This thread writes by a blocking entry: it would wait for itself.</exception>
    /// <inheritdoc cref="EnterWriteAsync" path="/param|/returns|/remarks|/exception"/>
    public Lease EnterWrite(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Lease lease = TryEnterWrite(out Lease entered) ? entered : EnterSlowly(ToWrite, cancellationToken);
        Volatile.Write(ref _writerThread, Environment.CurrentManagedThreadId);
        return lease;
    }

    /// <summary>Enters alone if nobody holds the lock.</summary>
    /// <inheritdoc cref="TryEnterRead" path="/param|/returns"/>
    public bool TryEnterWrite(out Lease lease) => TryEnter(ToWrite, out lease);

    /// <summary>Waits until there is neither a writer nor another upgradeable reader, and enters beside plain readers.</summary>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over a free lock.</param>
    /// <returns>A lease; disposing it leaves the lock, once. It is what <see cref="UpgradeAsync"/> takes.</returns>
    /// <remarks>
    /// Order: first come, first served among upgradeable readers, of which one enters in each phase of readers.
    /// Race: if a grant and a cancellation meet, exactly one wins.
    /// Memory: what the last writer wrote before it left is visible.
    /// Cost: no allocation when it may enter at once; one pooled node for each waiter.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the lock is not held.</exception>
    /// <exception cref="ObjectDisposedException">The lock was disposed before or during the wait.</exception>
    public ValueTask<Lease> EnterUpgradeableReadAsync(CancellationToken cancellationToken = default) =>
        EnterAsync(ToReadUpgradeably, cancellationToken);

    /// <summary>Waits, blocking the thread, until there is neither a writer nor another upgradeable reader, and enters beside plain readers.</summary>
    /// <exception cref="LockRecursionException">This thread writes by a blocking entry: it would wait for itself.</exception>
    /// <inheritdoc cref="EnterUpgradeableReadAsync" path="/param|/returns|/remarks|/exception"/>
    public Lease EnterUpgradeableRead(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return TryEnterUpgradeableRead(out Lease lease) ? lease : EnterSlowly(ToReadUpgradeably, cancellationToken);
    }

    /// <summary>Enters beside plain readers if there is neither a writer nor another upgradeable reader, nor one who waits to write.</summary>
    /// <inheritdoc cref="TryEnterRead" path="/param|/returns"/>
    public bool TryEnterUpgradeableRead(out Lease lease) => TryEnter(ToReadUpgradeably, out lease);

    /// <summary>Waits until the plain readers have left, and makes the upgradeable reader a writer.</summary>
    /// <param name="upgradeable">The lease of the upgradeable reader; it stays as it is.</param>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over a free lock. The upgradeable reader stays one.</param>
    /// <returns>A lease of the upgrade. Disposing it makes the writer an upgradeable reader again and lets the readers that wait go in.</returns>
    /// <remarks>
    /// Order: before all writers that wait. Readers that come meanwhile wait until the upgrade has ended.
    /// Race: if a grant and a cancellation meet, exactly one wins.
    /// Memory: what earlier holders did before they left is visible; nobody wrote since the upgradeable reader entered.
    /// Cost: no allocation when no reader is there; one pooled node if it waits.
    /// If the upgradeable lease is disposed first, a wait for the upgrade fails with <see cref="SynchronizationLockException"/>, and an upgrade
    /// that was granted goes on as a plain writer.
    /// </remarks>
    /// <exception cref="SynchronizationLockException">The lease is not that of this lock's upgradeable reader, or no longer.</exception>
    /// <exception cref="LockRecursionException">The upgradeable reader was upgraded already, or waits for it.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the lock is not held for writing.</exception>
    /// <exception cref="ObjectDisposedException">The lock was disposed before or during the wait.</exception>
    public ValueTask<Lease> UpgradeAsync(Lease upgradeable, CancellationToken cancellationToken = default)
    {
        try
        {
            ThrowIfNotUpgradeable(upgradeable);
        }
        catch (SynchronizationLockException notHeld)
        {
            return ValueTask.FromException<Lease>(notHeld);
        }

        return EnterAsync(ToUpgrade, cancellationToken);
    }

    /// <summary>Waits, blocking the thread, until the plain readers have left, and makes the upgradeable reader a writer.</summary>
    /// <inheritdoc cref="UpgradeAsync" path="/param|/returns|/remarks|/exception"/>
    public Lease Upgrade(Lease upgradeable, CancellationToken cancellationToken = default)
    {
        ThrowIfNotUpgradeable(upgradeable);
        cancellationToken.ThrowIfCancellationRequested();
        Lease lease = TryEnter(ToUpgrade, out Lease entered) ? entered : EnterSlowly(ToUpgrade, cancellationToken);
        Volatile.Write(ref _writerThread, Environment.CurrentManagedThreadId);
        return lease;
    }

    /// <summary>Makes the upgradeable reader a writer if there are no plain readers.</summary>
    /// <param name="upgradeable">The lease of the upgradeable reader; it stays as it is.</param>
    /// <param name="lease">The lease of the upgrade; the default one when it was not granted.</param>
    /// <returns>Whether it was upgraded; <see langword="false"/> also if it was so already, or the lock was disposed.</returns>
    /// <exception cref="SynchronizationLockException">The lease is not that of this lock's upgradeable reader, or no longer.</exception>
    public bool TryUpgrade(Lease upgradeable, out Lease lease)
    {
        ThrowIfNotUpgradeable(upgradeable);
        return TryEnter(ToUpgrade, out lease);
    }

    private ValueTask<Lease> EnterAsync(int kind, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Lease>(cancellationToken);
        }

        if (TryTake(kind, out Lease lease))
        {
            return Interleaver.IsOn ? Entered(lease) : new ValueTask<Lease>(lease);
        }

        return EnterSlowlyAsync(kind, cancellationToken);
    }

    private ValueTask<Lease> Entered(Lease lease)
    {
        Interleaver.Note(this, PrimitiveNote.Entered);
        return Interleaver.Pause(new ValueTask<Lease>(lease));
    }

    private ValueTask<Lease> EnterSlowlyAsync(int kind, CancellationToken cancellationToken)
    {
        try
        {
            return Queue(kind, mayWait: true, out Lease lease) is { } waiter ? waiter.WaitAsync(cancellationToken) : Entered(lease);
        }
        catch (Exception refusal) when (refusal is ObjectDisposedException or LockRecursionException or SynchronizationLockException)
        {
            return ValueTask.FromException<Lease>(refusal);
        }
    }

    private Lease EnterSlowly(int kind, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _writerThread) == Environment.CurrentManagedThreadId)
        {
            throw new LockRecursionException("This thread holds the lock for writing, and would wait for itself.");
        }

        if (Queue(kind, mayWait: true, out Lease lease) is { } waiter)
        {
            return waiter.Wait(cancellationToken);
        }

        Interleaver.Note(this, PrimitiveNote.Entered);
        return lease;
    }

    private bool TryEnter(int kind, out Lease lease)
    {
        if (!TryTake(kind, out lease))
        {
            Queue(kind, mayWait: false, out lease);
        }

        if (lease.IsTaken)
        {
            Interleaver.Note(this, PrimitiveNote.Entered);
        }

        return lease.IsTaken;
    }

    private void ThrowIfNotUpgradeable(Lease upgradeable)
    {
        if (!_upgradeablePlace.IsHeldBy(upgradeable))
        {
            throw new SynchronizationLockException("The lease is not that of the upgradeable reader of this lock, or was given back.");
        }
    }
}
