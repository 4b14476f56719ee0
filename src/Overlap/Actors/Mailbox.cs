using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Overlap.Synchronization;
using Overlap.Waiting;

namespace Overlap.Actors;

/// <summary>The messages of one actor, its system messages, and whether it has to be woken.</summary>
/// <remarks>
/// Those who write do so under the gate, where they also see whether the actor sleeps; the actor goes to sleep under the same gate, having seen there
/// that nothing is left (A2). So no wake-up can fall between the two, and no fence has to be reasoned about.
/// The actor reads without the gate, but for a mailbox that drops its oldest, where writers take too, and one that orders its messages.
/// Order: of one sender kept; who waits for room comes before newcomers. Race: one gate. Memory: what was written before a message is visible to
/// its handler. Cost: one atomic operation a message for the writer, none for the reader; no allocation once the stretches are as many as it needs.
/// </remarks>
internal sealed partial class Mailbox<TMessage> : IWaiterOwner
{
    private const int FirstLength = 8;
    private const int MostLength = 1024;

    private readonly int _capacity;
    private readonly bool _isReadUnderGate;         // Kept in the ring or the heap, not in stretches.
    private readonly bool _goesLongWay;
    private readonly ItemHeap<Numbered>? _heap;     // In place of the stretches, if messages have priorities. Guarded by _gate.

    private SpinGate _gate;

    // Guarded by _gate.
    private MessageSegment<TMessage> _segment;
    private TMessage[] _items;                      // Those of the stretch.
    private int _index;
    private ActorActivity _activity = ActorActivity.Idle;
    private long _written;                          // Published for the reader after each message.
    private long _openUntil;                        // With fewer written a message is put in without a look at anything else.
    private ItemRing<TMessage> _ring;               // In place of the stretches, if the oldest is dropped.
    private IntrusiveQueue<Waiter> _waiting;        // Only while the mailbox is full, or its actor suspended.
    private SystemMessage _firstSystem;             // Before those in the queue.
    private bool _hasFirstSystem;
    private Queue<SystemMessage>? _system;
    private bool _isClosed;

    private MessageSegment<TMessage>? _spare;       // Put here by the reader, taken under _gate.

    /// <summary>Makes a mailbox.</summary>
    /// <param name="options">Its settings.</param>
    /// <param name="goesLongWay">Whether <see cref="TryPut"/> takes none: a router gives them to others, or something is recorded of each.</param>
    public Mailbox(MailboxOptions options, bool goesLongWay = false)
    {
        _capacity = options.Capacity ?? int.MaxValue;
        Overflow = options.Overflow;
        _goesLongWay = goesLongWay;
        bool dropsOldest = options.Capacity is not null && options.Overflow == MailboxOverflow.DropOldest;
        _heap = options.IsPrioritized ? new ItemHeap<Numbered>(null) : null;
        _isReadUnderGate = dropsOldest || options.IsPrioritized;
        _segment = new MessageSegment<TMessage>(_isReadUnderGate ? 0 : Math.Min(FirstLength, _capacity));
        _items = _segment.Items;
        Reader = new MessageReader<TMessage>(this, _segment);
        if (dropsOldest)
        {
            _ring = new ItemRing<TMessage>();
        }
        else if (!_isReadUnderGate && !goesLongWay)
        {
            _openUntil = OpenUntil();
        }
    }

    public MailboxOverflow Overflow { get; }

    public int Capacity => _capacity;

    /// <summary>The actor's side.</summary>
    public MessageReader<TMessage> Reader { get; }

    public int Count => _isReadUnderGate ? _heap?.Count ?? _ring.Count : (int)Math.Clamp(Written - Reader.Taken, 0, int.MaxValue);

    /// <summary>The messages that may be read; those in a ring or a heap are none of them.</summary>
    public long Written => _isReadUnderGate ? 0 : Volatile.Read(ref _written);

    /// <summary>The number of the message that was taken last, unless it was unstashed.</summary>
    public long Taken
    {
        get
        {
            if (!_isReadUnderGate)
            {
                return Reader.Taken;
            }

            _gate.Enter();
            long taken = _heap is null ? _written - _ring.Count : _lastTaken;
            _gate.Exit();
            return taken;
        }
    }

    /// <summary>The number of the message that was taken last. For the actor only.</summary>
    public long LastTaken => _isReadUnderGate ? _lastTaken : Reader.Taken;

    public int WaitingCount => Reader.WaitingCount;

    /// <summary>Puts a message in, if nothing speaks against it.</summary>
    /// <param name="message">The message.</param>
    /// <param name="ask">The ask whose message it is; it is told the number.</param>
    /// <param name="wakes">Whether the actor has to be woken, by the caller.</param>
    /// <returns>Whether it is in; if not, <see cref="Put"/> says why, or puts it in.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryPut(TMessage message, PendingAsk? ask, out bool wakes)
    {
        _gate.Enter();
        long position = _written + 1;
        if (position > _openUntil)
        {
            _gate.Exit();
            wakes = false;
            return false;
        }

        if (ask is not null)
        {
            ask.Position = position;
        }

        AddLocked(message);
        wakes = _activity == ActorActivity.Idle;
        if (wakes)
        {
            _activity = ActorActivity.Running;
        }

        _gate.Exit();
        return true;
    }

    /// <summary>Puts a message in.</summary>
    /// <param name="message">The message.</param>
    /// <param name="ask">The ask whose message it is; it is told the number.</param>
    /// <param name="waiter">One who waits for room, if it may; its message is in when it is completed.</param>
    /// <param name="mayWait">Whether to wait for room.</param>
    /// <param name="evicted">The oldest message, in whose place this one came.</param>
    /// <param name="position">The number of the last message that was put in; the first is 1.</param>
    public MailboxAnswer Put(
        TMessage message, bool mayWait, PendingAsk? ask, out Waiter<TMessage>? waiter, out TMessage? evicted, out long position)
    {
        waiter = null;
        evicted = default;
        MailboxAnswer answer = MailboxAnswer.Taken;
        _gate.Enter();
        if (_isClosed)
        {
            answer = MailboxAnswer.Closed;
        }
        else if (_waiting.Count > 0 || !HasRoomLocked())
        {
            answer = PutFullLocked(message, mayWait, ask, out waiter, out evicted);
        }
        else
        {
            NumberLocked(ask);
            AddLocked(message);
        }

        if (answer is MailboxAnswer.Taken or MailboxAnswer.TakenForOldest && _activity == ActorActivity.Idle)
        {
            _activity = ActorActivity.Running;
            answer = answer == MailboxAnswer.Taken ? MailboxAnswer.TakenWake : MailboxAnswer.TakenForOldestWake;
        }

        position = _written;
        _gate.Exit();
        return answer;
    }

    /// <summary>Puts a system message in, which always succeeds.</summary>
    /// <returns>Whether the actor has to be woken, by the caller.</returns>
    public bool PutSystem(SystemMessage message)
    {
        _gate.Enter();
        if (Reader.SystemCount == 0)
        {
            _firstSystem = message;
            _hasFirstSystem = true;
        }
        else
        {
            (_system ??= new Queue<SystemMessage>()).Enqueue(message);
        }

        Reader.SystemCount++;
        bool wakes = _activity != ActorActivity.Running;
        _activity = ActorActivity.Running;
        _gate.Exit();
        return wakes;
    }

    /// <summary>Takes the next system message. For the actor only.</summary>
    public bool TryTakeSystem(out SystemMessage message)
    {
        _gate.Enter();
        message = default;
        bool isTaken = _hasFirstSystem;
        if (isTaken)
        {
            message = _firstSystem;
            _firstSystem = default;
            _hasFirstSystem = false;
        }
        else
        {
            isTaken = _system is not null && _system.TryDequeue(out message);
        }

        if (isTaken)
        {
            Reader.SystemCount--;
        }

        _gate.Exit();
        return isTaken;
    }

    /// <summary>Lets the actor sleep, unless there is something for it. For the actor only.</summary>
    /// <param name="isDozing">Whether only a system message is to wake it.</param>
    /// <returns>Whether it sleeps; then whoever wakes it runs it, and the caller must not touch it any more.</returns>
    public bool TrySleep(bool isDozing)
    {
        _gate.Enter();
        bool hasWaiting = !isDozing && _waiting.Count > 0;
        bool sleeps = Reader.SystemCount == 0 && (isDozing || (!hasWaiting && IsEmptyLocked()));
        if (sleeps)
        {
            _activity = isDozing ? ActorActivity.Dozing : ActorActivity.Idle;
        }

        _gate.Exit();
        if (hasWaiting)
        {
            AdmitWaiting();
        }

        return sleeps;
    }

    /// <summary>Refuses messages from now on. Those who wait for room are given out, to be refused by the caller.</summary>
    public WaiterBatch Close()
    {
        WaiterBatch refused = default;
        _gate.Enter();
        _isClosed = true;
        _openUntil = 0;
        refused.AddAll(ref _waiting);
        Reader.WaitingCount = 0;
        _gate.Exit();
        return refused;
    }

    bool IWaiterOwner.GiveUp(Waiter waiter)
    {
        _gate.Enter();
        bool isMine = _waiting.TryRemove(waiter);
        Reader.WaitingCount = _waiting.Count;
        _gate.Exit();
        return isMine;
    }

    /// <summary>Takes the next message of a mailbox that drops its oldest, or orders its messages; others have none here. For the actor only.</summary>
    public bool TryTakeUnderGate([MaybeNullWhen(false)] out TMessage message)
    {
        if (!_isReadUnderGate)
        {
            message = default;
            return false;
        }

        _gate.Enter();
        bool isTaken = Count > 0;
        message = isTaken ? TakeFirstLocked() : default;
        _gate.Exit();
        if (isTaken && WaitingCount != 0)
        {
            AdmitWaiting();
        }

        return isTaken;
    }

    /// <summary>Takes a stretch that was read to its end, to be written again. For the reader only.</summary>
    public void TakeBack(MessageSegment<TMessage> left)
    {
        if (left.Items.Length == MostLength)
        {
            // Two may meet here, and one stretch goes to the collector: no harm.
            Volatile.Write(ref _spare, left);
        }
    }

    /// <summary>Puts in the messages of those who wait, as far as there is room. For the actor only.</summary>
    public void AdmitWaiting()
    {
        WaiterBatch admitted = default;
        _gate.Enter();
        while (HasRoomLocked() && _waiting.TryDequeue(out Waiter? waiter))
        {
            TMessage brought = ((Waiter<TMessage>)waiter).Brought!;
            if (_heap is null)
            {
                AddLocked(brought);
            }
            else
            {
                AddLocked(brought, waiter.Request, isAsk: waiter.BroughtFor is not null);
            }

            if (waiter.BroughtFor is AskTicket ticket)
            {
                ticket.Position = _written;
            }

            admitted.Add(waiter);
        }

        Reader.WaitingCount = _waiting.Count;
        _gate.Exit();
        while (admitted.TryTake(out Waiter? waiter))
        {
            (waiter.BroughtFor as AskTicket)?.Admit();
            ((Waiter<TMessage>)waiter).Complete(default!);
        }
    }

    private bool IsEmptyLocked() => _isReadUnderGate ? Count == 0 : _written == Reader.Taken;

    private bool HasRoomLocked()
    {
        if (_isReadUnderGate)
        {
            return Count < _capacity;
        }

        long openUntil = OpenUntil();

        // Newcomers go by the long way while others wait for room.
        _openUntil = _waiting.Count == 0 && !_isClosed && !_goesLongWay ? openUntil : 0;
        return _written < openUntil;
    }

    private long OpenUntil() => _capacity == int.MaxValue ? long.MaxValue : Reader.Taken + _capacity;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private MailboxAnswer PutFullLocked(TMessage message, bool mayWait, PendingAsk? ask, out Waiter<TMessage>? waiter, out TMessage? evicted)
    {
        waiter = null;
        evicted = default;
        if (_isReadUnderGate)
        {
            evicted = _ring.TakeFirst();
            NumberLocked(ask);
            AddLocked(message);
            return MailboxAnswer.TakenForOldest;
        }

        if (!mayWait || Overflow != MailboxOverflow.Wait)
        {
            return MailboxAnswer.Full;
        }

        waiter = Waiter<TMessage>.Rent(this);
        waiter.Brought = message;
        waiter.BroughtFor = ask is null ? null : new AskTicket(ask);
        _waiting.Enqueue(waiter);
        _openUntil = 0;
        Reader.WaitingCount = _waiting.Count;
        return MailboxAnswer.Waits;
    }

    private void NumberLocked(PendingAsk? ask)
    {
        if (ask is not null)
        {
            ask.Position = _written + 1;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddLocked(TMessage message)
    {
        if (_isReadUnderGate)
        {
            _ring.Add(message);
            _written++;
            return;
        }

        TMessage[] items = _items;
        int index = _index;
        if (index >= items.Length)
        {
            items = GrowLocked();
            index = 0;
        }

        items[index] = message;
        _index = index + 1;
        Volatile.Write(ref _written, _written + 1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private TMessage[] GrowLocked()
    {
        MessageSegment<TMessage> full = _segment;
        MessageSegment<TMessage>? next = Volatile.Read(ref _spare);
        _spare = null;
        next ??= new MessageSegment<TMessage>(Math.Min(full.Items.Length * 2, MostLength));
        full.Next = next;
        _segment = next;
        _items = next.Items;
        return next.Items;
    }
}
