using System.Diagnostics.CodeAnalysis;
using Overlap.Waiting;

namespace Overlap.Pipelines;

/// <summary>The last item that came, until it has been quiet for a time.</summary>
/// <remarks>
/// Race: an item that comes within the quiet time takes the place of the one before, which is discarded; one that comes later waits until that was
/// taken. Which of the two holds is decided at the gate by readings of one clock.
/// Cost: the timer is set by the consumer once for a burst, and again for its rest when it was early; never for each item.
/// </remarks>
internal sealed class DebounceSlot<T> : IWaiterOwner, IStageGauge
{
    private readonly TimeSpan _quiet;
    private readonly TimeProvider _clock;
    private readonly StageMeter? _meter;
    private readonly ITimer _timer;
    private SpinGate _gate;

    // Guarded by _gate.
    private T? _item;
    private bool _hasItem;
    private long _cameAt;
    private bool _isTimed;          // The timer will wake the consumer.
    private bool _isEnded;
    private bool _isStopped;
    private Waiter<bool>? _taker;
    private Waiter<bool>? _adder;
    private long _in;
    private long _out;
    private long _discarded;
    private FullTime _full;

    public DebounceSlot(TimeSpan quiet, TimeProvider clock, StageMeter? meter)
    {
        _quiet = quiet;
        _clock = clock;
        _meter = meter;
        TimeSpan never = System.Threading.Timeout.InfiniteTimeSpan;
        _timer = clock.CreateTimer(static slot => ((DebounceSlot<T>)slot!).OnTimer(), this, never, never);
    }

    /// <summary>What ended the pump; read after its end.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Puts an item in the place of the one before, or waits until that was taken if its time had come.</summary>
    /// <returns>Whether it is in; not once the slot was stopped.</returns>
    public ValueTask<bool> AddAsync(T item) =>
        TryAdd(item, out Waiter<bool>? wait) ? Pause(true)
        : wait is null ? new ValueTask<bool>(false)
        : AddAfterAsync(wait, item);

    /// <summary>Takes the item, if its time has come.</summary>
    public bool TryTake([MaybeNullWhen(false)] out T item)
    {
        long now = _clock.GetTimestamp();
        Waiter<bool>? adder = null;
        _gate.Enter();
        bool isDue = IsDueLocked(now);
        item = isDue ? _item : default;
        if (isDue)
        {
            _out++;
            _item = default;
            _hasItem = false;
            _full.End(_meter);
            adder = Take(ref _adder);
        }

        _gate.Exit();
        adder?.Complete(true);
        return isDue;
    }

    /// <summary>Waits until something changes. One consumer.</summary>
    /// <returns>Whether to look again; not once nothing will come.</returns>
    public ValueTask<bool> WaitAsync()
    {
        long now = _clock.GetTimestamp();
        TimeSpan rest = default;
        _gate.Enter();
        bool isOver = _isStopped || (_isEnded && !_hasItem);
        Waiter<bool>? taker = isOver || IsDueLocked(now) ? null : _taker = Waiter<bool>.Rent(this);
        bool isTimed = taker is not null && _hasItem;
        if (isTimed)
        {
            _isTimed = true;
            rest = _quiet - _clock.GetElapsedTime(_cameAt, now);
        }

        _gate.Exit();
        if (isTimed)
        {
            // A timer that fires early only has to be set again.
            _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(rest.TotalMilliseconds)), System.Threading.Timeout.InfiniteTimeSpan);
        }

        return taker is null ? Pause(!isOver) : taker.WaitAsync(CancellationToken.None);
    }

    /// <summary>Says that no item comes any more: the one that waits has its time now.</summary>
    public void End(PumpEnd end)
    {
        Failure = end.Failure;
        _gate.Enter();
        _isEnded = true;
        bool any = _hasItem;
        Waiter<bool>? taker = Take(ref _taker);
        _gate.Exit();
        taker?.Complete(any);
    }

    /// <summary>Drops what is in it, refuses what comes, and lets everybody go who waits.</summary>
    public void Stop()
    {
        _gate.Enter();
        _isStopped = true;
        _discarded += _hasItem ? 1 : 0;
        _hasItem = false;
        _item = default;
        _full.End(_meter);
        Waiter<bool>? taker = Take(ref _taker);
        Waiter<bool>? adder = Take(ref _adder);
        _gate.Exit();
        _timer.Dispose();
        taker?.Complete(false);
        adder?.Complete(false);
    }

    public StageFigures Read()
    {
        _gate.Enter();
        StageFigures figures = new(_in, _out, Failed: 0, NotStarted: 0, _discarded, _hasItem ? 1 : 0, Capacity: 1, _full.SoFar(_meter));
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

    private bool IsDueLocked(long now) => _hasItem && (_isEnded || _clock.GetElapsedTime(_cameAt, now) >= _quiet);

    private bool TryAdd(T item, out Waiter<bool>? wait)
    {
        long now = _clock.GetTimestamp();
        wait = null;
        Waiter<bool>? taker = null;
        _gate.Enter();
        bool isIn = !_isStopped && !IsDueLocked(now);
        if (isIn)
        {
            _in++;
            _discarded += _hasItem ? 1 : 0;
            _item = item;
            _hasItem = true;
            _cameAt = now;

            // The first of a burst lets the consumer set the timer, the others leave both alone.
            taker = _isTimed ? null : Take(ref _taker);
        }
        else if (_isStopped)
        {
            _in++;
            _discarded++;
        }
        else
        {
            wait = _adder = Waiter<bool>.Rent(this);
            _full.Begin(_meter);
        }

        _gate.Exit();
        taker?.Complete(true);
        return isIn;
    }

    private async ValueTask<bool> AddAfterAsync(Waiter<bool> room, T item)
    {
        while (true)
        {
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

    private void OnTimer()
    {
        _gate.Enter();
        _isTimed = false;
        Waiter<bool>? taker = Take(ref _taker);
        _gate.Exit();
        taker?.Complete(true);
    }
}
