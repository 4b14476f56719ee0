using Overlap.Waiting;

namespace Overlap.Synchronization;

// Who may enter: one word while nobody waits, queues and a gate once somebody does.
public sealed partial class AsyncReaderWriterLock
{
    // The state: three flags, and above them the number of plain readers.
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
            string held = (state & Writing) != 0 ? "a writer" : (state & Upgradeable) != 0 ? $"{state / OneReader}+1 readers" : $"{state / OneReader} readers";
            return $"{held}, {_readers.Count + _upgradeables.Count} waiting to read, {_writers.Count + (_upgrader is null ? 0 : 1)} to write";
        }
    }

    /// <summary>Tells who holds the lock and who waits for it.</summary>
    public AsyncReaderWriterLockStatistics GetStatistics()
    {
        _gate.Enter();
        int state = Volatile.Read(ref _state);
        AsyncReaderWriterLockStatistics statistics = new(
            state / OneReader,
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

    void IPermitOwner.GiveBack(int permits)
    {
        Interleaver.Note(this, PrimitiveNote.Left);
        switch (permits)
        {
            case ToRead:
                int left = Interlocked.Add(ref _state, -OneReader);
                if ((left & Gated) != 0 && left < OneReader)
                {
                    Settle(readersFirst: false);
                }

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

    /// <summary>Enters by the state alone, which is possible while nobody waits.</summary>
    private bool TryTake(int kind)
    {
        int state = Volatile.Read(ref _state);
        return kind switch
        {
            ToRead => TryRead(),
            ToWrite => state == 0 && Interlocked.CompareExchange(ref _state, Writing, 0) == 0,
            ToUpgrade => state == Upgradeable && Interlocked.CompareExchange(ref _state, Upgradeable | Writing, Upgradeable) == Upgradeable,
            _ => (state & (Gated | Writing | Upgradeable)) == 0 && Interlocked.CompareExchange(ref _state, state | Upgradeable, state) == state,
        };
    }

    private bool TryRead()
    {
        int state = _state;
        while ((state & (Gated | Writing)) == 0)
        {
            int seen = Interlocked.CompareExchange(ref _state, state + OneReader, state);
            if (seen == state)
            {
                return true;
            }

            state = seen;
        }

        return false;
    }

    /// <summary>Enters through the gate, or queues a waiter.</summary>
    /// <param name="kind">What is asked for.</param>
    /// <param name="mayWait">Whether to queue a waiter; if not, nothing is thrown.</param>
    /// <param name="isTaken">Whether it entered.</param>
    /// <returns>The waiter; <see langword="null"/> if it entered or may not wait.</returns>
    private Waiter<Lease>? Queue(int kind, bool mayWait, out bool isTaken)
    {
        Waiter<Lease>? waiter = null;
        isTaken = false;
        _gate.Enter();
        try
        {
            ThrowIfRefusedLocked(kind, mayWait);

            // From here on readers leave, and nothing else happens outside the gate. One that left before is not in this state; one that leaves
            // later sees the flag, and comes here if it was the last.
            int state = Interlocked.Or(ref _state, Gated) | Gated;
            if (!_isDisposed && MayEnterLocked(kind, state))
            {
                TakeLocked(kind);
                isTaken = true;
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
        ToWrite => (state & ~Gated) == 0 && _writers.Count == 0,
        ToUpgrade => (state & ~Gated) == Upgradeable && _upgrader is null,
        _ => (state & (Writing | Upgradeable)) == 0 && _writers.Count == 0,
    };

    private void TakeLocked(int kind)
    {
        switch (kind)
        {
            case ToRead:
                Interlocked.Add(ref _state, OneReader);
                break;
            case ToReadUpgradeably:
                Interlocked.Or(ref _state, Upgradeable);
                break;
            default:
                Interlocked.Or(ref _state, Writing);
                break;
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

    private void Settle(bool readersFirst)
    {
        WaiterBatch released = default;
        _gate.Enter();
        SettleLocked(readersFirst, ref released);
        _gate.Exit();
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
            if (state < OneReader)
            {
                _upgrader = null;
                TakeLocked(ToUpgrade);
                released.Add(upgrader);
            }

            return;
        }

        if (readersFirst || _writers.Count == 0)
        {
            while (_readers.TryDequeue(out Waiter? reader))
            {
                TakeLocked(ToRead);
                released.Add(reader);
            }

            if ((state & Upgradeable) == 0 && _upgradeables.TryDequeue(out Waiter? upgradeable))
            {
                TakeLocked(ToReadUpgradeably);
                released.Add(upgradeable);
            }
        }

        if (_writers.Count > 0 && (Volatile.Read(ref _state) & ~Gated) == 0 && _writers.TryDequeue(out Waiter? writer))
        {
            TakeLocked(ToWrite);
            released.Add(writer);
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

    private void Grant(ref WaiterBatch released)
    {
        while (released.TryTake(out Waiter? waiter))
        {
            ((Waiter<Lease>)waiter).Complete(PooledLease.Of(this, waiter.Request));
        }
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
