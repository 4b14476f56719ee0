using System.Diagnostics.CodeAnalysis;
using Overlap.Synchronization;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>The items between the pumps of a stage and its consumer: bounded, ended by the pumps, stopped by the consumer.</summary>
/// <remarks>
/// Order: first in, first out.
/// Race: an item and a stop meet at the gate: it is either in, and counted as discarded by the stop, or refused, which counts as that too.
/// Memory: what was written before an item was added is visible to who takes it.
/// Cost: one gate for each item; a pump that found no room goes on when half is free, so that one wake-up pays for many items.
/// </remarks>
internal sealed class StageQueue<T>(int capacity, int pumps, StageMeter? meter) : IWaiterOwner, IStageGauge
{
    private SpinGate _gate;
    private Exception? _failure;   // The first, by compare-and-swap.
    private readonly int _resumesAt = capacity / 2;

    // Guarded by _gate.
    private ItemRing<T> _items = new();
    private Waiter<bool>? _taker;
    private IntrusiveQueue<Waiter> _adders;
    private int _pumps = pumps;
    private bool _isStopped;
    private bool _isNudged;
    private long _in;
    private long _out;
    private long _discarded;
    private FullTime _full;

    /// <summary>What ended the pumps, once they have ended.</summary>
    public Exception? Failure => _failure;

    /// <summary>Lets a meter know of waits for the consumer; before the first item.</summary>
    public void MeasureBy(StageMeter? by) => meter = by;

    /// <summary>Puts an item in as soon as there is room.</summary>
    /// <returns>Whether it is in; not once the queue was stopped.</returns>
    public ValueTask<bool> AddAsync(T item) =>
        TryAdd(item, out Waiter<bool>? wait) ? Pause(true)
        : wait is null ? new ValueTask<bool>(false)
        : AddAfterAsync(wait, item);

    /// <summary>Takes the first item, if there is one.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        WaiterBatch released = default;
        _gate.Enter();
        if (_items.Count == 0)
        {
            _gate.Exit();
            item = default;
            return false;
        }

        item = _items.TakeFirst();
        _out++;
        if (_adders.Count > 0 && _items.Count <= _resumesAt)
        {
            released.AddAll(ref _adders);
            _full.End(meter);
        }

        _gate.Exit();
        released.CompleteAll(true);
        return true;
    }

    /// <summary>Waits for an item. One consumer.</summary>
    /// <returns>Whether there is one; not once the queue is empty and has ended or was stopped.</returns>
    public ValueTask<bool> WaitAsync()
    {
        _gate.Enter();
        bool any = _items.Count > 0 || (_isNudged && !_isStopped);
        _isNudged = false;
        Waiter<bool>? taker = any || _pumps == 0 || _isStopped ? null : _taker = Waiter<bool>.Rent(this);
        _gate.Exit();
        return taker is null ? Pause(any) : taker.WaitAsync(CancellationToken.None);
    }

    /// <summary>Lets the consumer look again although nothing came; also one that is about to wait.</summary>
    public void Nudge()
    {
        _gate.Enter();
        Waiter<bool>? taker = Take(ref _taker);
        _isNudged = taker is null;
        _gate.Exit();
        taker?.Complete(true);
    }

    /// <summary>Says what will end the enumeration once all pumps have ended.</summary>
    public void Fail(Exception failure) => Interlocked.CompareExchange(ref _failure, failure, null);

    /// <summary>Ends one pump, by a failure or without.</summary>
    public void End(PumpEnd end)
    {
        if (end.Failure is not null)
        {
            Fail(end.Failure);
        }

        _gate.Enter();
        Waiter<bool>? taker = --_pumps == 0 ? Take(ref _taker) : null;
        _gate.Exit();
        taker?.Complete(false);
    }

    /// <summary>Drops what is in it, refuses what comes, and lets everybody go who waits.</summary>
    public void Stop()
    {
        WaiterBatch released = default;
        _gate.Enter();
        _isStopped = true;
        _discarded += _items.Count;
        _items.Clear();
        released.AddAll(ref _adders);
        _full.End(meter);
        Waiter<bool>? taker = Take(ref _taker);
        _gate.Exit();
        released.CompleteAll(false);
        taker?.Complete(false);
    }

    public StageFigures Read()
    {
        _gate.Enter();
        StageFigures figures = new(_in, _out, Failed: 0, NotStarted: 0, _discarded, _items.Count, capacity, _full.SoFar(meter));
        _gate.Exit();
        return figures;
    }

    // No wait here takes a token: a stage is stopped as a whole.
    bool IWaiterOwner.GiveUp(Waiter waiter) => false;

    private static ValueTask<bool> Pause(bool result) =>
        Interleaver.IsOn ? Interleaver.Pause(new ValueTask<bool>(result)) : new ValueTask<bool>(result);

    private static Waiter<bool>? Take(ref Waiter<bool>? place)
    {
        Waiter<bool>? waiter = place;
        place = null;
        return waiter;
    }

    private bool TryAdd(T item, out Waiter<bool>? wait)
    {
        wait = null;
        Waiter<bool>? taker = null;
        _gate.Enter();
        bool isIn = !_isStopped && _items.Count < capacity;
        if (isIn)
        {
            _items.Add(item);
            _in++;
            taker = Take(ref _taker);
        }
        else if (_isStopped)
        {
            _in++;
            _discarded++;
        }
        else
        {
            wait = Waiter<bool>.Rent(this);
            _adders.Enqueue(wait);
            _full.Begin(meter);
        }

        _gate.Exit();
        taker?.Complete(true);
        return isIn;
    }

    private async ValueTask<bool> AddAfterAsync(Waiter<bool> room, T item)
    {
        while (true)
        {
            // Also one that was let in may find that another pump was faster; one that was stopped finds that too.
            await room.WaitAsync(CancellationToken.None).ConfigureAwait(Interleaver.KeepsContext);
            if (TryAdd(item, out Waiter<bool>? again))
            {
                return true;
            }

            if (again is null)
            {
                return false;
            }

            room = again;
        }
    }
}
