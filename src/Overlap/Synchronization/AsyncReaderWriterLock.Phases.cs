using Overlap.Waiting;

namespace Overlap.Synchronization;

// Who may enter: one word while nobody waits, queues and a gate once somebody does.
public sealed partial class AsyncReaderWriterLock
{
    // The state: three flags, and above them the number of plain readers, but for the one in _readerPlace. That one never touches the state:
    // it takes its place, then looks at the flags; who sets a flag looks at the place afterwards. So one of the two sees the other.
    private const int Gated = 1;         // Somebody waits, or is at the gate, or it is over: nobody enters but through the gate.
    private const int Writing = 2;
    private const int Upgradeable = 4;
    private const int OneReader = 8;

    private SpinGate _gate;
    private int _state;                  // Flags are set and taken under _gate while Gated is set; readers leave at any time.
    private int _writerThread;           // The thread that writes by a blocking entry, 0 when a task does. Written by the owner.

    // Guarded by _gate.
    private IntrusiveQueue<Waiter> _readers;
    private IntrusiveQueue<Waiter> _upgradeables;
    private IntrusiveQueue<Waiter> _writers;
    private Waiter? _upgrader;
    private bool _isDisposed;

    private string DebuggerText
    {
        get
        {
            int state = _state;
            int readers = (state / OneReader) + (_readerPlace.IsTaken ? 1 : 0);
            string held = (state & Writing) != 0 ? "a writer" : (state & Upgradeable) != 0 ? $"{readers}+1 readers" : $"{readers} readers";
            return $"{held}, {_readers.Count + _upgradeables.Count} waiting to read, {_writers.Count + (_upgrader is null ? 0 : 1)} to write";
        }
    }

    /// <summary>Tells who holds the lock and who waits for it.</summary>
    public AsyncReaderWriterLockStatistics GetStatistics()
    {
        _gate.Enter();
        int state = Volatile.Read(ref _state);
        AsyncReaderWriterLockStatistics statistics = new(
            (state / OneReader) + (_readerPlace.IsTaken ? 1 : 0),
            (state & Upgradeable) != 0,
            (state & Writing) != 0,
            _readers.Count,
            _upgradeables.Count,
            _writers.Count + (_upgrader is null ? 0 : 1));
        _gate.Exit();
        return statistics;
    }

    /// <summary>Ends the lock: those who wait for it, and those who come later, get <see cref="ObjectDisposedException"/>.</summary>
    /// <remarks>The leases that are held may be disposed afterwards. Twice is legal.</remarks>
    public void Dispose()
    {
        WaiterBatch refused = default;
        _gate.Enter();
        _isDisposed = true;

        // For ever: everybody comes to the gate from here on and sees that it is over.
        Interlocked.Or(ref _state, Gated);
        refused.AddAll(ref _readers);
        refused.AddAll(ref _upgradeables);
        refused.AddAll(ref _writers);
        if (_upgrader is { } upgrader)
        {
            _upgrader = null;
            refused.Add(upgrader);
        }

        _gate.Exit();
        refused.FailAllDisposed(nameof(AsyncReaderWriterLock));
    }

    private static void Grant(ref WaiterBatch released)
    {
        while (released.TryTake(out Waiter? waiter))
        {
            Waiter<Lease> granted = (Waiter<Lease>)waiter;
            granted.Complete(granted.Brought);
        }
    }

    void IPermitOwner.GiveBack(int permits)
    {
        Interleaver.Note(this, PrimitiveNote.Left);
        switch (permits)
        {
            case ToRead:
                LeaveReading(Interlocked.Add(ref _state, -OneReader));
                break;
            case ToReadAlone:
                LeaveReading(Volatile.Read(ref _state));
                break;
            case ToReadUpgradeably:
                LeaveUpgradeable();
                break;
            default:
                LeaveWriting();
                break;
        }
    }

    bool IWaiterOwner.GiveUp(Waiter waiter)
    {
        WaiterBatch released = default;
        _gate.Enter();
        bool isMine;
        if (waiter.Request == ToUpgrade)
        {
            isMine = ReferenceEquals(_upgrader, waiter);
            _upgrader = isMine ? null : _upgrader;
        }
        else
        {
            isMine = QueueOf(waiter.Request).TryRemove(waiter);
        }

        if (isMine)
        {
            // Readers may have waited only because this one did.
            SettleLocked(readersFirst: false, ref released);
        }

        _gate.Exit();
        Grant(ref released);
        return isMine;
    }

    /// <summary>Enters without the gate, which is possible while nobody waits.</summary>
    private bool TryTake(int kind, out Lease lease)
    {
        if (kind == ToRead)
        {
            return TryRead(out lease);
        }

        int state = Volatile.Read(ref _state);
        if (kind == ToReadUpgradeably)
        {
            bool isTaken = (state & (Gated | Writing | Upgradeable)) == 0
                && Interlocked.CompareExchange(ref _state, state | Upgradeable, state) == state;
            lease = isTaken ? _upgradeablePlace.Take() : default;
            return isTaken;
        }

        int free = kind == ToWrite ? 0 : Upgradeable;
        lease = default;
        if (state != free || _readerPlace.IsTaken || Interlocked.CompareExchange(ref _state, free | Writing, free) != free)
        {
            return false;
        }

        if (_readerPlace.IsTaken)
        {
            // A reader came in between, and perhaps went away again because of the flag.
            LeaveWriting();
            return false;
        }

        lease = _writerPlace.Take();
        return true;
    }

    private bool TryRead(out Lease lease)
    {
        int state = _state;
        if ((state & (Gated | Writing)) == 0 && _readerPlace.TryTake(out lease))
        {
            if ((Volatile.Read(ref _state) & (Gated | Writing)) == 0)
            {
                return true;
            }

            // As one who leaves: somebody may wait because the place was taken.
            lease.Dispose();
            lease = default;
            return false;
        }

        while ((state & (Gated | Writing)) == 0)
        {
            int seen = Interlocked.CompareExchange(ref _state, state + OneReader, state);
            if (seen == state)
            {
                lease = PooledLease.Of(this, ToRead);
                return true;
            }

            state = seen;
        }

        lease = default;
        return false;
    }

    /// <summary>Enters through the gate, or queues a waiter.</summary>
    /// <param name="kind">What is asked for.</param>
    /// <param name="mayWait">Whether to queue a waiter; if not, nothing is thrown.</param>
    /// <param name="lease">The lease if it entered.</param>
    /// <returns>The waiter; <see langword="null"/> if it entered or may not wait.</returns>
    private Waiter<Lease>? Queue(int kind, bool mayWait, out Lease lease)
    {
        Waiter<Lease>? waiter = null;
        lease = default;
        _gate.Enter();
        try
        {
            ThrowIfRefusedLocked(kind, mayWait);

            // From here on readers leave, and nothing else happens outside the gate. One that left before is not in this state; one that leaves
            // later sees the flag, and comes here if it was the last.
            int state = Interlocked.Or(ref _state, Gated) | Gated;
            if (!_isDisposed && MayEnterLocked(kind, state))
            {
                lease = TakeLocked(kind);
            }
            else if (mayWait)
            {
                waiter = Waiter<Lease>.Rent(this, kind);
                Interleaver.Note(this, PrimitiveNote.Waits);
                if (kind == ToUpgrade)
                {
                    _upgrader = waiter;
                }
                else
                {
                    QueueOf(kind).Enqueue(waiter);
                }
            }

            OpenIfIdleLocked();
            return waiter;
        }
        finally
        {
            _gate.Exit();
        }
    }

    private void ThrowIfRefusedLocked(int kind, bool mayWait)
    {
        if (!mayWait)
        {
            return;
        }

        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (kind != ToUpgrade)
        {
            return;
        }

        int state = Volatile.Read(ref _state);
        if ((state & Upgradeable) == 0)
        {
            throw new SynchronizationLockException("The upgradeable reader has left the lock.");
        }

        if ((state & Writing) != 0 || _upgrader is not null)
        {
            throw new LockRecursionException("The upgradeable reader was upgraded already, or waits for it.");
        }
    }

    private bool MayEnterLocked(int kind, int state) => kind switch
    {
        ToRead => (state & Writing) == 0 && _upgrader is null && _writers.Count == 0,
        ToWrite => (state & ~Gated) == 0 && !_readerPlace.IsTaken && _writers.Count == 0,
        ToUpgrade => (state & ~Gated) == Upgradeable && !_readerPlace.IsTaken && _upgrader is null,
        _ => (state & (Writing | Upgradeable)) == 0 && _writers.Count == 0,
    };

    private Lease TakeLocked(int kind)
    {
        switch (kind)
        {
            case ToRead:
                Interlocked.Add(ref _state, OneReader);
                return PooledLease.Of(this, ToRead);
            case ToReadUpgradeably:
                Interlocked.Or(ref _state, Upgradeable);
                return _upgradeablePlace.Take();
            default:
                Interlocked.Or(ref _state, Writing);
                return _writerPlace.Take();
        }
    }

    private void LeaveReading(int state)
    {
        if ((state & Gated) != 0 && state < OneReader)
        {
            WaiterBatch released = default;
            _gate.Enter();
            SettleLocked(readersFirst: false, ref released);
            _gate.Exit();
            Grant(ref released);
        }
    }

    private void LeaveWriting()
    {
        if (_writerThread != 0)
        {
            Volatile.Write(ref _writerThread, 0);
        }

        int state = Volatile.Read(ref _state);
        if ((state & Gated) != 0 || Interlocked.CompareExchange(ref _state, state & ~Writing, state) != state)
        {
            WaiterBatch released = default;
            _gate.Enter();
            Interlocked.And(ref _state, ~Writing);
            SettleLocked(readersFirst: true, ref released);
            _gate.Exit();
            Grant(ref released);
        }
    }

    private void LeaveUpgradeable()
    {
        int state = Volatile.Read(ref _state);
        while ((state & (Gated | Writing)) == 0)
        {
            int seen = Interlocked.CompareExchange(ref _state, state & ~Upgradeable, state);
            if (seen == state)
            {
                return;
            }

            state = seen;
        }

        WaiterBatch released = default;
        _gate.Enter();
        Interlocked.And(ref _state, ~Upgradeable);
        Waiter? upgrader = _upgrader;
        _upgrader = null;
        SettleLocked(readersFirst: false, ref released);
        _gate.Exit();
        upgrader?.Fail(new SynchronizationLockException("The upgradeable reader left the lock while it waited for its upgrade."));
        Grant(ref released);
    }

    /// <summary>Lets in all who may enter now.</summary>
    /// <param name="readersFirst">Whether a phase of writing has just ended, so that the readers that wait go before the next writer.</param>
    /// <param name="released">Receives them.</param>
    private void SettleLocked(bool readersFirst, ref WaiterBatch released)
    {
        int state = Volatile.Read(ref _state);
        if ((state & Writing) != 0)
        {
            return;
        }

        if (_upgrader is { } upgrader)
        {
            if (state < OneReader && !_readerPlace.IsTaken)
            {
                _upgrader = null;
                AdmitLocked(upgrader, ref released);
            }

            return;
        }

        if (readersFirst || _writers.Count == 0)
        {
            while (_readers.TryDequeue(out Waiter? reader))
            {
                AdmitLocked(reader, ref released);
            }

            if ((state & Upgradeable) == 0 && _upgradeables.TryDequeue(out Waiter? upgradeable))
            {
                AdmitLocked(upgradeable, ref released);
            }
        }

        if (_writers.Count > 0 && (Volatile.Read(ref _state) & ~Gated) == 0 && !_readerPlace.IsTaken && _writers.TryDequeue(out Waiter? writer))
        {
            AdmitLocked(writer, ref released);
        }

        OpenIfIdleLocked();
    }

    private void OpenIfIdleLocked()
    {
        if (_upgrader is null && _readers.Count + _upgradeables.Count + _writers.Count == 0 && !_isDisposed)
        {
            Interlocked.And(ref _state, ~Gated);
        }
    }

    private void AdmitLocked(Waiter waiter, ref WaiterBatch released)
    {
        ((Waiter<Lease>)waiter).Brought = TakeLocked(waiter.Request);
        released.Add(waiter);
    }

    private ref IntrusiveQueue<Waiter> QueueOf(int kind)
    {
        switch (kind)
        {
            case ToRead:
                return ref _readers;
            case ToReadUpgradeably:
                return ref _upgradeables;
            default:
                return ref _writers;
        }
    }
}
