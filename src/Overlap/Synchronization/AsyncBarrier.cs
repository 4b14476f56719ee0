using System.Diagnostics;
using Overlap.Waiting;

namespace Overlap.Synchronization;

/// <summary>Lets a number of participants wait for each other, phase after phase; tasks await it and threads block on it.</summary>
/// <remarks>
/// A participant that gives up its wait, and a phase action that fails, break the barrier: all who wait in this phase and all who come later get
/// <see cref="BrokenBarrierException"/> instead of waiting for one who never comes, until <see cref="Reset"/>. For participants that may die
/// elsewhere than at the barrier there is <see cref="ParticipateAsync"/>.
/// Order: all are let go together, in the order in which they arrived.
/// Race: from the arrival of the last participant on, the phase is decided, and a cancellation comes too late.
/// Memory: what any participant wrote before it arrived is visible to the phase action, and what that wrote to all participants afterwards.
/// Cost: no allocation; one pooled node for each that waits.
/// </remarks>
[DebuggerDisplay("{DebuggerText,nq}")]
public sealed partial class AsyncBarrier : IWaiterOwner, IDisposable
{
    private const string GaveUp = "a participant gave up its wait";

    private readonly Lock _gate = new();
    private readonly Action<long>? _phaseAction;

    // Guarded by _gate.
    private IntrusiveQueue<Waiter> _waiters;
    private volatile State _state;   // Read without the gate by IsBroken only.
    private int _participants;
    private int _arrived;
    private long _phase;
    private int _generation;      // Moves on when those who wait are sent away, so that one who runs the phase action meanwhile sees it.
    private string? _reason;      // Why it is broken.
    private Exception? _cause;

    /// <summary>Makes a barrier.</summary>
    /// <param name="participants">How many have to arrive; at least 0, since participants may be added.</param>
    /// <param name="phaseAction">
    /// Called once in each phase, with the number of the phase, by the participant that arrives last, before any is let go. It holds no lock, but
    /// all wait for it. What it throws breaks the barrier.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="participants"/> is negative.</exception>
    public AsyncBarrier(int participants, Action<long>? phaseAction = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(participants);
        _participants = participants;
        _phaseAction = phaseAction;
    }

    private enum State
    {
        Filling,
        Acting,
        Broken,
        Disposed,
    }

    /// <summary>How many phases have ended; the number of the present one.</summary>
    public long PhaseNumber => Volatile.Read(ref _phase);

    /// <summary>How many have to arrive in a phase.</summary>
    public int ParticipantCount => Volatile.Read(ref _participants);

    /// <summary>Whether the barrier is broken until it is reset.</summary>
    public bool IsBroken => _state == State.Broken;

    private string DebuggerText => $"phase {_phase}, {_arrived} of {_participants} arrived, {_state}";

    /// <summary>Arrives, and waits for all other participants.</summary>
    /// <param name="cancellationToken">Gives up the wait and breaks the barrier; also if it is already cancelled.</param>
    /// <returns>The place in the order of arrival, from 0: each participant of a phase gets another one.</returns>
    /// <remarks>
    /// A token that is cancelled already breaks the barrier as one that is cancelled a moment later does: in either case the others would wait for
    /// one who does not come.
    /// Order: all are let go together, in the order in which they arrived.
    /// Race: from the arrival of the last participant on, a cancellation comes too late.
    /// Memory: what any participant wrote before it arrived is visible to all afterwards.
    /// Cost: no allocation; one pooled node for each that waits. The last one does not wait; it runs the phase action.
    /// </remarks>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; the barrier is broken.</exception>
    /// <exception cref="BrokenBarrierException">The barrier is or was broken, or reset while this one waited.</exception>
    /// <exception cref="InvalidOperationException">All participants are there already: this one is not among them.</exception>
    /// <exception cref="ObjectDisposedException">The barrier was disposed before or during the wait.</exception>
    public ValueTask<int> SignalAndWaitAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            BreakCanceled(cancellationToken);
            return ValueTask.FromCanceled<int>(cancellationToken);
        }

        try
        {
            return Arrive(out int place) is { } waiter ? waiter.WaitAsync(cancellationToken) : Interleaver.Pause(new ValueTask<int>(place));
        }
        catch (Exception refused) when (refused is BrokenBarrierException or InvalidOperationException)
        {
            return ValueTask.FromException<int>(refused);
        }
    }

    /// <summary>Arrives, and waits for all other participants, blocking the thread.</summary>
    /// <remarks>
    /// Order: all are let go together, tasks and threads alike, in the order in which they arrived.
    /// Race: from the arrival of the last participant on, a cancellation comes too late.
    /// Memory: what any participant wrote before it arrived is visible to all afterwards.
    /// Cost: no allocation. The last participant lets the threads go on directly: no thread of the pool is needed for it.
    /// </remarks>
    /// <inheritdoc cref="SignalAndWaitAsync" path="/param|/returns|/exception"/>
    public int SignalAndWait(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            BreakCanceled(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
        }

        return Arrive(out int place) is { } waiter ? waiter.Wait(cancellationToken) : place;
    }

    /// <summary>Breaks the barrier: all who wait, and all who come before a reset, get <see cref="BrokenBarrierException"/>.</summary>
    /// <param name="cause">What they are told as the cause.</param>
    /// <remarks>Of a barrier that is broken the first cause stays; a disposed one is left alone. A phase action that runs meanwhile has run in vain.</remarks>
    public void Abort(Exception? cause = null) => Break("it was aborted", cause, alsoWhileActing: true);

    /// <summary>Begins the present phase anew, with nobody arrived, and mends a broken barrier.</summary>
    /// <remarks>Those who wait get <see cref="BrokenBarrierException"/>. The phase keeps its number, the participants stay as many.</remarks>
    /// <exception cref="ObjectDisposedException">The barrier was disposed.</exception>
    public void Reset()
    {
        WaiterBatch broken = default;
        EnterGate();
        long phase = _phase;
        BreakLocked("it was reset", null, ref broken);
        _state = State.Filling;
        _gate.Exit();
        FailAll(ref broken, phase, "it was reset", null);
    }

    /// <summary>Tells how many have arrived, and in which phase.</summary>
    public AsyncBarrierStatistics GetStatistics()
    {
        _gate.Enter();
        AsyncBarrierStatistics statistics = new(_participants, _arrived, _phase, _state == State.Broken);
        _gate.Exit();
        return statistics;
    }

    /// <summary>Ends the barrier: those who wait for it, and those who come later, get <see cref="ObjectDisposedException"/>. Twice is legal.</summary>
    public void Dispose()
    {
        WaiterBatch refused = default;
        _gate.Enter();
        BreakLocked("it was disposed", null, ref refused);
        _state = State.Disposed;
        _gate.Exit();
        refused.FailAllDisposed(nameof(AsyncBarrier));
    }

    bool IWaiterOwner.GiveUp(Waiter waiter)
    {
        WaiterBatch broken = default;
        Exception? cause = null;
        _gate.Enter();
        long phase = _phase;
        bool isMine = _state != State.Acting && _waiters.TryRemove(waiter);
        if (isMine)
        {
            cause = waiter.GivesUpWith();
            BreakLocked(GaveUp, cause, ref broken);
        }

        _gate.Exit();
        FailAll(ref broken, phase, GaveUp, cause);
        return isMine;
    }

    private static void FailAll(ref WaiterBatch broken, long phase, string? reason, Exception? cause)
    {
        while (broken.TryTake(out Waiter? waiter))
        {
            waiter.Fail(new BrokenBarrierException(phase, reason!, cause));
        }
    }

    /// <summary>Counts one in; the last one ends the phase.</summary>
    /// <returns>The waiter; <see langword="null"/> for the last one.</returns>
    private Waiter<int>? Arrive(out int place)
    {
        EnterGate();
        Ending ending;
        try
        {
            if (_state == State.Broken)
            {
                throw new BrokenBarrierException(_phase, _reason!, _cause);
            }

            if (_arrived >= _participants || _state == State.Acting)
            {
                throw new InvalidOperationException($"All {_participants} participants have arrived already.");
            }

            place = _arrived++;
            if (_arrived < _participants)
            {
                Waiter<int> waiter = Waiter<int>.Rent(this, place);
                _waiters.Enqueue(waiter);
                Interleaver.Note(this, PrimitiveNote.Waits);
                return waiter;
            }

            ending = BeginEndingLocked();
        }
        finally
        {
            _gate.Exit();
        }

        End(ref ending);
        return null;
    }

    /// <summary>Ends a phase in which all have arrived, or lets the phase action come first.</summary>
    private Ending BeginEndingLocked()
    {
        Interleaver.Note(this, PrimitiveNote.Signalled);
        Ending ending = new(_phase, _generation);
        if (_phaseAction is null)
        {
            EndPhaseLocked(ref ending.Released);
        }
        else
        {
            _state = State.Acting;
        }

        return ending;
    }

    private void End(ref Ending ending)
    {
        if (_phaseAction is not null)
        {
            RunPhaseAction(_phaseAction, ref ending);
        }

        while (ending.Released.TryTake(out Waiter? waiter))
        {
            ((Waiter<int>)waiter).Complete(waiter.Request);
        }
    }

    private void RunPhaseAction(Action<long> phaseAction, ref Ending ending)
    {
        Exception? failure = null;
        try
        {
            phaseAction(ending.Phase);
        }
        catch (Exception error)
        {
            failure = error;
        }

        WaiterBatch broken = default;
        string? reason = null;
        _gate.Enter();
        bool isDisposed = _state == State.Disposed;
        if (_generation != ending.Generation)
        {
            // Those who waited were sent away meanwhile.
            reason = _reason ?? "it was reset";
            failure ??= _cause;
        }
        else if (failure is not null)
        {
            reason = "the phase action failed";
            BreakLocked(reason, failure, ref broken);
        }
        else
        {
            EndPhaseLocked(ref ending.Released);
        }

        _gate.Exit();
        FailAll(ref broken, ending.Phase, reason, failure);
        if (isDisposed)
        {
            throw new ObjectDisposedException("The barrier was disposed while its phase action ran.", failure);
        }

        if (reason is not null)
        {
            throw new BrokenBarrierException(ending.Phase, reason, failure);
        }
    }

    private void EndPhaseLocked(ref WaiterBatch released)
    {
        released.AddAll(ref _waiters);
        _arrived = 0;
        _state = State.Filling;
        Volatile.Write(ref _phase, _phase + 1);
    }

    private void BreakCanceled(CancellationToken cancellationToken) =>
        Break(GaveUp, new OperationCanceledException(cancellationToken), alsoWhileActing: false);

    private void Break(string reason, Exception? cause, bool alsoWhileActing)
    {
        WaiterBatch broken = default;
        _gate.Enter();
        long phase = _phase;
        if (_state == State.Filling || (_state == State.Acting && alsoWhileActing))
        {
            BreakLocked(reason, cause, ref broken);
        }

        _gate.Exit();
        FailAll(ref broken, phase, reason, cause);
    }

    private void BreakLocked(string reason, Exception? cause, ref WaiterBatch broken)
    {
        broken.AddAll(ref _waiters);
        _arrived = 0;
        _generation++;
        if (_state != State.Disposed)
        {
            _state = State.Broken;
            _reason = reason;
            _cause = cause;
        }
    }

    private void EnterGate()
    {
        _gate.Enter();
        if (_state == State.Disposed)
        {
            _gate.Exit();
            throw new ObjectDisposedException(nameof(AsyncBarrier));
        }
    }

    /// <summary>A phase that all have arrived in.</summary>
    private struct Ending(long phase, int generation)
    {
        public WaiterBatch Released;

        public readonly long Phase => phase;

        public readonly int Generation => generation;
    }
}
