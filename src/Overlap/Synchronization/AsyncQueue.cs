using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Overlap.Waiting;

namespace Overlap.Synchronization;

/// <summary>A queue between tasks and threads: who takes waits for an item, who adds waits for room, and who wants to can wait until all work is done.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
/// <remarks>
/// Order: of the items as the options say; of those who wait, on either side, first come, first served. An item of one who waits for room comes into
/// the queue as soon as there is room, before that of any newcomer.
/// Race: if an item and a cancellation meet, the item is either taken or still in the queue, and added or not: never lost, never there twice.
/// Memory: what was written before an item was added is visible to whoever takes it.
/// Cost: one short lock for each item, no allocation; one pooled node for each waiter. A queue without a capacity grows and never shrinks.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed partial class AsyncQueue<T> : IWaiterOwner
{
    // What a waiter of this queue waits for, or that it is refused.
    private const int Taker = 0;
    private const int Adder = 1;
    private const int Joiner = 2;
    private const int Refused = 3;

    private SpinGate _gate;                    // Entered by EnterGate wherever a comparer could be the caller.
    private readonly ItemHeap<T>? _heap;       // Guarded by _gate. Null: the items are in _ring.
    private readonly bool _isLifo;
    private readonly TimeProvider? _clock;     // Null: items have no times.

    // Guarded by _gate.
    private ItemRing<T> _ring = new();
    private IntrusiveQueue<Waiter> _takers;
    private IntrusiveQueue<Waiter> _adders;    // Only while the queue is full.
    private IntrusiveQueue<Waiter> _joiners;
    private int _capacity;                     // 0 once it was shut down, so that nothing finds room.
    private long _unfinished;
    private bool _isShutDown;

    /// <summary>Makes a first-in-first-out queue without a limit.</summary>
    public AsyncQueue()
        : this(new AsyncQueueOptions<T>())
    {
    }

    /// <summary>Makes a first-in-first-out queue of a capacity.</summary>
    /// <param name="capacity">The most items in the queue; at least 1.</param>
    public AsyncQueue(int capacity)
        : this(new AsyncQueueOptions<T> { Capacity = capacity })
    {
    }

    /// <summary>Makes a queue.</summary>
    /// <param name="options">Its order and its capacity.</param>
    public AsyncQueue(AsyncQueueOptions<T> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Capacity = options.Capacity;
        Order = options.Order;
        _capacity = options.Capacity ?? int.MaxValue;
        _isLifo = options.Order == QueueOrder.Lifo;
        if (options.Order == QueueOrder.Priority)
        {
            _heap = new ItemHeap<T>(options.Comparer);
        }
        else if (options.Order == QueueOrder.Delay)
        {
            _heap = new ItemHeap<T>(comparer: null);
            _clock = options.TimeProvider;
            _timer = CreateTimer(_clock);
        }
    }

    /// <summary>The most items in the queue; <see langword="null"/> if there is no limit.</summary>
    public int? Capacity { get; }

    /// <summary>Which item comes out next.</summary>
    public QueueOrder Order { get; }

    /// <summary>The items in the queue at this moment, those whose time has not come included.</summary>
    public int Count => _heap?.Count ?? _ring.Count;

    /// <summary>Whether it was shut down.</summary>
    public bool IsShutDown => Volatile.Read(ref _isShutDown);

    private string DebuggerText =>
        $"{Order}, {Count} items, {_takers.Count} waiting to take, {_adders.Count} to add{(_isShutDown ? ", shut down" : "")}";

    /// <summary>Puts an item in as soon as there is room.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over free room.</param>
    /// <returns>A task that ends when the item is in the queue, or with one who waited for it.</returns>
    /// <remarks>
    /// Order: first come, first served; a newcomer never overtakes one who waits for room.
    /// Race: if room and a cancellation meet, exactly one wins: a wait that ends cancelled has added nothing.
    /// Memory: what was written before is visible to whoever takes the item.
    /// Cost: no allocation when there is room; one pooled node for each waiter.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the item was not added.</exception>
    /// <exception cref="QueueShutDownException">The queue was shut down before or during the wait; the item was not added.</exception>
    public ValueTask AddAsync(T item, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        if (_heap is not null)
        {
            return AddOrderedAsync(item, Now(), cancellationToken);
        }

        if (TryPut(item, mayWait: true, out Waiter<QueueItem<T>>? adder))
        {
            return Interleaver.IsOn ? Interleaver.Pause(default(ValueTask)) : default;
        }

        return adder is null ? ValueTask.FromException(new QueueShutDownException()) : adder.WaitWithoutResultAsync(cancellationToken);
    }

    /// <summary>Puts an item in as soon as there is room, blocking the thread.</summary>
    /// <remarks>
    /// Order: first come, first served, among tasks and threads alike.
    /// Race: if room and a cancellation meet, exactly one wins: a wait that ends cancelled has added nothing.
    /// Memory: what was written before is visible to whoever takes the item.
    /// Cost: no allocation. Whoever makes room lets the thread go on directly: no thread of the pool is needed for it.
    /// </remarks>
    /// <inheritdoc cref="AddAsync(T, CancellationToken)" path="/param|/exception"/>
    public void Add(T item, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!TryPut(item, Now(), mayWait: true, out Waiter<QueueItem<T>>? adder))
        {
            (adder ?? throw new QueueShutDownException()).Wait(cancellationToken);
        }
    }

    /// <summary>Puts an item in if there is room at once.</summary>
    /// <param name="item">The item.</param>
    /// <returns>Whether it was added; <see langword="false"/> also once the queue was shut down.</returns>
    public bool TryAdd(T item) => TryPut(item, Now(), mayWait: false, out _);

    /// <summary>Waits for an item and takes it.</summary>
    /// <param name="cancellationToken">Gives up the wait; if already cancelled it wins over an item that is there.</param>
    /// <returns>The item.</returns>
    /// <remarks>
    /// Order: of the items as the options say; takers are served first come, first served.
    /// Race: if an item and a cancellation meet, exactly one wins: a wait that ends cancelled has taken nothing.
    /// Memory: what was written before the item was added is visible.
    /// Cost: no allocation when there is an item; one pooled node for each waiter.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; no item was taken.</exception>
    /// <exception cref="QueueShutDownException">The queue was shut down and has no item left.</exception>
    public ValueTask<T> TakeAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<T>(cancellationToken);
        }

        if (_heap is not null)
        {
            return TakeOrderedAsync(cancellationToken);
        }

        if (TryGet(mayWait: true, out T? item, out Waiter<T>? taker))
        {
            ValueTask<T> taken = new(item);
            return Interleaver.IsOn ? Interleaver.Pause(taken) : taken;
        }

        return taker is null ? ValueTask.FromException<T>(new QueueShutDownException()) : taker.WaitAsync(cancellationToken);
    }

    /// <summary>Waits for an item, blocking the thread, and takes it.</summary>
    /// <remarks>
    /// Order: of the items as the options say; tasks and threads are served alike, first come, first served.
    /// Race: if an item and a cancellation meet, exactly one wins: a wait that ends cancelled has taken nothing.
    /// Memory: what was written before the item was added is visible.
    /// Cost: no allocation. Whoever adds lets the thread go on directly: no thread of the pool is needed for it.
    /// </remarks>
    /// <inheritdoc cref="TakeAsync" path="/param|/returns|/exception"/>
    public T Take(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        bool isTaken = _heap is null
            ? TryGet(mayWait: true, out T? item, out Waiter<T>? taker)
            : TryGetOrdered(mayWait: true, out item, out taker);
        return isTaken ? item! : (taker ?? throw new QueueShutDownException()).Wait(cancellationToken);
    }

    /// <summary>Takes an item if there is one at once.</summary>
    /// <param name="item">The item.</param>
    /// <returns>Whether there was one whose time had come.</returns>
    public bool TryTake([MaybeNullWhen(false)] out T item) =>
        _heap is null ? TryGet(mayWait: false, out item, out _) : TryGetOrdered(mayWait: false, out item, out _);

    /// <summary>Takes the items as they come, until the queue was shut down and has none left.</summary>
    /// <param name="cancellationToken">Ends the enumeration with <see cref="OperationCanceledException"/>.</param>
    /// <returns>The items. Several enumerations at the same time share them: each item goes to one.</returns>
    public async IAsyncEnumerable<T> TakeAllAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            T item;
            try
            {
                item = await TakeAsync(cancellationToken).ConfigureAwait(Interleaver.KeepsContext);
            }
            catch (QueueShutDownException)
            {
                yield break;
            }

            yield return item;
        }
    }

    /// <summary>Tells what is in the queue and who waits for it.</summary>
    public AsyncQueueStatistics GetStatistics()
    {
        EnterGate();
        AsyncQueueStatistics statistics = new(Count, _takers.Count, _adders.Count, _unfinished, _isShutDown);
        _gate.Exit();
        return statistics;
    }

    bool IWaiterOwner.GiveUp(Waiter waiter)
    {
        EnterGate();
        bool isMine = waiter.Request switch
        {
            Taker => _takers.TryRemove(waiter),
            Adder => _adders.TryRemove(waiter),
            Joiner => _joiners.TryRemove(waiter),
            _ => false,
        };
        _gate.Exit();
        return isMine;
    }

    private static void Finish(ref WaiterBatch released)
    {
        while (released.TryTake(out Waiter? waiter))
        {
            switch (waiter.Request)
            {
                case Taker:
                    Waiter<T> taker = (Waiter<T>)waiter;
                    taker.Complete(taker.Brought!);
                    break;
                case Adder:
                    ((Waiter<QueueItem<T>>)waiter).Complete(default);
                    break;
                case Joiner:
                    ((Waiter<bool>)waiter).Complete(true);
                    break;
                default:
                    waiter.Fail(new QueueShutDownException());
                    break;
            }
        }
    }

    private bool TryPut(T item, long dueAt, bool mayWait, out Waiter<QueueItem<T>>? adder) =>
        _heap is null ? TryPut(item, mayWait, out adder) : TryPutOrdered(item, dueAt, mayWait, out adder);

    /// <summary>Puts an item into the row, or hands it to one who waits.</summary>
    /// <param name="item">The item.</param>
    /// <param name="mayWait">Whether to queue a waiter if there is no room.</param>
    /// <param name="adder">The waiter; <see langword="null"/> if the queue was shut down or <paramref name="mayWait"/> is not set.</param>
    /// <returns>Whether the item is in.</returns>
    private bool TryPut(T item, bool mayWait, out Waiter<QueueItem<T>>? adder)
    {
        adder = null;
        Waiter? taker = null;
        EnterGate();
        try
        {
            if (_ring.Count >= _capacity)
            {
                adder = mayWait && !_isShutDown ? QueueAdderLocked(item, 0) : null;
                return false;
            }

            if (!_takers.TryDequeue(out taker))
            {
                _ring.Add(item);
            }

            _unfinished++;
        }
        finally
        {
            _gate.Exit();
        }

        ((Waiter<T>?)taker)?.Complete(item);
        Interleaver.Note(this, PrimitiveNote.Signalled);
        return true;
    }

    /// <summary>Takes an item from the row.</summary>
    /// <param name="mayWait">Whether to queue a waiter if there is none.</param>
    /// <param name="item">The item.</param>
    /// <param name="taker">The waiter; <see langword="null"/> if the queue was shut down or <paramref name="mayWait"/> is not set.</param>
    /// <returns>Whether there was an item.</returns>
    private bool TryGet(bool mayWait, [MaybeNullWhen(false)] out T item, out Waiter<T>? taker)
    {
        taker = null;
        Waiter? adder;
        _gate.Enter();
        try
        {
            if (_ring.Count == 0)
            {
                item = default;
                taker = mayWait && !_isShutDown ? QueueTakerLocked() : null;
                return false;
            }

            item = _isLifo ? _ring.TakeLast() : _ring.TakeFirst();
            if (_adders.TryDequeue(out adder))
            {
                _ring.Add(((Waiter<QueueItem<T>>)adder).Brought.Value);
                _unfinished++;
            }
        }
        finally
        {
            _gate.Exit();
        }

        ((Waiter<QueueItem<T>>?)adder)?.Complete(default);
        Interleaver.Note(this, PrimitiveNote.Entered);
        return true;
    }

    private Waiter<QueueItem<T>> QueueAdderLocked(T item, long dueAt)
    {
        Waiter<QueueItem<T>> adder = Waiter<QueueItem<T>>.Rent(this, Adder);
        adder.Brought = new QueueItem<T>(item, dueAt);
        _adders.Enqueue(adder);
        Interleaver.Note(this, PrimitiveNote.Waits);
        return adder;
    }

    private Waiter<T> QueueTakerLocked()
    {
        Waiter<T> taker = Waiter<T>.Rent(this, Taker);
        _takers.Enqueue(taker);
        Interleaver.Note(this, PrimitiveNote.Waits);
        return taker;
    }
}
