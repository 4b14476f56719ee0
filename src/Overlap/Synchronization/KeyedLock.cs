using System.Diagnostics;
using Overlap.Waiting;

namespace Overlap.Synchronization;

/// <summary>A mutual exclusion lock for each key: who holds one key holds up only those who want the same.</summary>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <remarks>
/// Order: first come, first served for each key, tasks and threads in one queue; a newcomer never overtakes a waiter.
/// Race: if a hand-over and a cancellation meet, exactly one wins and the key is not lost.
/// Memory: what the last owner of a key wrote before it left is visible to the next owner of that key. A key is known only while somebody holds
/// it; afterwards its entry serves another key. The table keeps the size of the most keys that were held at one time.
/// Cost: one short lock and one look into a table to enter and to leave; no allocation in the long run; one pooled node for each waiter.
/// Not re-entrant: an owner that enters the same key again waits for itself. Where that can be known, which is when one thread does both by
/// <see cref="Enter"/>, it throws <see cref="LockRecursionException"/>. Who takes several keys takes them in one order everywhere.
/// The keys' own equality runs inside the lock's operations: it must not block, nor use the lock.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed class KeyedLock<TKey> : IDisposable
    where TKey : notnull
{
    private const int MostSpare = 64;

    private readonly Lock _gate = new();

    // Guarded by _gate.
    private readonly Dictionary<TKey, Entry> _entries;
    private Entry? _spare;      // A list of entries that serve no key.
    private int _spares;
    private int _waiting;
    private bool _isDisposed;

    /// <summary>Makes a lock in which no key is held.</summary>
    /// <param name="comparer">Tells which keys are the same; <see langword="null"/> for the keys' own equality.</param>
    public KeyedLock(IEqualityComparer<TKey>? comparer = null) => _entries = new Dictionary<TKey, Entry>(comparer);

    private string DebuggerText => $"{_entries.Count} keys held, {_waiting} waiting";

    /// <summary>Waits for a key and takes it.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over a free key.</param>
    /// <returns>A lease; disposing it leaves the key, once, however often it is disposed.</returns>
    /// <remarks>
    /// Order: first come, first served for each key.
    /// Race: if a hand-over and a cancellation meet, exactly one wins and the key is not lost.
    /// Memory: what the last owner of the key wrote before it left is visible to the next.
    /// Cost: no allocation when the key is free; one pooled node for each waiter.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the key is not held.</exception>
    /// <exception cref="ObjectDisposedException">The lock was disposed before or during the wait.</exception>
    public ValueTask<Lease> EnterAsync(TKey key, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<Lease>(cancellationToken);
        }

        Waiter<Lease>? waiter;
        Lease lease;
        try
        {
            waiter = TryQueue(key, ofThread: 0, out lease);
        }
        catch (Exception refusal)
        {
            return ValueTask.FromException<Lease>(refusal);
        }

        return waiter is null ? Interleaver.Pause(new ValueTask<Lease>(lease)) : waiter.WaitAsync(cancellationToken);
    }

    /// <summary>Waits for a key, blocking the thread, and takes it.</summary>
    /// <exception cref="LockRecursionException">This thread holds the key by <see cref="Enter"/>: it would wait for itself.</exception>
    /// <inheritdoc cref="EnterAsync" path="/param|/returns|/remarks|/exception"/>
    public Lease Enter(TKey key, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int thread = Environment.CurrentManagedThreadId;
        if (TryQueue(key, thread, out Lease lease) is { } waiter)
        {
            lease = waiter.Wait(cancellationToken);
            ((Entry)lease.Source!).OwnerThread = thread;
        }

        return lease;
    }

    /// <summary>Takes a key if it is free at once.</summary>
    /// <param name="key">The key.</param>
    /// <param name="lease">The lease; the default one when the key was not free.</param>
    /// <returns>Whether the key was taken; <see langword="false"/> also once the lock was disposed.</returns>
    public bool TryEnter(TKey key, out Lease lease)
    {
        _gate.Enter();
        try
        {
            lease = _isDisposed || _entries.ContainsKey(key) ? default : TakeLocked(key);
        }
        finally
        {
            _gate.Exit();
        }

        return lease.IsTaken;
    }

    /// <summary>Tells how many keys are held and how many wait for one.</summary>
    public KeyedLockStatistics GetStatistics()
    {
        _gate.Enter();
        KeyedLockStatistics statistics = new(_entries.Count, _waiting);
        _gate.Exit();
        return statistics;
    }

    /// <summary>Ends the lock: those who wait for a key, and those who come later, get <see cref="ObjectDisposedException"/>.</summary>
    /// <remarks>The leases that are held may be disposed afterwards. Twice is legal.</remarks>
    public void Dispose()
    {
        WaiterBatch refused = default;
        _gate.Enter();
        _isDisposed = true;
        _waiting = 0;
        foreach (Entry entry in _entries.Values)
        {
            refused.AddAll(ref entry.Waiters);
        }

        _gate.Exit();
        refused.FailAllDisposed(nameof(KeyedLock<>));
    }

    /// <summary>Takes a key, or queues a waiter for it when somebody holds it.</summary>
    private Waiter<Lease>? TryQueue(TKey key, int ofThread, out Lease lease)
    {
        _gate.Enter();
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (!_entries.TryGetValue(key, out Entry? entry))
            {
                lease = TakeLocked(key);
                ((Entry)lease.Source!).OwnerThread = ofThread;
                return null;
            }

            if (ofThread != 0 && entry.OwnerThread == ofThread)
            {
                throw new LockRecursionException("This thread holds the key already, and would wait for itself.");
            }

            lease = default;
            Waiter<Lease> waiter = Waiter<Lease>.Rent(entry);
            entry.Waiters.Enqueue(waiter);
            _waiting++;
            Interleaver.Note(this, PrimitiveNote.Waits);
            return waiter;
        }
        finally
        {
            _gate.Exit();
        }
    }

    private Lease TakeLocked(TKey key)
    {
        Entry entry = _spare ?? new Entry(this);
        _entries.Add(key, entry);
        if (ReferenceEquals(entry, _spare))
        {
            _spare = entry.NextSpare;
            _spares--;
            entry.NextSpare = null;
        }

        entry.Key = key;
        Interleaver.Note(this, PrimitiveNote.Entered);
        return new Lease(entry, entry.Ticket);
    }

    private void Leave(Entry entry, int ticket)
    {
        Waiter? next;
        Lease lease = default;
        _gate.Enter();
        try
        {
            if (entry.Ticket != ticket)
            {
                return;   // The lease of an earlier owner: it was disposed before.
            }

            // First what may throw, the key's own equality: the entry would stay held.
            if (!entry.Waiters.TryDequeue(out next))
            {
                _entries.Remove(entry.Key);
                KeepLocked(entry);
            }
            else
            {
                _waiting--;
            }

            entry.OwnerThread = 0;
            entry.Ticket++;
            lease = new Lease(entry, entry.Ticket);
        }
        finally
        {
            _gate.Exit();
        }

        Interleaver.Note(this, PrimitiveNote.Left);
        ((Waiter<Lease>?)next)?.Complete(lease);
    }

    private void KeepLocked(Entry entry)
    {
        entry.Key = default!;
        if (_spares < MostSpare)
        {
            entry.NextSpare = _spare;
            _spare = entry;
            _spares++;
        }
    }

    private bool GiveUp(Entry entry, Waiter waiter)
    {
        _gate.Enter();
        bool isMine = entry.Waiters.TryRemove(waiter);
        if (isMine)
        {
            _waiting--;
        }

        _gate.Exit();
        return isMine;
    }

    /// <summary>What stands behind a key while somebody holds it.</summary>
    private sealed class Entry(KeyedLock<TKey> keys) : ILeaseSource, IWaiterOwner
    {
        // Guarded by the gate of the lock.
        public IntrusiveQueue<Waiter> Waiters;
        public Entry? NextSpare;
        public TKey Key = default!;
        public int Ticket;
        public int OwnerThread;   // The thread that holds the key by Enter, 0 when a task does.

        public void Return(int ticket) => keys.Leave(this, ticket);

        public bool GiveUp(Waiter waiter) => keys.GiveUp(this, waiter);

        public override string ToString() => keys.ToString()!;
    }
}
